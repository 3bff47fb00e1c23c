//! `dns-policy`: reads `dnsPolicy` of the pod; absent is ClusterFirst.

use crate::finding::{Findings, quote};
use crate::rules::{ApiServer, Context, DefaultSeverity, Group, Rule, Scope};
use crate::settings::Severity;

/// A DNS policy without effect.
pub static RULE: Rule = Rule {
    id: "dns-policy",
    group: Group::Network,
    severity: DefaultSeverity::Always(Severity::Warn),
    scope: Scope::HostProcess,
    api_server: ApiServer::Accepts,
    summary: "a DNS policy without effect",
    page: page!("dns_policy.md"),
    check,
};

fn check(context: &Context, findings: &mut Findings) {
    let pod = context.pod;
    if let Some(policy @ ("ClusterFirstWithHostNet" | "None")) = pod.spec.dns_policy.as_deref() {
        findings.pod(
            pod.path("dnsPolicy"),
            format!("{} has no effect, HostProcess containers resolve names as the node does", quote(policy)),
            "remove it, and do not rely on names of the cluster",
        );
    }
}
