use super::mounts::mounts;
use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::finding::severity::Severity;
use crate::k8s::version::Version;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, page};
use crate::wording::quote;

/// The first containerd that can mount at a drive.
const FIRST_WITH_DRIVE_MOUNTS: Version = Version::new(1, 7);

pub static RULE: Rule = Rule {
    id: "mount-drive",
    summary: "a drive as the mount path",
    severity_varies: "deny for `C:`, warn for other drives",
    reads: Fields::of(&["mountPath"]),
    page: page!("mount_drive.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    for mount in mounts(context.pod) {
        let (path, found) = (mount.path(), quote(mount.text()));
        match path.drive() {
            Some('C') if path.is_drive_letter() => {
                findings.at(Severity::Deny).container(
                    &mount.container,
                    mount.field("mountPath"),
                    format!("{found} as a mount path is refused by containerd"),
                    r"mount it at a path of its own, such as C:\mnt\data",
                );
            }
            Some(drive)
                if drive != 'C' && path.is_drive_root() && *context.settings.containerd < FIRST_WITH_DRIVE_MOUNTS =>
            {
                findings.at(Severity::Warn).container(
                    &mount.container,
                    mount.field("mountPath"),
                    format!("{found} is a folder below the image before containerd {FIRST_WITH_DRIVE_MOUNTS}, and a drive since then"),
                    r"mount it at a path of its own, such as C:\mnt\data, or set the policy's setting containerd to the oldest version on your nodes",
                );
            }
            _ => {}
        }
    }
}
