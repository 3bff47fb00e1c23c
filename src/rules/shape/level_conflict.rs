//! `level-conflict`: reads `hostProcess` of the pod and of every container, init and ephemeral ones included.

use crate::finding::Findings;
use crate::rules::{ApiServer, Context, DefaultSeverity, Group, Rule, Scope};
use crate::settings::Severity;

/// Pod and container `hostProcess` contradict.
pub static RULE: Rule = Rule {
    id: "level-conflict",
    group: Group::Shape,
    severity: DefaultSeverity::Always(Severity::Deny),
    scope: Scope::HostProcess,
    api_server: ApiServer::Refuses,
    summary: "pod and container `hostProcess` contradict",
    page: page!("level_conflict.md"),
    check,
};

fn check(context: &Context, findings: &mut Findings) {
    let pod = context.pod;
    let Some(on_pod) = pod.windows_options().and_then(|options| options.host_process) else { return };
    for container in pod.containers() {
        let own = container.own_windows_options().and_then(|options| options.host_process);
        if own == Some(!on_pod) {
            let fix = if on_pod {
                "remove it, or move the container into a pod of its own: a HostProcess pod has no ordinary containers"
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
