//! `working-dir`: reads `workingDir` and `volumeMounts[].mountPath` of every HostProcess container (containers,
//! initContainers, ephemeralContainers), and the setting `containerd`.

use crate::finding::{Findings, quote};
use crate::rules::{ApiServer, Context, DefaultSeverity, Group, Rule, Scope};
use crate::settings::Severity;
use crate::windows::command_line::mentions;
use crate::windows::path::WindowsPath;
use crate::windows::version::Version;

/// The first containerd that takes a working directory literally.
const LITERAL: Version = Version::new(1, 7);

/// A working directory that moves between containerd versions.
pub static RULE: Rule = Rule {
    id: "working-dir",
    group: Group::Commands,
    severity: DefaultSeverity::Always(Severity::Warn),
    scope: Scope::HostProcess,
    api_server: ApiServer::Accepts,
    summary: "a working directory that moves between containerd versions",
    page: page!("working_dir.md"),
    check,
};

fn check(context: &Context, findings: &mut Findings) {
    if context.settings.containerd >= LITERAL {
        return;
    }
    for container in context.pod.host_process_containers() {
        let Some(directory) = container.raw.working_dir.as_deref().filter(|directory| !directory.is_empty()) else {
            continue;
        };
        let mut mounts = container.raw.volume_mounts.iter().filter_map(|mount| mount.mount_path.as_deref());
        // Mounts move with it: below the image before, at their own path since.
        let path = WindowsPath::new(directory);
        let is_in_mount = mounts.any(|mount| path.is_same_or_under(&WindowsPath::new(mount)));
        // What names the variable is either replaced, and right, or the business of `sandbox-variable-spelling`.
        if mentions(directory).next().is_none() && !is_in_mount {
            findings.container(
                &container,
                container.path("workingDir"),
                format!("{} is below the image before containerd {LITERAL} and a path of the host since", quote(directory)),
                "write $env:CONTAINER_SANDBOX_MOUNT_POINT/..., or set containerd to the oldest on your nodes",
            );
        }
    }
}
