use super::mounts::mounts;
use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::node::admission::demands_recursive_read_only;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};

pub static RULE: Rule = Rule {
    id: "recursive-read-only",
    summary: about!("`recursiveReadOnly: Enabled`, which keeps containers from starting on Windows"),
    reads: Fields::of(&["recursiveReadOnly"]),
    page: page!("recursive_read_only.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    for mount in mounts(context.pod).filter(|mount| demands_recursive_read_only(mount.raw)) {
        findings.container(
            &mount.container,
            mount.field("recursiveReadOnly"),
            "'Enabled' keeps the container from starting, because containerd does not support it on Windows",
            "remove it, or set it to IfPossible",
        );
    }
}
