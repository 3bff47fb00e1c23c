//! `linux-node`: reads `nodeSelector` and required node affinity of the pod.

use crate::finding::{Findings, quote};
use crate::pod::NodeSelectorTerm;
use crate::rules::{ApiServer, Context, DefaultSeverity, Group, Rule, Scope};
use crate::settings::Severity;
use crate::windows::node_selection::{Node, OS, selector_admits};

/// Selector or affinity that no Windows node satisfies.
pub static RULE: Rule = Rule {
    id: "linux-node",
    group: Group::Placement,
    severity: DefaultSeverity::Always(Severity::Deny),
    scope: Scope::HostProcess,
    api_server: ApiServer::Accepts,
    summary: "selector or affinity that no Windows node satisfies",
    page: page!("linux_node.md"),
    check,
};

fn check(context: &Context, findings: &mut Findings) {
    let pod = context.pod;
    for (key, value) in pod.spec.node_selector.iter() {
        if !selector_admits(key, value, Node::Windows) {
            findings.pod(
                pod.path(&format!("nodeSelector[{key}]")),
                format!("no Windows node has {}", quote(value)),
                "set it to windows, HostProcess containers exist only there",
            );
        }
    }
    if let Some(terms) = pod.spec.required_terms()
        && !terms.iter().any(|term| term.admits(Node::Windows))
    {
        findings.pod(
            pod.path("affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms"),
            what_keeps_windows_out(terms),
            format!("require {OS} In [windows], HostProcess containers exist only there"),
        );
    }
}

fn what_keeps_windows_out(terms: &[NodeSelectorTerm]) -> String {
    let mut requirements = terms.iter().flat_map(|term| term.match_expressions.iter());
    match requirements.find(|requirement| !requirement.admits(Node::Windows)) {
        Some(requirement) => format!("no Windows node satisfies {}", quote(&requirement.text())),
        None => "an empty selector matches no node at all".to_owned(),
    }
}
