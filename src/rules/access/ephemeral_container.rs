use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::finding::severity::Severity;
use crate::k8s::pod::Effective;
use crate::k8s::pod::Level;
use crate::k8s::pod_spec::ContainerList;
use crate::order::ByName;
use crate::rules::api_server::ApiServer;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "ephemeral-container",
    summary: about!(
        "a debug container added to a HostProcess pod, which runs as a process on the node, by default with the pod's account"
    ),
    severity: Severity::Warn,
    api_server: ApiServer::Partly("when `hostProcess` is set on the containers only and the new one lacks it"),
    reads: Fields::of(&["ephemeralContainers"]),
    page: page!("ephemeral_container.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    let old = context.request.old_object.iter().flat_map(|old| old.pod.spec.ephemeral_containers.iter());
    let old = ByName::new(old.map(|container| container.name.unwrap_or_default().into()).collect());
    let is_old = |name: &str| old.places(name).next().is_some();
    let inherited = context.pod.windows_options().and_then(|options| options.run_as_user_name.as_ref());
    let inherited = quote(inherited.map_or("", |account| account.name())).to_string();
    let added = context.pod.host_process_containers().filter(|c| c.list == ContainerList::Ephemeral);
    for container in added.filter(|container| !is_old(container.name())) {
        let message = match container.run_as_user_name() {
            Some(Effective { value, set_on: Level::Container }) => {
                format!("runs on the node itself as {}", quote(value.name()))
            }
            Some(Effective { set_on: Level::Pod, .. }) => {
                format!("runs on the node itself as {inherited}, which it inherits from the pod")
            }
            None => "runs on the node itself".to_owned(),
        };
        findings.container(
            &container,
            container.own_path(),
            message,
            "debug from a separate pod that a grant covers, or use 'kubectl logs'",
        );
    }
}
