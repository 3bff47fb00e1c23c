//! The registry: every rule, in the order in which findings are reported.

use crate::finding::Finding;
use crate::finding::ratchet::Ratchet;
use crate::rules::context::Context;
use crate::rules::rule::Rule;
use crate::rules::{
    access, cluster, commands, identity, images, isolation, lifecycle, network, placement, resources, shape, volumes,
};

/// A group of rules about one topic.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    /// The name on the rules page, and of the folder.
    pub name: &'static str,
    /// The rules, in the order in which findings are reported.
    pub rules: &'static [&'static Rule],
}

/// Every group, in the order in which findings are reported.
const GROUPS: &[Group] = &[
    Group { name: "access", rules: access::RULES },
    Group { name: "shape", rules: shape::RULES },
    Group { name: "identity", rules: identity::RULES },
    Group { name: "placement", rules: placement::RULES },
    Group { name: "isolation", rules: isolation::RULES },
    Group { name: "volumes", rules: volumes::RULES },
    Group { name: "commands", rules: commands::RULES },
    Group { name: "network", rules: network::RULES },
    Group { name: "resources", rules: resources::RULES },
    Group { name: "lifecycle", rules: lifecycle::RULES },
    Group { name: "images", rules: images::RULES },
    Group { name: "cluster", rules: cluster::RULES },
];

/// Every group, in the order in which findings are reported.
pub fn groups() -> impl Iterator<Item = &'static Group> {
    GROUPS.iter()
}

/// Every rule, in the order in which findings are reported.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    groups().flat_map(|group| group.rules.iter().copied())
}

/// Looks up a rule by its ID, such as `host-network`.
pub fn find(id: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.id == id)
}

/// Runs every rule that applies. Returns the findings in rule order, then by path.
pub fn check(context: &Context) -> Vec<Finding> {
    run(context, |_| true)
}

/// Like [`check`], for an old object: runs only the rules whose findings an update may keep because the old object had
/// them.
pub fn check_old(context: &Context) -> Vec<Finding> {
    run(context, |rule| rule.ratchet == Ratchet::SameFinding)
}

#[inline(never)]
fn run(context: &Context, is_selected: fn(&Rule) -> bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    for group in GROUPS {
        for rule in group.rules {
            if is_selected(rule) {
                rule.run(context, &mut findings);
            }
        }
    }
    findings
}
