//! `os-linux`: reads `os.name` of the pod and whether `windowsOptions` are set on the pod or on any container, with whatever content.

use crate::finding::Findings;
use crate::rules::{ApiServer, Context, DefaultSeverity, Group, Rule, Scope};
use crate::settings::Severity;

/// `os.name` is `linux` in a pod with Windows options.
pub static RULE: Rule = Rule {
    id: "os-linux",
    group: Group::Shape,
    severity: DefaultSeverity::Always(Severity::Deny),
    scope: Scope::HostProcess,
    api_server: ApiServer::Refuses,
    summary: "`os.name: linux` with Windows options",
    page: page!("os_linux.md"),
    check,
};

fn check(context: &Context, findings: &mut Findings) {
    const FIELD: &str = "securityContext.windowsOptions";
    const MESSAGE: &str = "is set, but os.name is 'linux'";
    const FIX: &str = "set os.name: windows, or leave os out";
    let pod = context.pod;
    if !pod.os_is("linux") {
        return;
    }
    if pod.windows_options().is_some() {
        findings.pod(pod.path(FIELD), MESSAGE, FIX);
    }
    for container in pod.containers().filter(|container| container.own_windows_options().is_some()) {
        findings.container(&container, container.path(FIELD), MESSAGE, FIX);
    }
}
