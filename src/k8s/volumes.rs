//! The volumes of a pod and the mounts that use them, joined by name once: a pod can have thousands of both.

use crate::k8s::pod::{ContainerList, Pod};
use crate::order::{Natural, sorted};
use crate::windows::path::WindowsPath;

/// Who uses which name.
#[derive(Debug, Default)]
pub struct Volumes<'a> {
    /// The names of the volumes and of the mounts, each with its place in the list of both.
    by_name: Vec<(Natural<'a>, usize)>,
    /// For each volume its host path, as the kubelet reads it.
    host_paths: Vec<Option<WindowsPath<'a>>>,
    /// For each mount its container, as list and index.
    mounts: Vec<(ContainerList, usize)>,
}

impl<'a> Volumes<'a> {
    /// Joins the volumes of a pod with its mounts.
    pub fn of(pod: &Pod<'a>) -> Volumes<'a> {
        let mut volumes = Volumes::default();
        let mut names = Vec::new();
        for volume in pod.spec.volumes.iter() {
            names.push(volume.name.unwrap_or_default());
            volumes.host_paths.push(volume.host_path.as_ref().and_then(|host| host.path).map(WindowsPath::new));
        }
        for container in pod.containers() {
            for mount in container.raw.volume_mounts.iter() {
                names.push(mount.name.unwrap_or_default());
                volumes.mounts.push((container.list, container.index));
            }
        }
        volumes.by_name = sorted(names);
        volumes
    }

    /// The index of the volume with this name. `None` when only mounts have the name, for example because the volume comes
    /// from the claim templates of a StatefulSet.
    pub fn index(&self, name: &str) -> Option<usize> {
        self.places(name).next().filter(|place| *place < self.host_paths.len())
    }

    /// The host path of the volume with this index. `None` for a volume of another type.
    pub fn host_path(&self, index: usize) -> Option<&WindowsPath<'a>> {
        self.host_paths.get(index)?.as_ref()
    }

    /// The containers that mount the volume with this name, as list and index. One that mounts it twice is there twice.
    pub fn mounting(&self, name: &str) -> impl Iterator<Item = (ContainerList, usize)> {
        self.places(name).filter_map(|place| self.mounts.get(place.checked_sub(self.host_paths.len())?).copied())
    }

    fn places(&self, name: &str) -> impl Iterator<Item = usize> {
        let begin = self.by_name.partition_point(|(other, _)| *other < Natural(name));
        self.by_name.iter().skip(begin).take_while(move |(other, _)| other.0 == name).map(|(_, place)| *place)
    }
}
