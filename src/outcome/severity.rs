//! The final severity of findings: denials become warnings for mirror pods and, on an update, where the old object already had
//! the finding.

use crate::admission::change::Change;
use crate::admission::request::Request;
use crate::admission::workload::Workload;
use crate::order::Natural;
use crate::outcome::finding::Finding;
use crate::outcome::ratchet::Ratchet;
use crate::settings::severity::Severity;

/// Turns every denial into a warning when the object is a mirror pod.
pub fn tolerate_mirror_pod(findings: &mut [Finding], request: &Request, workload: &Workload) {
    if is_mirror_pod(request, workload) {
        for finding in denials(findings) {
            finding.severity = Severity::Warn;
        }
    }
}

/// Turns the denials that an update may keep into warnings. `had` is what the old object had, in the same order.
pub fn tolerate_old_findings(findings: &mut [Finding], change: Change, had: &[Finding]) {
    let (mut rule, mut had_of_rule) = ("", had);
    for finding in denials(findings) {
        if finding.rule != rule {
            rule = finding.rule;
            had_of_rule = of_rule(rule, had);
        }
        tolerate_old(finding, change, had_of_rule);
    }
}

/// The findings of one rule among those of all.
fn of_rule<'h>(rule: &str, had: &'h [Finding]) -> &'h [Finding] {
    let begin = had.iter().take_while(|old| old.rule != rule).count();
    let count = had[begin..].iter().take_while(|old| old.rule == rule).count();
    &had[begin..begin + count]
}

fn denials(findings: &mut [Finding]) -> impl Iterator<Item = &mut Finding> {
    findings.iter_mut().filter(|finding| finding.severity == Severity::Deny)
}

/// `had` is what the old object had of the same rule, by path.
fn tolerate_old(finding: &mut Finding, change: Change, had: &[Finding]) {
    let is_old = match (finding.ratchet, counterpart(finding, had)) {
        (Ratchet::RunsTheSame, _) => change == Change::WhereOrWhen,
        (Ratchet::HadBefore, None) => false,
        (Ratchet::HadBefore, Some(before)) => match finding.newcomer(before) {
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

/// Whether the object is a mirror pod, which represents a static pod in the API; the static pod runs whether this one
/// is admitted or not. The annotation cannot be misused: kube-apiserver does not allow adding or removing it later, and
/// a kubelet does not run a pod that has it.
pub(super) fn is_mirror_pod(request: &Request, workload: &Workload) -> bool {
    request.kind.is_pod() && workload.pod.annotations.get("kubernetes.io/config.mirror").is_some()
}
