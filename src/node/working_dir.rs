//! The working directory of the process.

use std::borrow::Cow;

use crate::node::Origin;
use crate::node::era::{Containerd, Era};
use crate::node::launch::Launch;
use crate::windows::filepath;

/// A working directory and its origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkingDir<'t> {
    /// The path that the process receives.
    pub path: Cow<'t, str>,
    /// The field that sets it, or the node's default.
    pub origin: Origin,
}

/// The working directory if neither the container nor its image sets one, and no annotation moves the image.
pub fn default_working_dir(era: Era) -> &'static str {
    match (era.containerd, era.binds()) {
        (Containerd::V1_6, _) => r"C:\C\ID",
        (Containerd::V1_7, true) => r"C:\",
        (Containerd::V1_7, false) => r"C:\hpc\ID",
        (Containerd::V1_7_19, true) => r"C:\hpc",
        (Containerd::V1_7_19, false) => r"C:\hpc\ID\hpc",
    }
}

impl<'p> Launch<'p, '_> {
    /// The working directory. If the image is not bound, paths are relative to the image.
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

/// A path without its drive.
fn without_drive(path: &str) -> &str {
    match path.as_bytes() {
        [_, b':'] => r"\",
        [_, b':', ..] => path.get(2..).unwrap_or_default(),
        _ => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::k8s::pod::Pod;
    use crate::k8s::pod_spec::Container;
    use crate::node::Node;
    use crate::node::image::ImageConfig;

    #[test]
    fn defaults_equal_those_of_a_launch() {
        let mut pod = Pod::default();
        pod.spec.containers.0.push(Container::default());
        let container = pod.containers().next().expect("a container");
        for era in Era::ALL {
            let (node, image) = (Node::new(era), ImageConfig::default());
            let launch = Launch::new(&node, container, &image);
            assert_eq!(launch.working_dir().path, default_working_dir(era), "{era:?}");
        }
    }
}
