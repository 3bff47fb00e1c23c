use super::mounts::{Mount, mounts};
use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::finding::severity::Severity;
use crate::node::era::Era;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::windows::path::WindowsPath;
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "mount-shadows-host",
    summary: about!("a mount path that hides a directory of the host"),
    severity: Severity::Warn,
    reads: Fields::of(&["mountPath"]),
    page: page!("mount_shadows_host.md"),
    ..Rule::new(check)
};

/// Directories of Windows and of the node's software: a mount in, at or above one of them hides its files.
const NODE_DIRECTORIES: &[WindowsPath] = &[
    WindowsPath::on_c(r"C:\Windows"),
    WindowsPath::on_c(r"C:\k"),
    WindowsPath::on_c(r"C:\etc\cni"),
    WindowsPath::on_c(r"C:\opt\cni"),
    WindowsPath::on_c(r"C:\etc\kubernetes"),
    WindowsPath::on_c(r"C:\var\lib\kubelet"),
    WindowsPath::on_c(r"C:\var\log\pods"),
    WindowsPath::on_c(r"C:\var\log\containers"),
];

/// Directories that programs share: only a mount at or above one of them hides the files of other programs.
const SHARED_DIRECTORIES: &[WindowsPath] = &[
    WindowsPath::on_c(r"C:\Program Files"),
    WindowsPath::on_c(r"C:\Program Files (x86)"),
    WindowsPath::on_c(r"C:\ProgramData"),
    WindowsPath::on_c(r"C:\Users"),
    WindowsPath::on_c(r"C:\var\log"),
];

/// The first letters of all of these directories, which few other paths share.
const INITIALS: &[u8] = b"wkeovpu";

fn check(context: &Context, findings: &mut Findings) {
    if !context.settings.may_have(Era::binds) {
        return;
    }
    for mount in mounts(context.pod).filter(hides_another_place) {
        let found = quote(mount.text());
        let message = match shadowed(&mount) {
            Some(Shadowed::Part(directory)) => {
                format!("{found} is in {directory} and hides the node's files there with containerd 1.7 and later")
            }
            Some(Shadowed::All(directory)) => {
                format!("{found} hides the node's {directory} with containerd 1.7 and later")
            }
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

/// Whether the volume is known, and is not the host's own directory at the same path.
fn hides_another_place(mount: &Mount) -> bool {
    mount.volume().is_some() && !mount.is_identity_mount()
}

enum Shadowed {
    /// Part of this directory.
    Part(&'static str),
    /// All of this directory.
    All(&'static str),
}

fn shadowed(mount: &Mount) -> Option<Shadowed> {
    let path = mount.path();
    // `mount-over-rootfs` and `mount-drive` report drive roots.
    let initial = path.segments().next()?.bytes().next()?;
    if !INITIALS.contains(&initial.to_ascii_lowercase()) {
        return None;
    }
    if let Some(covered) =
        NODE_DIRECTORIES.iter().chain(SHARED_DIRECTORIES).find(|directory| directory.is_same_or_under(path))
    {
        return Some(Shadowed::All(covered.text()));
    }
    NODE_DIRECTORIES.iter().find(|directory| path.is_same_or_under(directory)).map(|d| Shadowed::Part(d.text()))
}

#[cfg(test)]
mod tests {
    use super::{INITIALS, NODE_DIRECTORIES, SHARED_DIRECTORIES};

    #[test]
    fn initials_match_the_directories() {
        for directory in NODE_DIRECTORIES.iter().chain(SHARED_DIRECTORIES) {
            let initial = directory.text().as_bytes()[3].to_ascii_lowercase();
            assert!(INITIALS.contains(&initial), "{}", directory.text());
        }
    }
}
