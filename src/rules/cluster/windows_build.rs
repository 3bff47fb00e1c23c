//! `windows-build`: reads `status.nodeInfo.kernelVersion` of the nodes that could run the pod.

use super::affected::{Affected, candidates, selection_path};
use crate::cluster::Node;
use crate::finding::{Findings, quote};
use crate::rules::{ApiServer, Context, DefaultSeverity, Group, Rule, Scope};
use crate::settings::Severity;
use crate::windows::version::Build;

/// A node that could run the pod has a Windows without the bind filter.
pub static RULE: Rule = Rule {
    id: "windows-build",
    group: Group::Cluster,
    severity: DefaultSeverity::Always(Severity::Off),
    scope: Scope::HostProcess,
    api_server: ApiServer::Accepts,
    summary: "a node that could run the pod has a Windows without the bind filter (asks the cluster)",
    page: page!("windows_build.md"),
    check,
};

/// Windows Server 2019 with the updates of July 2022.
const FIRST_WITH_BIND_FILTER: Build = Build { number: 17763, revision: 3165 };

fn check(context: &Context, findings: &mut Findings) {
    let (mut old, mut unreadable) = (Affected::default(), Affected::default());
    for node in candidates(context) {
        match Build::parse(kernel(node)) {
            Some(build) if build < FIRST_WITH_BIND_FILTER => old.add(build, node),
            Some(_) => {}
            None => unreadable.add((), node),
        }
    }
    if let Some((worst, named)) = old.worst() {
        findings.pod(
            selection_path(context),
            format!("{named} runs Windows {}, which has no bind filter for volumes", quote(kernel(worst))),
            "install the updates of July 2022 or later (10.0.17763.3165), or select nodes that have them",
        );
    }
    if let Some((worst, named)) = unreadable.worst() {
        findings.pod(
            selection_path(context),
            format!("{named} reports the Windows version {}, which could not be read", quote(kernel(worst))),
            "make sure that it is 10.0.17763.3165 or later",
        );
    }
}

fn kernel<'n>(node: &'n Node) -> &'n str {
    node.info.kernel_version.as_deref().unwrap_or_default()
}
