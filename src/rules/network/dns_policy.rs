use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::finding::patch::Reach;
use crate::finding::severity::Severity;
use crate::k8s::command_lines::CommandLine;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "dns-policy",
    summary: about!("a DNS policy that has no effect"),
    severity: Severity::Warn,
    severity_varies: about!("warn; off for `ClusterFirstWithHostNet` if no container refers to a Service by name"),
    reads: Fields::of(&["dnsPolicy"]),
    patches: Some(Reach::Command),
    page: page!("dns_policy.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    let pod = context.pod;
    if let Some(policy @ ("ClusterFirstWithHostNet" | "None")) = pod.spec.dns_policy {
        // Manifests for Linux nodes commonly set it, and most programs do not resolve names of the cluster.
        let is_needed = policy == "None" || context.command_lines.iter().any(mentions_service);
        findings
            .at(if is_needed { Severity::Warn } else { Severity::Off })
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

/// Whether arguments or variables of the container name a Service: `agent.monitoring.svc:8080`.
fn mentions_service(line: &CommandLine) -> bool {
    let variables = line.container.raw.env.iter().filter_map(|variable| variable.value);
    line.elements().map(|element| element.text).chain(variables).any(contains_service_name)
}

fn contains_service_name(text: &str) -> bool {
    const SERVICE: &str = ".svc";
    text.match_indices(SERVICE).any(|(at, _)| {
        let after = text.as_bytes().get(at + SERVICE.len());
        after.is_none_or(|byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b'-' | b'_'))
    })
}
