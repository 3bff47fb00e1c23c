//! Network settings that have no effect on a HostProcess pod, and ports that it opens on the node.

use crate::rules::rule::Rule;

mod dns_policy;
mod host_ports;
mod hosts_and_hostname;
mod surge_with_host_ports;

/// The rules of this group, in the order in which findings are reported.
pub const RULES: &[&Rule] =
    &[&surge_with_host_ports::RULE, &dns_policy::RULE, &hosts_and_hostname::RULE, &host_ports::RULE];
