use super::mounts::mounts;
use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::finding::severity::Severity;
use crate::node::era::Era;
use crate::node::mounts::is_refused;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "mount-drive",
    summary: about!("a drive as the mount path"),
    severity_varies: about!("deny for `C:`, and for other drives where no node has the bind filter; else warn"),
    reads: Fields::of(&["mountPath"]),
    page: page!("mount_drive.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    let settings = context.settings;
    let (severity, effect) = match (settings.may_have(Era::binds), settings.may_have(|era| !era.binds())) {
        (false, _) => (Severity::Deny, "keeps the container from starting, because the mount would replace the image"),
        (true, true) => (
            Severity::Warn,
            "keeps the container from starting on nodes without the bind filter or without such a drive",
        ),
        (true, false) => (Severity::Warn, "keeps the container from starting on nodes without such a drive"),
    };
    for mount in mounts(context.pod) {
        let path = mount.path();
        let (severity, effect) = match path.drive() {
            _ if is_refused(mount.text()) => (Severity::Deny, "is refused by containerd"),
            Some(drive) if drive != 'C' && path.is_drive_root() => (severity, effect),
            _ => continue,
        };
        findings.at(severity).container(
            &mount.container,
            mount.field("mountPath"),
            format!("{} as a mount path {effect}", quote(mount.text())),
            r"mount it at a separate path, such as C:\mnt\data",
        );
    }
}
