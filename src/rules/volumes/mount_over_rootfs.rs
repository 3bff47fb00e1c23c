use super::mounts::mounts;
use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::node::mounts::is_refused;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::windows::path::ROOTFS;
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "mount-over-rootfs",
    summary: about!("a mount over `C:\\hpc`, where the image is, or over `C:\\`"),
    reads: Fields::of(&["mountPath"]),
    page: page!("mount_over_rootfs.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    for mount in mounts(context.pod) {
        let (path, found) = (mount.path(), quote(mount.text()));
        let message = if path.is_same(&ROOTFS) {
            format!("{found} is where the image is, so the mount hides all of it")
        // containerd refuses `C:`, which `mount-drive` reports.
        } else if path.is_drive_root()
            && path.drive() == Some('C')
            && !is_refused(mount.text())
            && !mount.text().is_empty()
        {
            format!(
                "{found} is the whole drive: the container does not start, or the mount hides Windows and the image"
            )
        } else {
            continue;
        };
        let fix = r"mount it at a separate path, such as C:\mnt\data";
        findings.container(&mount.container, mount.field("mountPath"), message, fix);
    }
}
