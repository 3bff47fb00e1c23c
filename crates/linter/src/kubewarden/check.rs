//! Validates the settings for this policy in Kubewarden policies among the manifests.

use windows_hostprocess_policy::finding::severity::Severity;
use windows_hostprocess_policy::read_settings;

use crate::catalogue::INVALID_SETTINGS;
use crate::kubewarden::{Policy, joined, policies};
use crate::object::{Object, tree};
use crate::report::Diagnostic;

/// The errors in the settings for this policy in an object, without a place yet; none for any other object.
pub fn check(object: &Object) -> Vec<Diagnostic> {
    let Some(value) = object.value() else { return Vec::new() };
    let policies = policies(&object.api_version, &object.kind, value).into_iter().filter(Policy::is_this_policy);
    policies.filter_map(|policy| refused_settings(&policy).or_else(|| useless_mutate(&policy))).collect()
}

fn refused_settings(policy: &Policy) -> Option<Diagnostic> {
    if policy.settings.is_null() {
        return None;
    }
    let invalid = read_settings(&tree(policy.settings)).err()?;
    let path = joined(&policy.settings_path(), &invalid.path);
    Some(Diagnostic {
        wrong_type: invalid.wrong_type,
        ..Diagnostic::new(INVALID_SETTINGS, Severity::Deny, path, invalid.message)
    })
}

/// Warns about the setting `mutate` where Kubewarden does not let the policy change requests.
fn useless_mutate(policy: &Policy) -> Option<Diagnostic> {
    let mutate = &policy.settings["mutate"];
    if policy.may_mutate || mutate.is_null() || mutate.as_array().is_some_and(Vec::is_empty) {
        return None;
    }
    let (path, message, fix) = match policy.member {
        None => (
            "spec.mutating".to_owned(),
            "is not true, but the settings have mutate: in mode protect Kubewarden rejects each request that the policy would change",
            "write mutating: true",
        ),
        // See policy_group_evaluator in policy-evaluator.
        Some(_) => (
            joined(&policy.settings_path(), "mutate"),
            "has no place in a policy group: a member that would change a request counts as one that denies it",
            "remove it, and give it to a policy that is not in a group",
        ),
    };
    let warning = Diagnostic::new(INVALID_SETTINGS, Severity::Warn, path, message.to_owned());
    Some(Diagnostic { fix: fix.to_owned(), ..warning })
}
