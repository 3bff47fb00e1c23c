use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::finding::severity::Severity;
use crate::node::era::Era;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "working-dir",
    summary: about!("a working directory whose location depends on whether the node has the bind filter"),
    severity: Severity::Warn,
    reads: Fields::of(&["workingDir"]),
    page: page!("working_dir.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    if !context.settings.may_have(Era::binds) || !context.settings.may_have(|era| !era.binds()) {
        return;
    }
    // A mount moves along with it: below the image without the bind filter, at its own path with it.
    for directory in context.working_dirs().iter().filter(|directory| !directory.is_in_mount()) {
        findings.container(
            &directory.container,
            directory.container.path("workingDir"),
            format!(
                "{} is on the host with containerd 1.7 and the bind filter, but below the image without them",
                quote(directory.path.text())
            ),
            "write $env:CONTAINER_SANDBOX_MOUNT_POINT/..., or set containerd: \"1.7\" and bindFilter: true in the policy's settings once that holds for all nodes",
        );
    }
}
