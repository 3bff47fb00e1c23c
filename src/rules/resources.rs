//! Resource limits, the only isolation between a HostProcess container and its node.

use crate::rules::rule::Rule;

mod ephemeral_storage_limit;
mod pod_level_resources;
mod resource_limits;
mod tiny_memory_limit;

/// The rules of this group, in the order in which findings are reported.
pub const RULES: &[&Rule] =
    &[&pod_level_resources::RULE, &tiny_memory_limit::RULE, &resource_limits::RULE, &ephemeral_storage_limit::RULE];
