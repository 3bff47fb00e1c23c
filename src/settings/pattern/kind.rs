//! Patterns for kinds. A bare name is a native kind (`DaemonSet`); custom kinds have their group after a dot, as in
//! kubectl (`DaemonSet.apps.kruise.io`), because any group may define a kind of that name.
//!
//! - `*` alone matches any kind; `Daemon*` only native kinds.
//! - With a dot, kind and group are matched separately: `Rollout.argoproj.io`, `*.apps.kruise.io`, `Deployment.apps`.

use std::borrow::Cow;

use super::matches;
use crate::admission::kinds::is_native;
use crate::wording::quote;

const NATIVE: [&str; 10] = [
    "Pod",
    "PodTemplate",
    "ReplicationController",
    "Deployment",
    "ReplicaSet",
    "StatefulSet",
    "DaemonSet",
    "Job",
    "CronJob",
    "ControllerRevision",
];

/// Whether a kind of a group matches a pattern.
pub fn matches_kind(pattern: &str, group: &str, kind: &str) -> bool {
    match pattern.split_once('.') {
        Some((wanted, wanted_group)) => matches(wanted, kind) && matches(wanted_group, group),
        None => pattern == "*" || is_native(group, kind) && matches(pattern, kind),
    }
}

/// The kind in the syntax of patterns.
pub fn full_name<'k>(group: &str, kind: &'k str) -> Cow<'k, str> {
    if group.is_empty() || is_native(group, kind) { Cow::Borrowed(kind) } else { Cow::Owned(format!("{kind}.{group}")) }
}

/// Why a pattern does not match as intended; `None` if it is valid.
pub fn lint_pattern(pattern: &str) -> Option<String> {
    let (kind, group) = pattern.split_once('.').unwrap_or((pattern, ""));
    if pattern.contains('/') {
        return Some(format!("{}: write the kind before its group, like DaemonSet.apps.kruise.io", quote(pattern)));
    }
    if !group.is_empty() || NATIVE.iter().any(|native| matches(kind, native)) {
        return None;
    }
    let singular = kind.strip_suffix('s').unwrap_or(kind);
    Some(match NATIVE.iter().find(|native| native.eq_ignore_ascii_case(singular)) {
        Some(native) => format!("unknown kind {}, did you mean '{native}'?", quote(pattern)),
        None => format!(
            "{} is not a kind of Kubernetes that has pods: write other kinds with their group, like Rollout.argoproj.io",
            quote(pattern)
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("DaemonSet", "apps", "DaemonSet", true)]
    #[case("DaemonSet", "extensions", "DaemonSet", true)]
    #[case("DaemonSet", "apps.kruise.io", "DaemonSet", false)]
    #[case("Daemon*", "apps.kruise.io", "DaemonSet", false)]
    #[case("DaemonSet*", "apps.kruise.io", "DaemonSet", false)]
    #[case("DaemonSet", "", "DaemonSet", false)]
    #[case("DaemonSet.apps.kruise.io", "apps.kruise.io", "DaemonSet", true)]
    #[case("DaemonSet.apps.kruise.io", "apps", "DaemonSet", false)]
    #[case("DaemonSet.apps.kruise.io", "evil.apps.kruise.io", "DaemonSet", false)]
    #[case("DaemonSet.apps", "apps", "DaemonSet", true)]
    #[case("DaemonSet.apps", "apps.kruise.io", "DaemonSet", false)]
    #[case("DaemonSet.*", "apps.kruise.io", "DaemonSet", true)]
    #[case("*.apps.kruise.io", "apps.kruise.io", "CloneSet", true)]
    #[case("*.apps.kruise.io", "apps", "DaemonSet", false)]
    #[case("Pod", "", "Pod", true)]
    #[case("Pod", "evil.example", "Pod", false)]
    #[case("*", "argoproj.io", "Rollout", true)]
    #[case("*", "", "Pod", true)]
    fn kinds(#[case] pattern: &str, #[case] group: &str, #[case] kind: &str, #[case] expected: bool) {
        assert_eq!(matches_kind(pattern, group, kind), expected);
    }

    #[rstest]
    #[case("DaemonSet", None)]
    #[case("Daemon*", None)]
    #[case("*", None)]
    #[case("*Set", None)]
    #[case("Rollout.argoproj.io", None)]
    #[case("*.apps.kruise.io", None)]
    #[case("daemonsets", Some("did you mean 'DaemonSet'?"))]
    #[case("Rollout", Some("with their group, like Rollout.argoproj.io"))]
    #[case("Rollout.", Some("with their group, like Rollout.argoproj.io"))]
    #[case("apps/DaemonSet", Some("like DaemonSet.apps.kruise.io"))]
    #[case("DaemonSet.apps/v1", Some("like DaemonSet.apps.kruise.io"))]
    fn invalid_patterns(#[case] pattern: &str, #[case] expected: Option<&str>) {
        let found = lint_pattern(pattern);
        assert_eq!(found.is_some(), expected.is_some(), "{found:?}");
        assert!(found.unwrap_or_default().ends_with(expected.unwrap_or_default()));
    }
}
