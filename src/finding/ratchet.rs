//! The ratchet: on an update, denials become warnings if the old object already had the finding.

use crate::admission::change::Change;
use crate::admission::workload::Workload;
use crate::finding::severity::Severity;
use crate::finding::{Finding, denials};
use crate::k8s::pod_spec::Container;
use crate::order::Natural;

/// The condition under which an update may keep a finding as a warning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ratchet {
    /// The old object had the same finding, and no container runs a different image.
    #[default]
    SameFinding,
    /// The workload stays the same. This is for findings about permissions or the request itself. The old object is not
    /// judged: judged as the updating user, a workload granted to another user would appear never to have been granted,
    /// and the updating user's finding would count as old.
    SameWorkload,
}

/// Whether no container was added or moved, or has a different image. Different code makes a new workload, which keeps
/// no findings. New ephemeral containers are ignored: they do not affect the other containers, and their own findings
/// are new in any case.
pub fn has_same_images(old: &Workload, new: &Workload) -> bool {
    let (old, new) = (&old.pod.spec, &new.pod.spec);
    let mut ephemeral = old.ephemeral_containers.iter().zip(new.ephemeral_containers.iter());
    all_existed(&new.containers, &old.containers)
        && all_existed(&new.init_containers, &old.init_containers)
        && ephemeral.all(|(old, new)| has_same_image(old, new))
}

/// Whether every container existed before the update, in the same order.
fn all_existed(new_containers: &[Container], old_containers: &[Container]) -> bool {
    let mut old_containers = old_containers.iter();
    new_containers.iter().all(|new| old_containers.any(|old| has_same_image(old, new)))
}

fn has_same_image(old: &Container, new: &Container) -> bool {
    old.name == new.name && old.image == new.image
}

/// Turns the denials that an update may keep into warnings. `old_findings` are those of the old object, in the same
/// order.
pub fn downgrade_old_findings(findings: &mut [Finding], change: Change, old_findings: &[Finding]) {
    let (mut rule, mut old_findings_of_rule) = ("", old_findings);
    for finding in denials(findings) {
        if finding.rule != rule {
            rule = finding.rule;
            old_findings_of_rule = findings_of_rule(rule, old_findings);
        }
        downgrade_if_old(finding, change, old_findings_of_rule);
    }
}

/// The findings of one rule.
fn findings_of_rule<'f>(rule: &str, findings: &'f [Finding]) -> &'f [Finding] {
    let begin = findings.iter().take_while(|finding| finding.rule != rule).count();
    let count = findings[begin..].iter().take_while(|finding| finding.rule == rule).count();
    &findings[begin..begin + count]
}

/// `old_findings` are those of the same rule in the old object, by path.
fn downgrade_if_old(finding: &mut Finding, change: Change, old_findings: &[Finding]) {
    let is_old = match (finding.ratchet, counterpart(finding, old_findings)) {
        (Ratchet::SameWorkload, _) => change == Change::Scheduling,
        (Ratchet::SameFinding, None) => false,
        (Ratchet::SameFinding, Some(before)) => match finding.container_added_to(before) {
            None => true,
            // The finding is new because of this container, so it names it.
            Some(container) => {
                finding.container = Some(container.clone());
                false
            }
        },
    };
    if is_old {
        finding.is_old = true;
        finding.severity = Severity::Warn;
    }
}

/// The same finding of the old object. Uses binary search, because an object can have very many findings.
fn counterpart<'f>(finding: &Finding, old_findings: &'f [Finding]) -> Option<&'f Finding> {
    let begin = old_findings.partition_point(|old| Natural(&old.path) < Natural(&finding.path));
    old_findings[begin..].iter().take_while(|old| old.path == finding.path).find(|old| finding.is_same(old))
}
