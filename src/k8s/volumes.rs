//! The volumes of a pod and the mounts that use them, joined by name once: a pod can have thousands of both.

use std::collections::BTreeMap;

use crate::k8s::pod::{ContainerList, Pod};
use crate::windows::path::WindowsPath;

/// Volumes by name.
pub type Volumes<'a> = BTreeMap<&'a str, NamedVolume<'a>>;

/// What `volumes` and the mounts of the containers say about one name.
#[derive(Debug, Default)]
pub struct NamedVolume<'a> {
    /// Where it is in `volumes`. `None` for one that only mounts name, for example because it comes from the claim
    /// templates of a StatefulSet.
    pub index: Option<usize>,
    /// The host path, as the kubelet reads it.
    pub host_path: Option<WindowsPath<'a>>,
    /// The containers that mount it, as list and index.
    pub mounted_by: Vec<(ContainerList, usize)>,
}

/// Joins the volumes of a pod with its mounts. Of two volumes with one name, which Kubernetes refuses, the first counts.
pub fn join<'a>(pod: &Pod<'a>) -> Volumes<'a> {
    let mut volumes = Volumes::new();
    for (index, volume) in pod.spec.volumes.iter().enumerate() {
        let named = volumes.entry(volume.name.unwrap_or_default()).or_default();
        if named.index.is_none() {
            named.index = Some(index);
            named.host_path = volume.host_path.as_ref().and_then(|host| host.path).map(WindowsPath::new);
        }
    }
    for container in pod.containers() {
        let place = (container.list, container.index);
        for mount in container.raw.volume_mounts.iter() {
            let named = volumes.entry(mount.name.unwrap_or_default()).or_default();
            if named.mounted_by.last() != Some(&place) {
                named.mounted_by.push(place);
            }
        }
    }
    volumes
}
