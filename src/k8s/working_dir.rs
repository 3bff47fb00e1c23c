//! The working directories of a pod's containers.

use std::cell::OnceCell;

use crate::k8s::pod::{ContainerView, Pod};
use crate::windows::command_line::mentions;
use crate::windows::path::WindowsPath;

/// A `workingDir` that does not mention the image's variable.
#[derive(Debug)]
pub struct WorkingDir<'p, 'a> {
    /// The container that starts there.
    pub container: ContainerView<'p, 'a>,
    /// The path as the kubelet reads it.
    pub path: WindowsPath<'a>,
    is_in_mount: OnceCell<bool>,
}

/// The working directories of the HostProcess containers, except those that mention the image's variable in any form:
/// they are in the image, or do not exist.
pub fn working_dirs<'p, 'a>(pod: &'p Pod<'a>) -> Vec<WorkingDir<'p, 'a>> {
    let mut found = Vec::new();
    for container in pod.host_process_containers() {
        let is_plain = |text: &&str| !text.is_empty() && mentions(text).next().is_none();
        if let Some(text) = container.raw.working_dir.filter(is_plain) {
            found.push(WorkingDir { container, path: WindowsPath::new(text), is_in_mount: OnceCell::new() });
        }
    }
    found
}

impl WorkingDir<'_, '_> {
    /// Whether it is in a mount of the container.
    pub fn is_in_mount(&self) -> bool {
        *self.is_in_mount.get_or_init(|| self.container.mounted_places().any(|place| self.path.is_same_or_under(place)))
    }
}
