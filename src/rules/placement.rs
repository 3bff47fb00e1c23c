//! Scheduling to Windows nodes, and fields for Linux.

use crate::rules::rule::Rule;

mod host_namespaces;
mod linux_node;
mod linux_only_fields;
mod openshift_os_name;
mod os_name;
mod run_as_uid;
mod windows_node;

/// The rules of this group, in the order in which findings are reported.
pub const RULES: &[&Rule] = &[
    &windows_node::RULE,
    &linux_node::RULE,
    &run_as_uid::RULE,
    &os_name::RULE,
    &openshift_os_name::RULE,
    &linux_only_fields::RULE,
    &host_namespaces::RULE,
];
