//! Requirements of Kubernetes for HostProcess pods.

use crate::rules::rule::Rule;

mod all_containers;
mod host_network;
mod host_users;
mod level_conflict;
mod os_linux;
mod pod_level;
mod port_mismatch;
mod resize;

/// The rules of this group, in the order in which findings are reported.
pub const RULES: &[&Rule] = &[
    &host_network::RULE,
    &all_containers::RULE,
    &level_conflict::RULE,
    &host_users::RULE,
    &port_mismatch::RULE,
    &os_linux::RULE,
    &resize::RULE,
    &pod_level::RULE,
];
