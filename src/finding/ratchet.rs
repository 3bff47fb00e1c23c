//! The ratchet: on an update, denials become warnings where the old object already had the finding.

use crate::admission::change::Change;
use crate::admission::workload::Workload;
use crate::finding::severity::Severity;
use crate::finding::{Finding, denials};
use crate::k8s::pod_spec::Container;
use crate::order::Natural;

/// When an update may keep a finding, as a warning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ratchet {
    /// When the old object had it, too, and no container runs a different image.
    #[default]
    HadBefore,
    /// When what runs stays the same, for findings about who may run it or about the request itself. The old object is not
    /// judged: judged as the updating user, a workload granted to another user would appear never to have been granted, and
    /// this user's finding would pass for an old one.
    RunsTheSame,
}

/// Whether no container got a different image and none was added, moved ones counting as both. Different code makes a new
/// workload, which keeps nothing. A new ephemeral container does not count: it changes nothing about the others, and what
/// concerns it is new anyway.
pub fn has_same_images(old: &Workload, new: &Workload) -> bool {
    let (old, new) = (&old.pod.spec, &new.pod.spec);
    let mut ephemeral = old.ephemeral_containers.iter().zip(new.ephemeral_containers.iter());
    are_among(&new.containers, &old.containers)
        && are_among(&new.init_containers, &old.init_containers)
        && ephemeral.all(|(old, new)| runs_the_same(old, new))
}

/// Whether every container is among those before the update, in the same order.
fn are_among(news: &[Container], olds: &[Container]) -> bool {
    let mut olds = olds.iter();
    news.iter().all(|new| olds.any(|old| runs_the_same(old, new)))
}

fn runs_the_same(old: &Container, new: &Container) -> bool {
    old.name == new.name && old.image == new.image
}

/// Turns the denials that an update may keep into warnings. `had` is what the old object had, in the same order.
pub fn downgrade_old_findings(findings: &mut [Finding], change: Change, had: &[Finding]) {
    let (mut rule, mut had_of_rule) = ("", had);
    for finding in denials(findings) {
        if finding.rule != rule {
            rule = finding.rule;
            had_of_rule = of_rule(rule, had);
        }
        downgrade_if_old(finding, change, had_of_rule);
    }
}

/// The findings of one rule among those of all.
fn of_rule<'h>(rule: &str, had: &'h [Finding]) -> &'h [Finding] {
    let begin = had.iter().take_while(|old| old.rule != rule).count();
    let count = had[begin..].iter().take_while(|old| old.rule == rule).count();
    &had[begin..begin + count]
}

/// `had` is what the old object had of the same rule, by path.
fn downgrade_if_old(finding: &mut Finding, change: Change, had: &[Finding]) {
    let is_old = match (finding.ratchet, counterpart(finding, had)) {
        (Ratchet::RunsTheSame, _) => change == Change::WhereOrWhen,
        (Ratchet::HadBefore, None) => false,
        (Ratchet::HadBefore, Some(before)) => match finding.container_added_to(before) {
            None => true,
            // It is new because of this container, so that is the one to name.
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

/// Found by binary search, because an object can have very many findings.
fn counterpart<'h>(finding: &Finding, had: &'h [Finding]) -> Option<&'h Finding> {
    let begin = had.partition_point(|old| Natural(&old.path) < Natural(&finding.path));
    had[begin..].iter().take_while(|old| old.path == finding.path).find(|old| finding.is_same(old))
}
