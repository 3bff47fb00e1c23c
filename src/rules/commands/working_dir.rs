use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::finding::severity::Severity;
use crate::node::era::Era;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::windows::command_line::mentions;
use crate::windows::path::WindowsPath;
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "working-dir",
    summary: about!("a working directory that is one place on nodes with the bind filter and another without it"),
    severity: Severity::Warn,
    reads: Fields::of(&["workingDir"]),
    page: page!("working_dir.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    if !context.settings.may_have(Era::binds) || !context.settings.may_have(|era| !era.binds()) {
        return;
    }
    for container in context.pod.host_process_containers() {
        let Some(directory) = container.raw.working_dir.filter(|directory| !directory.is_empty()) else {
            continue;
        };
        let mut mounts = container.raw.volume_mounts.iter().filter_map(|mount| mount.mount_path);
        // Mounts move along with it: without the bind filter they are below the image, with it at their own path.
        let path = WindowsPath::new(directory);
        let is_in_mount = mounts.any(|mount| path.is_same_or_under(&WindowsPath::new(mount)));
        // A directory that names the variable is either replaced, which is right, or reported by
        // `sandbox-variable-spelling`.
        if mentions(directory).next().is_none() && !is_in_mount {
            findings.container(
                &container,
                container.path("workingDir"),
                format!(
                    "{} is on the host with containerd 1.7 and the bind filter, but below the image without them",
                    quote(directory)
                ),
                "write $env:CONTAINER_SANDBOX_MOUNT_POINT/..., or set containerd: \"1.7\" and bindFilter: true in the policy's settings once that holds for all nodes",
            );
        }
    }
}
