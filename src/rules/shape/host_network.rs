//! `host-network`: reads `hostNetwork` of the pod; absent is false.

use crate::finding::Findings;
use crate::rules::{ApiServer, Context, DefaultSeverity, Group, Rule, Scope};
use crate::settings::Severity;

/// `hostNetwork` is not true.
pub static RULE: Rule = Rule {
    id: "host-network",
    group: Group::Shape,
    severity: DefaultSeverity::Always(Severity::Deny),
    scope: Scope::HostProcess,
    api_server: ApiServer::Refuses,
    summary: "`hostNetwork` is not true",
    page: page!("host_network.md"),
    check,
};

fn check(context: &Context, findings: &mut Findings) {
    let pod = context.pod;
    if pod.spec.host_network != Some(true) && pod.host_process_containers().next().is_some() {
        let found = if pod.spec.host_network.is_some() { "is false" } else { "is not set" };
        findings.pod(
            pod.path("hostNetwork"),
            format!("{found}, but HostProcess containers share the node's network"),
            "set hostNetwork: true",
        );
    }
}
