//! `min-kubernetes`: reads `status.nodeInfo.kubeletVersion` of the nodes that could run the pod.

use super::affected::{Affected, candidates, selection_path};
use crate::finding::{Findings, quote};
use crate::rules::{ApiServer, Context, DefaultSeverity, Group, Rule, Scope};
use crate::settings::Severity;
use crate::windows::version::Version;

/// A node that could run the pod has a kubelet that is too old.
pub static RULE: Rule = Rule {
    id: "min-kubernetes",
    group: Group::Cluster,
    severity: DefaultSeverity::Varies("deny for a kubelet that is too old, warn for a version that cannot be read"),
    scope: Scope::HostProcess,
    api_server: ApiServer::Accepts,
    summary: "a node that could run the pod has a kubelet older than 1.23 (asks the cluster)",
    page: page!("min_kubernetes.md"),
    check,
};

fn check(context: &Context, findings: &mut Findings) {
    let minimum = context.settings.nodes.min_kubernetes;
    let (mut old, mut unreadable) = (Affected::default(), Affected::default());
    for node in candidates(context) {
        match Version::parse(kubelet(node)) {
            Some(version) if version < minimum => old.add(version, node),
            Some(_) => {}
            None => unreadable.add((), node),
        }
    }
    if let Some((worst, named)) = old.worst() {
        findings.at(Severity::Deny).pod(
            selection_path(context),
            format!("{named} has kubelet {}, the minimum is {minimum}", quote(kubelet(worst))),
            format!("upgrade it to {minimum} or later, or select nodes that are newer"),
        );
    }
    if let Some((worst, named)) = unreadable.worst() {
        findings.at(Severity::Warn).pod(
            selection_path(context),
            format!("{named} reports the kubelet version {}, which could not be read", quote(kubelet(worst))),
            format!("make sure that it is {minimum} or later"),
        );
    }
}

fn kubelet<'n>(node: &'n crate::cluster::Node) -> &'n str {
    node.info.kubelet_version.as_deref().unwrap_or_default()
}
