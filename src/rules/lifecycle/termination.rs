//! `termination`: reads `terminationGracePeriodSeconds` of the pod; absent is 30.

use crate::finding::Findings;
use crate::rules::{ApiServer, Context, DefaultSeverity, Group, Rule, Scope};
use crate::settings::Severity;

/// Hard kill (grace period 0) leaves host state behind.
pub static RULE: Rule = Rule {
    id: "termination",
    group: Group::Lifecycle,
    severity: DefaultSeverity::Always(Severity::Off),
    scope: Scope::HostProcess,
    api_server: ApiServer::Accepts,
    summary: "hard kill (grace period 0) leaves host state behind",
    page: page!("termination.md"),
    check,
};

fn check(context: &Context, findings: &mut Findings) {
    let pod = context.pod;
    if pod.spec.termination_grace_period_seconds == Some(0) {
        findings.pod(
            pod.path("terminationGracePeriodSeconds"),
            "is 0: the process is killed without a chance to clean up the node",
            "remove it, the default is 30 seconds",
        );
    }
}
