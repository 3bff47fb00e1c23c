use super::affected_nodes::{AffectedNodes, candidates, selection_path};
use crate::finding::collector::Findings;
use crate::finding::severity::Severity;
use crate::k8s::version::Build;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "windows-build",
    summary: about!("a node that could run the pod has a Windows build without the bind filter (queries the cluster)"),
    severity: Severity::Off,
    page: page!("windows_build.md"),
    ..Rule::new(check)
};

/// Windows Server 2019 with the July 2022 updates.
const FIRST_WITH_BIND_FILTER: Build = Build { number: 17763, revision: 3165 };

fn check(context: &Context, findings: &mut Findings) {
    let (mut old, mut unreadable) = (AffectedNodes::default(), AffectedNodes::default());
    for node in candidates(context) {
        match Build::parse(&node.kernel_version) {
            Some(build) if build < FIRST_WITH_BIND_FILTER => old.add(build, node),
            Some(_) => {}
            None => unreadable.add((), node),
        }
    }
    if let Some((worst, named)) = old.worst() {
        findings.pod(
            selection_path(context),
            format!("{named} runs Windows {}, which has no bind filter for volumes", quote(&worst.kernel_version)),
            "install the July 2022 updates (10.0.17763.3165) or later ones, or select nodes that have them",
        );
    }
    if let Some((worst, named)) = unreadable.worst() {
        findings.pod(
            selection_path(context),
            format!("{named} reports the Windows version {}, which could not be read", quote(&worst.kernel_version)),
            "make sure that it is 10.0.17763.3165 or later",
        );
    }
}
