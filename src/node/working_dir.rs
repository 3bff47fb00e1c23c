//! The folder that the process starts in.

use std::borrow::Cow;

use crate::node::Origin;
use crate::node::era::Containerd;
use crate::node::launch::Launch;
use crate::windows::filepath;

/// A working directory, and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkingDir<'t> {
    /// As the process gets it.
    pub path: Cow<'t, str>,
    /// The field that sets it, or the node's default.
    pub origin: Origin,
}

impl<'p> Launch<'p, '_> {
    /// The folder that the process starts in. Where the image is not bound, a path is one in the image.
    pub fn working_dir(&self) -> WorkingDir<'p> {
        let (written, origin) = self.requested_working_dir();
        let rootfs = self.rootfs();
        let filled = rootfs.fill(written);
        let path = if matches!(filled, Cow::Borrowed(_)) && !self.node.era.binds() {
            Cow::Owned(filepath::join(&rootfs.path, without_drive(written)))
        } else {
            filled
        };
        WorkingDir { path, origin }
    }

    fn requested_working_dir(&self) -> (&'p str, Origin) {
        let is_set = |path: &&str| !path.is_empty();
        if let Some(path) = self.container.raw.working_dir.filter(is_set) {
            return (path, Origin::Container("workingDir", None));
        }
        if let Some(path) = self.image.working_dir.filter(is_set) {
            return (path, Origin::Image("WorkingDir"));
        }
        (if self.node.era.containerd < Containerd::V1_7_19 { r"C:\" } else { r"C:\hpc" }, Origin::Node)
    }
}

/// A path without its drive, whichever it is.
fn without_drive(path: &str) -> &str {
    match path.as_bytes() {
        [_, b':'] => r"\",
        [_, b':', ..] => path.get(2..).unwrap_or_default(),
        _ => path,
    }
}
