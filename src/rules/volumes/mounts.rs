//! Mounts of HostProcess containers and `hostPath` volumes, shared by the rules of this group.

use crate::k8s::pod::{ContainerView, Pod};
use crate::k8s::pod_spec::{HostPath, VolumeMount};
use crate::k8s::volumes::JoinedMount;
use crate::windows::path::WindowsPath;

/// A mount of a HostProcess container.
pub struct Mount<'p, 'a> {
    /// The container with the mount.
    pub container: ContainerView<'p, 'a>,
    joined: &'p JoinedMount<'a>,
    /// The mount as written.
    pub raw: &'p VolumeMount<'a>,
}

/// Every mount of every HostProcess container.
pub fn mounts<'p, 'a>(pod: &'p Pod<'a>) -> impl Iterator<Item = Mount<'p, 'a>> {
    pod.volumes.mounts().iter().filter(|mount| mount.is_host_process).map(|mount| Mount::of(pod, mount))
}

impl<'p, 'a> Mount<'p, 'a> {
    /// The mount of the pod for a joined mount.
    #[inline(never)]
    pub fn of(pod: &'p Pod<'a>, joined: &'p JoinedMount<'a>) -> Mount<'p, 'a> {
        let container = pod.container(joined.list, joined.container);
        Mount { container, joined, raw: &container.raw.volume_mounts[joined.index] }
    }

    /// The mount path, as the kubelet reads it.
    pub fn path(&self) -> &'p WindowsPath<'a> {
        &self.joined.path
    }

    /// `mountPath` as written; `""` if it is missing.
    pub fn text(&self) -> &'a str {
        self.raw.mount_path.unwrap_or_default()
    }

    /// The index of the volume. `None` if it is not in `volumes`, for example because it comes from the claim templates
    /// of a StatefulSet.
    pub fn volume(&self) -> Option<usize> {
        self.joined.volume
    }

    /// The host path that it mounts; `None` for another type of volume.
    pub fn host_path(&self) -> Option<&'p WindowsPath<'a>> {
        self.container.pod.volumes.host_path(self.volume()?)
    }

    /// Whether it mounts a host path at the same path, which has no effect.
    pub fn is_identity_mount(&self) -> bool {
        self.host_path().is_some_and(|source| self.path().is_same(source))
    }

    /// The path of one of its fields in the object.
    pub fn field(&self, field: &str) -> String {
        format!("{}.{field}", self.own_path())
    }

    /// Its path in the object.
    pub fn own_path(&self) -> String {
        self.container.path(&format!("volumeMounts[{}]", self.joined.index))
    }
}

/// A `hostPath` volume of the pod.
pub struct HostVolume<'p, 'a> {
    pod: &'p Pod<'a>,
    index: usize,
    name: &'p str,
    raw: &'p HostPath<'a>,
    source: &'p WindowsPath<'a>,
}

/// Every `hostPath` volume that sets a path.
pub fn host_volumes<'p, 'a>(pod: &'p Pod<'a>) -> impl Iterator<Item = HostVolume<'p, 'a>> {
    pod.spec.volumes.iter().enumerate().filter_map(move |(index, volume)| {
        let (raw, source) = (volume.host_path.as_ref()?, pod.volumes.host_path(index)?);
        Some(HostVolume { pod, index, name: volume.name.unwrap_or_default(), raw, source })
    })
}

impl<'p, 'a> HostVolume<'p, 'a> {
    /// `hostPath.path` as written.
    pub fn text(&self) -> &'p str {
        self.raw.path.unwrap_or_default()
    }

    /// The path on the host, as the kubelet reads it.
    pub fn source(&self) -> &'p WindowsPath<'a> {
        self.source
    }

    /// `hostPath.type` as written.
    pub fn kind(&self) -> Option<&'p str> {
        self.raw.type_
    }

    /// Whether it is a Unix domain socket, by its type or its name.
    pub fn is_unix_socket(&self) -> bool {
        self.raw.type_ == Some("Socket") || is_named_like_a_socket(self.text())
    }

    /// The first HostProcess container that mounts it.
    pub fn first_mounting_container(&self) -> Option<ContainerView<'p, 'a>> {
        self.pod.first_host_process_user(self.index)
    }

    /// Whether no container mounts it, HostProcess or not.
    pub fn is_unused(&self) -> bool {
        self.pod.volumes.users(self.index).first.is_none()
    }

    /// Whether it is the volume that mounts of this name use.
    pub fn is_first_of_its_name(&self) -> bool {
        self.pod.volumes.index(self.name) == Some(self.index)
    }

    /// Its mounts in all containers, HostProcess or not.
    pub fn mounts(&self) -> impl Iterator<Item = Mount<'p, 'a>> {
        self.pod.volumes.mounts_of(self.index).map(|mount| Mount::of(self.pod, mount))
    }

    /// The path of a field of its `hostPath` in the object.
    pub fn field(&self, field: &str) -> String {
        format!("{}.hostPath.{field}", self.own_path())
    }

    /// Its path in the object.
    pub fn own_path(&self) -> String {
        self.pod.path(&format!("volumes[{}]", self.index))
    }
}

/// Whether a path ends in `.sock`, as paths of Unix domain sockets usually do.
pub fn is_named_like_a_socket(path: &str) -> bool {
    path.ends_with(".sock")
}
