//! Rules about the cluster's nodes and namespaces. The cluster is queried only when the settings `nodes.check` and
//! `namespaces.check` are true.

use crate::rules::rule::Rule;

pub mod affected_nodes;
mod min_containerd;
mod min_kubernetes;
mod namespace_pod_security;
mod no_windows_node;
mod windows_build;

/// The rules of this group, in the order in which findings are reported.
pub const RULES: &[&Rule] = &[
    &min_kubernetes::RULE,
    &min_containerd::RULE,
    &no_windows_node::RULE,
    &windows_build::RULE,
    &namespace_pod_security::RULE,
];
