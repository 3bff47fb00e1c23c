use crate::finding::collector::Findings;
use crate::k8s::pod::Effective;
use crate::k8s::pod::Level;
use crate::rules::api_server::ApiServer;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "all-containers",
    summary: about!("HostProcess and ordinary containers mixed in one pod"),
    api_server: ApiServer::Refuses,
    page: page!("all_containers.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    let Some(host_process) = context.pod.host_process_containers().next() else { return };
    let host_process = quote(host_process.name()).to_string();
    for container in context.pod.containers().filter(|container| !container.is_host_process()) {
        let found = match container.windows_option(|options| options.host_process) {
            None => "is not set",
            Some(Effective { set_on: Level::Container, .. }) => "is false",
            Some(Effective { set_on: Level::Pod, .. }) => "is false on the pod",
        };
        findings.container(
            &container,
            container.path("securityContext.windowsOptions.hostProcess"),
            format!("{found}, but container {host_process} is HostProcess"),
            "set hostProcess: true for the whole pod, or move the ordinary containers into a separate pod",
        );
    }
}
