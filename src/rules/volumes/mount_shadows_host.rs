//! `mount-shadows-host`: reads `volumeMounts[].mountPath` of every HostProcess container (containers, initContainers,
//! ephemeralContainers), and `volumes[].hostPath.path` of the volume mounted there.

use crate::finding::{Findings, quote};
use crate::rules::{ApiServer, Context, DefaultSeverity, Group, Rule, Scope};
use crate::settings::Severity;
use crate::windows::path::WindowsPath;

use super::{Mount, mounts};

/// A mount path that hides a directory of the host.
pub static RULE: Rule = Rule {
    id: "mount-shadows-host",
    group: Group::Volumes,
    severity: DefaultSeverity::Always(Severity::Warn),
    scope: Scope::HostProcess,
    api_server: ApiServer::Accepts,
    summary: "a mount path that hides a directory of the host",
    page: page!("mount_shadows_host.md"),
    check,
};

/// Directories that belong to Windows or the node: what is mounted in, at or above one of them hides what they hold.
const OF_THE_NODE: &[&str] = &[
    r"C:\Windows",
    r"C:\k",
    r"C:\etc\cni",
    r"C:\opt\cni",
    r"C:\etc\kubernetes",
    r"C:\var\lib\kubelet",
    r"C:\var\log\pods",
    r"C:\var\log\containers",
];

/// Directories that programs share: only what is mounted at or above one of them hides what the others have there.
const SHARED: &[&str] =
    &[r"C:\Program Files", r"C:\Program Files (x86)", r"C:\ProgramData", r"C:\Users", r"C:\var\log"];

fn check(context: &Context, findings: &mut Findings) {
    for mount in mounts(context.pod).filter(hides_another_place) {
        let found = quote(mount.text());
        let message = match hidden(&mount) {
            Some(Hidden::Part(directory)) => {
                format!("{found} is in {directory} and hides what the node has there, from containerd 1.7 on")
            }
            Some(Hidden::All(directory)) => format!("{found} hides the node's {directory}, from containerd 1.7 on"),
            None => continue,
        };
        findings.container(
            &mount.container,
            mount.field("mountPath"),
            message,
            "mount it at a path that the node does not use",
        );
    }
}

/// Whether what is mounted is known and not what the host has at the same place.
fn hides_another_place(mount: &Mount) -> bool {
    mount.volume().is_some() && !mount.is_host_path_onto_itself()
}

enum Hidden {
    /// Something in this directory.
    Part(&'static str),
    /// This directory.
    All(&'static str),
}

fn hidden(mount: &Mount) -> Option<Hidden> {
    let path = mount.path();
    // Drive roots belong to `mount-over-rootfs` and `mount-drive`.
    if path.is_drive_root() {
        return None;
    }
    let covered = |directory: &&&str| WindowsPath::new(directory).is_same_or_under(mount.text());
    OF_THE_NODE.iter().chain(SHARED).find(covered).copied().map(Hidden::All).or_else(|| {
        OF_THE_NODE.iter().find(|directory| path.is_same_or_under(directory)).copied().map(Hidden::Part)
    })
}
