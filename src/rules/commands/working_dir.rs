use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::finding::severity::Severity;
use crate::k8s::version::Version;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, page};
use crate::windows::command_line::mentions;
use crate::windows::path::WindowsPath;
use crate::wording::quote;

/// The first containerd that takes a working directory literally.
const FIRST_WITH_LITERAL_WORKING_DIR: Version = Version::new(1, 7);

pub static RULE: Rule = Rule {
    id: "working-dir",
    summary: "a working directory that is a different place with other containerd versions",
    severity: Severity::Warn,
    reads: Fields::of(&["workingDir"]),
    page: page!("working_dir.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    if *context.settings.containerd >= FIRST_WITH_LITERAL_WORKING_DIR {
        return;
    }
    for container in context.pod.host_process_containers() {
        let Some(directory) = container.raw.working_dir.filter(|directory| !directory.is_empty()) else {
            continue;
        };
        let mut mounts = container.raw.volume_mounts.iter().filter_map(|mount| mount.mount_path);
        // Mounts move along with it: before containerd 1.7 they are below the image, since then at their own path.
        let path = WindowsPath::new(directory);
        let is_in_mount = mounts.any(|mount| path.is_same_or_under(&WindowsPath::new(mount)));
        // A directory that names the variable is either replaced, which is right, or reported by
        // `sandbox-variable-spelling`.
        if mentions(directory).next().is_none() && !is_in_mount {
            findings.container(
                &container,
                container.path("workingDir"),
                format!(
                    "{} is below the image before containerd {FIRST_WITH_LITERAL_WORKING_DIR}, but on the host since then",
                    quote(directory)
                ),
                "write $env:CONTAINER_SANDBOX_MOUNT_POINT/..., or set the policy's setting containerd to the oldest version on your nodes",
            );
        }
    }
}
