use super::affected_nodes::{AffectedNodes, candidates, selection_path};
use crate::finding::collector::Findings;
use crate::finding::severity::Severity;
use crate::k8s::version::Version;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "min-kubernetes",
    summary: about!("a node that could run the pod has a kubelet older than 1.23 (queries the cluster)"),
    severity_varies: about!("deny for a kubelet that is too old, warn for a version that cannot be read"),
    page: page!("min_kubernetes.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    let minimum = *context.settings.nodes.min_kubernetes;
    let (mut old, mut unreadable) = (AffectedNodes::default(), AffectedNodes::default());
    for node in candidates(context) {
        match Version::parse(&node.kubelet_version) {
            Some(version) if version < minimum => old.add(version, node),
            Some(_) => {}
            None => unreadable.add((), node),
        }
    }
    if let Some((worst, named)) = old.worst() {
        findings.at(Severity::Deny).pod(
            selection_path(context),
            format!("{named} runs kubelet {}, but the minimum is {minimum}", quote(&worst.kubelet_version)),
            format!("upgrade it to {minimum} or later, or select newer nodes"),
        );
    }
    if let Some((worst, named)) = unreadable.worst() {
        findings.at(Severity::Warn).pod(
            selection_path(context),
            format!("{named} reports the kubelet version {}, which could not be read", quote(&worst.kubelet_version)),
            format!("make sure that it is {minimum} or later"),
        );
    }
}
