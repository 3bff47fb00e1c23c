//! `pod-level`: reads `hostProcess` of the pod and of every container.

use crate::finding::Findings;
use crate::rules::{ApiServer, Context, DefaultSeverity, Group, Rule, Scope};
use crate::settings::Severity;

/// `hostProcess` is set on containers only.
pub static RULE: Rule = Rule {
    id: "pod-level",
    group: Group::Shape,
    severity: DefaultSeverity::Always(Severity::Off),
    scope: Scope::HostProcess,
    api_server: ApiServer::Accepts,
    summary: "`hostProcess` set only on containers",
    page: page!("pod_level.md"),
    check,
};

fn check(context: &Context, findings: &mut Findings) {
    let pod = context.pod;
    // A pod that says false contradicts its containers: `level-conflict`.
    let unset = pod.windows_options().is_none_or(|options| options.host_process.is_none());
    if unset && pod.host_process_containers().next().is_some() {
        findings.pod(
            pod.path("securityContext.windowsOptions.hostProcess"),
            "is not set: only the containers say that they are HostProcess",
            "set hostProcess: true on the pod as well",
        );
    }
}
