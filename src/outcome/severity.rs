//! The final severity of each finding: the rule's default, changed by the profile and the overrides in the settings.
//! Denials become warnings for mirror pods and, on an update, for findings that the old object already had.

use crate::admission::request::Request;
use crate::admission::workload::Workload;
use crate::outcome::finding::Finding;
use crate::outcome::ratchet::Unchanged;
use crate::settings::Settings;
use crate::settings::severity::{Profile, Severity};

/// The severity of a rule's findings: the override for the rule in the settings, else `default` adjusted by the
/// profile.
pub fn configured(settings: &Settings, rule: &str, default: Severity) -> Severity {
    match (settings.rules.get(rule), settings.profile, default) {
        (Some(severity), ..) => *severity,
        (None, Profile::Default, severity) => severity,
        (None, Profile::Strict, Severity::Off) => Severity::Warn,
        (None, Profile::Strict, _) => Severity::Deny,
    }
}

/// Turns every denial into a warning when the object is a mirror pod.
pub fn tolerate_mirror_pod(findings: &mut [Finding], request: &Request, workload: &Workload) {
    if is_mirror_pod(request, workload) {
        downgrade_denials(findings, |_| true);
    }
}

/// Turns denials into warnings where the old object already had the finding, and the update changed nothing that calls
/// for a new decision.
pub fn tolerate_old_findings(findings: &mut [Finding], old: &[Finding], unchanged: Unchanged) {
    downgrade_denials(findings, |finding| {
        unchanged.keeps(finding.ratchet) && old.iter().any(|old| old.is_same(finding))
    });
}

fn downgrade_denials(findings: &mut [Finding], is_tolerated: impl Fn(&Finding) -> bool) {
    for finding in findings.iter_mut().filter(|finding| finding.severity == Severity::Deny && is_tolerated(finding)) {
        finding.severity = Severity::Warn;
    }
}

/// Whether the object is a mirror pod, which represents a static pod in the API; the static pod runs whether this one
/// is admitted or not. The annotation cannot be misused: kube-apiserver does not allow adding or removing it later, and
/// a kubelet does not run a pod that has it.
fn is_mirror_pod(request: &Request, workload: &Workload) -> bool {
    let is_pod = request.kind.group.is_empty() && request.kind.kind == "Pod";
    is_pod && workload.pod.annotations.get("kubernetes.io/config.mirror").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::{parse, read};

    #[test]
    fn the_profile_moves_every_severity_one_step_and_rules_win() {
        let tree = parse(br#"{"profile": "strict", "rules": {"host-network": "off"}}"#).expect("JSON");
        let strict: Settings = read(&tree).expect("valid");
        assert_eq!(configured(&strict, "windows-node", Severity::Warn), Severity::Deny);
        assert_eq!(configured(&strict, "resource-limits", Severity::Off), Severity::Warn);
        assert_eq!(configured(&strict, "os-linux", Severity::Deny), Severity::Deny);
        assert_eq!(configured(&strict, "host-network", Severity::Deny), Severity::Off);
    }
}
