//! The volumes of a pod and the mounts that use them, joined by name once: a pod can have thousands of both, and all of them may
//! have the same name.

use std::borrow::Cow;

use crate::k8s::pod::{ContainerList, Pod};
use crate::order::ByName;
use crate::windows::path::WindowsPath;

/// Who uses which volume.
#[derive(Debug, Default)]
pub struct Volumes<'a> {
    /// The names of the volumes and of the mounts, each with its place in the list of both.
    by_name: ByName<'a>,
    /// For each volume its host path, as the kubelet reads it.
    host_paths: Vec<Option<WindowsPath<'a>>>,
    /// For each volume the containers that mount it.
    users: Vec<Users>,
    /// For each mount where it is.
    mounts: Vec<MountPlace>,
}

/// Where a mount is.
#[derive(Clone, Copy, Debug)]
pub struct MountPlace {
    /// The list of its container.
    pub list: ContainerList,
    /// The index of its container in that list.
    pub container: usize,
    /// Its index in the container.
    pub index: usize,
}

/// The containers that mount a volume, as far as rules ask for them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Users {
    /// The first mount of it.
    pub first: Option<MountPlace>,
    /// The first mount of it in a HostProcess container.
    pub first_host_process: Option<MountPlace>,
}

impl<'a> Volumes<'a> {
    /// Joins the volumes of a pod with its mounts.
    pub fn of(pod: &Pod<'a>) -> Volumes<'a> {
        let mut volumes = Volumes::default();
        let mut names = Vec::new();
        for volume in pod.spec.volumes.iter() {
            names.push(Cow::Borrowed(volume.name.unwrap_or_default()));
            volumes.host_paths.push(volume.host_path.as_ref().and_then(|host| host.path).map(WindowsPath::new));
        }
        let mut is_host_process = Vec::new();
        for container in pod.containers() {
            let own = container.is_host_process();
            for (index, mount) in container.raw.volume_mounts.iter().enumerate() {
                names.push(Cow::Borrowed(mount.name.unwrap_or_default()));
                volumes.mounts.push(MountPlace { list: container.list, container: container.index, index });
                is_host_process.push(own);
            }
        }
        volumes.by_name = ByName::new(names);
        volumes.users = users(&volumes, &is_host_process);
        volumes
    }

    /// The index of the volume with this name. `None` when only mounts have the name, for example because the volume comes
    /// from the claim templates of a StatefulSet.
    pub fn index(&self, name: &str) -> Option<usize> {
        self.by_name.places(name).next().filter(|place| *place < self.host_paths.len())
    }

    /// The host path of the volume with this index. `None` for a volume of another type.
    pub fn host_path(&self, index: usize) -> Option<&WindowsPath<'a>> {
        self.host_paths.get(index)?.as_ref()
    }

    /// The containers that mount the volume with this index. Volumes of one name have the same.
    pub fn users(&self, index: usize) -> Users {
        self.users.get(index).copied().unwrap_or_default()
    }

    /// The mounts of the volume with this name, in the order of the pod.
    pub fn mounts(&self, name: &str) -> impl Iterator<Item = MountPlace> {
        self.by_name
            .places(name)
            .filter_map(|place| self.mounts.get(place.checked_sub(self.host_paths.len())?).copied())
    }
}

/// For each volume the containers that mount it; for each mount it is known whether its container is a HostProcess one.
fn users(volumes: &Volumes, is_host_process: &[bool]) -> Vec<Users> {
    let count = volumes.host_paths.len();
    let mut users = vec![Users::default(); count];
    for places in volumes.by_name.groups() {
        let (own, mounts) = places.split_at(places.partition_point(|place| *place < count));
        let mut mounts = mounts.iter().map(|place| place - count);
        let found = Users {
            first: mounts.clone().next().map(|mount| volumes.mounts[mount]),
            first_host_process: mounts.find(|mount| is_host_process[*mount]).map(|mount| volumes.mounts[mount]),
        };
        own.iter().for_each(|place| users[*place] = found);
    }
    users
}
