//! `mount-over-rootfs`: reads `volumeMounts[].mountPath` of every HostProcess container (containers, initContainers,
//! ephemeralContainers).

use crate::finding::{Findings, quote};
use crate::rules::{ApiServer, Context, DefaultSeverity, Group, Rule, Scope};
use crate::settings::Severity;
use crate::windows::path::ROOTFS;

use super::mounts;

/// A mount over `C:\hpc`, where the image is, or over `C:\`.
pub static RULE: Rule = Rule {
    id: "mount-over-rootfs",
    group: Group::Volumes,
    severity: DefaultSeverity::Always(Severity::Deny),
    scope: Scope::HostProcess,
    api_server: ApiServer::Accepts,
    summary: "a mount over `C:\\hpc`, where the image is, or over `C:\\`",
    page: page!("mount_over_rootfs.md"),
    check,
};

fn check(context: &Context, findings: &mut Findings) {
    for mount in mounts(context.pod) {
        let (path, found) = (mount.path(), quote(mount.text()));
        let message = if path.is_same(&ROOTFS) {
            format!("{found} is where the image is: the mount hides all of it")
        // `C:` is refused by containerd: `mount-drive`.
        } else if path.is_drive_root() && path.drive() == Some('C') && !path.is_drive_letter() && !mount.text().is_empty() {
            format!("{found} is the whole drive: the mount hides Windows and the image")
        } else {
            continue;
        };
        let fix = r"mount it at a path of its own, such as C:\mnt\data";
        findings.container(&mount.container, mount.field("mountPath"), message, fix);
    }
}
