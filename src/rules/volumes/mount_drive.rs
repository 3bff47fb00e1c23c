//! `mount-drive`: reads `volumeMounts[].mountPath` of every HostProcess container (containers, initContainers,
//! ephemeralContainers), and the setting `containerd`.

use crate::finding::{Findings, quote};
use crate::rules::{ApiServer, Context, DefaultSeverity, Group, Rule, Scope};
use crate::settings::Severity;
use crate::windows::version::Version;

use super::mounts;

/// The first containerd that mounts at a drive.
const MOUNTS_DRIVES: Version = Version::new(1, 7);

/// A drive as mount path.
pub static RULE: Rule = Rule {
    id: "mount-drive",
    group: Group::Volumes,
    severity: DefaultSeverity::Varies("deny for `C:`, warn for other drives"),
    scope: Scope::HostProcess,
    api_server: ApiServer::Accepts,
    summary: "a drive as mount path",
    page: page!("mount_drive.md"),
    check,
};

fn check(context: &Context, findings: &mut Findings) {
    for mount in mounts(context.pod) {
        let (path, found) = (mount.path(), quote(mount.text()));
        match path.drive() {
            Some('C') if path.is_drive_letter() => findings.at(Severity::Deny).container(
                &mount.container,
                mount.field("mountPath"),
                format!("{found} as mount path is refused by containerd"),
                r"mount it at a path of its own, such as C:\mnt\data",
            ),
            Some(drive) if drive != 'C' && path.is_drive_root() && context.settings.containerd < MOUNTS_DRIVES => {
                findings.at(Severity::Warn).container(
                    &mount.container,
                    mount.field("mountPath"),
                    format!("{found} is a drive only since containerd {MOUNTS_DRIVES}, a folder below the image before"),
                    r"mount it at a path of its own, such as C:\mnt\data, or set containerd to the oldest on your nodes",
                );
            }
            _ => {}
        }
    }
}
