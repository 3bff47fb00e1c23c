//! `host-namespaces`: reads `hostPID`, `hostIPC` and `shareProcessNamespace` of the pod; absent is false.

use crate::finding::Findings;
use crate::rules::{ApiServer, Context, DefaultSeverity, Group, Rule, Scope};
use crate::settings::Severity;

/// `hostPID`, `hostIPC`, `shareProcessNamespace`.
pub static RULE: Rule = Rule {
    id: "host-namespaces",
    group: Group::Placement,
    severity: DefaultSeverity::Always(Severity::Off),
    scope: Scope::HostProcess,
    api_server: ApiServer::Partly("with `os.name: windows`"),
    summary: "`hostPID`, `hostIPC`, `shareProcessNamespace`",
    page: page!("host_namespaces.md"),
    check,
};

fn check(context: &Context, findings: &mut Findings) {
    let pod = context.pod;
    for (field, value) in [
        ("hostPID", pod.spec.host_pid),
        ("hostIPC", pod.spec.host_ipc),
        ("shareProcessNamespace", pod.spec.share_process_namespace),
    ] {
        if value == Some(true) {
            findings.pod(pod.path(field), "is true and means nothing on Windows", "remove it");
        }
    }
}
