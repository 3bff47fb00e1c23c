//! Permission to run HostProcess workloads.

use crate::rules::rule::Rule;

pub mod coverage;
mod ephemeral_container;
mod mismatch;
mod not_allowed;
mod permission;
mod requester;

/// The rules of this group, in the order in which findings are reported.
pub const RULES: &[&Rule] = &[&not_allowed::RULE, &ephemeral_container::RULE];
