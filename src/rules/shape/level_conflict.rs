use crate::finding::collector::Findings;
use crate::rules::api_server::ApiServer;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};

pub static RULE: Rule = Rule {
    id: "level-conflict",
    summary: about!("`hostProcess` of a container that contradicts the pod's"),
    api_server: ApiServer::Refuses,
    page: page!("level_conflict.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    let pod = context.pod;
    let Some(on_pod) = pod.windows_options().and_then(|options| options.host_process) else { return };
    // `all-containers` reports ordinary containers beside HostProcess containers.
    if on_pod && pod.host_process_containers().next().is_some() {
        return;
    }
    for container in pod.containers() {
        let own = container.own_windows_options().and_then(|options| options.host_process);
        if own == Some(!on_pod) {
            let fix = if on_pod {
                "remove it, or move the container into a separate pod, because a HostProcess pod cannot have ordinary containers"
            } else {
                "remove it, or set hostProcess: true on the pod instead"
            };
            findings.container(
                &container,
                container.path("securityContext.windowsOptions.hostProcess"),
                format!("is {}, but on the pod it is {on_pod}", !on_pod),
                fix,
            );
        }
    }
}
