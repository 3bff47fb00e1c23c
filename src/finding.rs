//! Findings: a place, the reason, and the fix.

pub mod collector;
pub mod patch;
pub mod ratchet;
pub mod severity;

use std::fmt;

use crate::order::{Natural, sorted};
use crate::wording::quote;

use patch::Patch;
use ratchet::Ratchet;
use severity::Severity;

/// A single problem that a rule found at one place.
///
/// The message quotes the value found (a hash, if it is long), so two findings are the same exactly if rule, path,
/// container and message are equal. The ratchet on updates compares these, and the containers that inherit the field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The ID of the rule.
    pub rule: &'static str,
    /// Its severity, never `Off`.
    pub severity: Severity,
    /// The condition under which an update may keep it.
    pub ratchet: Ratchet,
    /// The path of the field in the object, such as `spec.template.spec.hostNetwork`.
    pub path: String,
    /// The name of the container with the field.
    pub container: Option<String>,
    /// The names of the containers that inherit the field from the pod.
    pub inheritors: Vec<String>,
    /// Whether an update keeps it, so that it only warns.
    pub is_old: bool,
    /// The reason, quoting the value found. It follows `path: ` and so starts in lower case.
    pub message: String,
    /// The fix: an imperative without a final period.
    pub fix: String,
    /// The fix as a patch of the object, if it is certain.
    pub patch: Option<Patch>,
}

impl Finding {
    /// Whether it is the same problem at the same place, regardless of the severity. A container that replaces another
    /// one does not inherit its findings.
    pub fn is_same(&self, other: &Finding) -> bool {
        self.rule == other.rule
            && self.path == other.path
            && self.container == other.container
            && self.message == other.message
    }

    /// A container that did not inherit the field in the old finding. A container that moved is treated as new.
    pub fn container_added_to(&self, old: &Finding) -> Option<&String> {
        let mut before = old.inheritors.iter();
        self.inheritors.iter().find(|container| !before.any(|old| old == *container))
    }

    /// The short form, for a warning. The caller appends the rule's id.
    pub fn warning(&self) -> String {
        format!("{}: {}", self.path, self.message)
    }
}

/// The long form: path, message, fix and rule.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        if let Some(container) = &self.container {
            write!(f, " (container {})", quote(container))?;
        }
        write!(f, ": {}; {} [{}]", self.message, self.fix, self.rule)
    }
}

/// The findings that deny the request.
pub fn denials(findings: &mut [Finding]) -> impl Iterator<Item = &mut Finding> {
    findings.iter_mut().filter(|finding| finding.severity == Severity::Deny)
}

/// Sorts the findings from `begin` by path, `containers[2]` before `containers[10]`.
pub fn sort_by_path(findings: &mut Vec<Finding>, begin: usize) {
    if !findings[begin..].is_sorted_by_key(|finding| Natural(&finding.path)) {
        let mut unsorted: Vec<Option<Finding>> = findings.drain(begin..).map(Some).collect();
        let paths = unsorted.iter().flatten().map(|finding| finding.path.as_str()).collect();
        let order: Vec<usize> = sorted(paths).into_iter().map(|(_, place)| place).collect();
        findings.extend(order.into_iter().filter_map(|place| unsorted[place].take()));
    }
}
