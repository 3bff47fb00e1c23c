//! `os-name`: reads `os.name` of the pod.

use crate::finding::Findings;
use crate::rules::{ApiServer, Context, DefaultSeverity, Group, Rule, Scope};
use crate::settings::Severity;

/// `os.name: windows` not set.
pub static RULE: Rule = Rule {
    id: "os-name",
    group: Group::Placement,
    severity: DefaultSeverity::Always(Severity::Off),
    scope: Scope::HostProcess,
    api_server: ApiServer::Accepts,
    summary: "`os.name: windows` not set",
    page: page!("os_name.md"),
    check,
};

fn check(context: &Context, findings: &mut Findings) {
    let pod = context.pod;
    // `linux` and anything else is for Kubernetes and `os-linux` to refuse.
    if pod.spec.os.as_ref().is_none_or(|os| os.name.is_none()) {
        findings.pod(pod.path("os.name"), "is not set", "set os.name: windows, after removing fields that only Linux knows");
    }
}
