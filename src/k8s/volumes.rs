//! The volumes of a pod and their mounts, joined by name once: a pod can have thousands of both, all with the same
//! name.

use std::borrow::Cow;

use crate::k8s::pod_spec::{ContainerList, Volume, VolumeMount};
use crate::order::ByName;
use crate::windows::path::WindowsPath;

/// The volumes and mounts of a pod, and the mounts of each volume.
#[derive(Debug, Default)]
pub struct Volumes<'a> {
    by_name: ByName<'a>,
    /// The host path of each volume, as the kubelet reads it.
    host_paths: Vec<Option<WindowsPath<'a>>>,
    /// The mounts of each volume.
    users: Vec<Users>,
    /// The mounts of all containers, in the order of the pod.
    mounts: Vec<JoinedMount<'a>>,
}

/// The part of a container that concerns mounts.
#[derive(Debug)]
pub struct MountingContainer<'p, 'a> {
    /// The list that contains it.
    pub list: ContainerList,
    /// Its index in that list.
    pub index: usize,
    /// Whether it is a HostProcess container.
    pub is_host_process: bool,
    /// Its mounts as written.
    pub mounts: &'p [VolumeMount<'a>],
}

/// A mount with its volume.
#[derive(Debug)]
pub struct JoinedMount<'a> {
    /// The list of its container.
    pub list: ContainerList,
    /// The index of its container in that list.
    pub container: usize,
    /// Its index in the container.
    pub index: usize,
    /// Whether its container is a HostProcess container.
    pub is_host_process: bool,
    /// The index of its volume. `None` if it is not in `volumes`, for example because it comes from the claim templates
    /// of a StatefulSet.
    pub volume: Option<usize>,
    /// The next mount of the same volume.
    next: Option<usize>,
    /// `mountPath` as the kubelet reads it.
    pub path: WindowsPath<'a>,
}

/// The mounts of a volume, as indices in the list of all mounts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Users {
    /// The first mount.
    pub first: Option<usize>,
    /// The first mount in a HostProcess container.
    pub first_host_process: Option<usize>,
    last: Option<usize>,
}

impl<'a> Volumes<'a> {
    /// Joins the volumes of a pod with the mounts of its containers.
    pub fn new<'p>(list: &[Volume<'a>], containers: impl Iterator<Item = MountingContainer<'p, 'a>>) -> Volumes<'a>
    where
        'a: 'p,
    {
        let names = list.iter().map(|volume| Cow::Borrowed(volume.name.unwrap_or_default()));
        let mut volumes = Volumes {
            by_name: ByName::new(names.collect()),
            host_paths: list.iter().map(|volume| Some(WindowsPath::new(volume.host_path.as_ref()?.path?))).collect(),
            users: vec![Users::default(); list.len()],
            mounts: Vec::new(),
        };
        let is_unique = volumes.by_name.groups().all(|group| group.len() == 1);
        // The guess: most containers mount the volumes in order, either all of them or the next few.
        let mut guess = 0;
        for MountingContainer { list: container_list, index: container, is_host_process, mounts } in containers {
            for (index, mount) in mounts.iter().enumerate() {
                let name = mount.name.unwrap_or_default();
                let is_it = |place: &usize| list.get(*place).is_some_and(|volume| volume.name == Some(name));
                let guessed = [guess, 0].into_iter().filter(|_| is_unique).find(is_it);
                let volume = guessed.or_else(|| volumes.index(name));
                guess = volume.map_or(guess, |volume| volume + 1);
                let path = WindowsPath::new(mount.mount_path.unwrap_or_default());
                volumes.add(JoinedMount {
                    list: container_list,
                    container,
                    index,
                    is_host_process,
                    volume,
                    next: None,
                    path,
                });
            }
        }
        volumes.share_users();
        volumes
    }

    fn add(&mut self, mount: JoinedMount<'a>) {
        let place = self.mounts.len();
        if let Some(users) = mount.volume.and_then(|volume| self.users.get_mut(volume)) {
            users.first = users.first.or(Some(place));
            if mount.is_host_process {
                users.first_host_process = users.first_host_process.or(Some(place));
            }
            if let Some(last) = users.last.replace(place) {
                self.mounts[last].next = Some(place);
            }
        }
        self.mounts.push(mount);
    }

    /// Copies the users of the first volume of a name to the others.
    fn share_users(&mut self) {
        for group in self.by_name.groups() {
            for other in group.iter().skip(1) {
                self.users[*other] = self.users[group[0]];
            }
        }
    }

    /// The index of the volume with this name.
    pub fn index(&self, name: &str) -> Option<usize> {
        self.by_name.places(name).next()
    }

    /// The host path of the volume with this index; `None` for another type of volume.
    pub fn host_path(&self, index: usize) -> Option<&WindowsPath<'a>> {
        self.host_paths.get(index)?.as_ref()
    }

    /// The mounts of all containers, in the order of the pod.
    pub fn mounts(&self) -> &[JoinedMount<'a>] {
        &self.mounts
    }

    /// The mounts of the container with this index in a list.
    pub fn mounts_in(&self, list: ContainerList, container: usize) -> &[JoinedMount<'a>] {
        let wanted = (list, container);
        let begin = self.mounts.partition_point(|mount| (mount.list, mount.container) < wanted);
        let rest = self.mounts.get(begin..).unwrap_or_default();
        let count = rest.partition_point(|mount| (mount.list, mount.container) == wanted);
        rest.get(..count).unwrap_or_default()
    }

    /// The mounts of each container that has mounts.
    pub fn mounts_by_container(&self) -> impl Iterator<Item = &[JoinedMount<'a>]> {
        self.mounts.chunk_by(|one, other| (one.list, one.container) == (other.list, other.container))
    }

    /// The first mounts of the volume with this index. Volumes of the same name share their users.
    pub fn users(&self, volume: usize) -> Users {
        self.users.get(volume).copied().unwrap_or_default()
    }

    /// The mounts of the volume with this index, in the order of the pod.
    pub fn mounts_of(&self, volume: usize) -> impl Iterator<Item = &JoinedMount<'a>> {
        let first = self.users(volume).first.map(|first| &self.mounts[first]);
        std::iter::successors(first, |mount| Some(&self.mounts[mount.next?]))
    }
}
