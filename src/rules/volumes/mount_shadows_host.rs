use super::mounts::{Mount, mounts};
use crate::decode::Fields;
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::rule::{Rule, page};
use crate::settings::severity::Severity;
use crate::windows::path::WindowsPath;
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "mount-shadows-host",
    summary: "a mount path that hides a directory of the host",
    severity: Severity::Warn,
    reads: Fields::of(&["mountPath"]),
    page: page!("mount_shadows_host.md"),
    check,
    ..Rule::DEFAULT
};

/// Directories that belong to Windows or the node: what is mounted in, at or above one of them hides what they hold.
const OF_THE_NODE: &[WindowsPath] = &[
    WindowsPath::on_c(r"C:\Windows"),
    WindowsPath::on_c(r"C:\k"),
    WindowsPath::on_c(r"C:\etc\cni"),
    WindowsPath::on_c(r"C:\opt\cni"),
    WindowsPath::on_c(r"C:\etc\kubernetes"),
    WindowsPath::on_c(r"C:\var\lib\kubelet"),
    WindowsPath::on_c(r"C:\var\log\pods"),
    WindowsPath::on_c(r"C:\var\log\containers"),
];

/// Directories that programs share: only what is mounted at or above one of them hides what the others have there.
const SHARED: &[WindowsPath] = &[
    WindowsPath::on_c(r"C:\Program Files"),
    WindowsPath::on_c(r"C:\Program Files (x86)"),
    WindowsPath::on_c(r"C:\ProgramData"),
    WindowsPath::on_c(r"C:\Users"),
    WindowsPath::on_c(r"C:\var\log"),
];

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
    if let Some(covered) = OF_THE_NODE.iter().chain(SHARED).find(|directory| directory.is_same_or_under(&path)) {
        return Some(Hidden::All(covered.text()));
    }
    OF_THE_NODE.iter().find(|directory| path.is_same_or_under(directory)).map(|d| Hidden::Part(d.text()))
}
