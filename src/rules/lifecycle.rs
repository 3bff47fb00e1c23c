//! The termination of the pod.

use crate::rules::rule::Rule;

mod termination;

/// The rules of this group, in the order in which findings are reported.
pub const RULES: &[&Rule] = &[&termination::RULE];
