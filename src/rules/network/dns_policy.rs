use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::finding::patch::Reach;
use crate::finding::severity::Severity;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "dns-policy",
    summary: about!("a DNS policy that has no effect"),
    severity: Severity::Warn,
    reads: Fields::of(&["dnsPolicy"]),
    patches: Some(Reach::Command),
    page: page!("dns_policy.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    let pod = context.pod;
    if let Some(policy @ ("ClusterFirstWithHostNet" | "None")) = pod.spec.dns_policy {
        findings
            .pod(
                pod.path("dnsPolicy"),
                format!(
                    "{} has no effect, because HostProcess containers resolve names as the node does",
                    quote(policy)
                ),
                "remove it, and do not rely on DNS names of the cluster",
            )
            .removable_if(context.is_proven_windows(), Reach::Command);
    }
}
