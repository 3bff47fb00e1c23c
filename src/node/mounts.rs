//! The mounts of a container, as the kubelet passes them on and containerd changes them.

use std::borrow::Cow;

use crate::k8s::pod_spec::{Volume, VolumeMount};
use crate::node::Origin;
use crate::node::failure::{Failure, System};
use crate::node::host::{Destination, Host};
use crate::node::kubelet;
use crate::node::launch::Launch;
use crate::windows::{case, filepath};

/// The path at which the service account's token is mounted, unless the container mounts something else there.
const TOKEN_PATH: &str = "/var/run/secrets/kubernetes.io/serviceaccount";
const TERMINATION_LOG: &str = "/dev/termination-log";
/// The folder of a pod; `UID` stands for its UID.
const POD_FOLDER: &str = r"C:\var\lib\kubelet\pods\UID";

/// The source of a mount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mounted {
    /// A host path, by the mount's index in `volumeMounts`.
    HostPath(usize),
    /// Another volume, by the mount's index in `volumeMounts`.
    Volume(usize),
    /// The file at `terminationMessagePath`.
    TerminationLog,
    /// The token of the service account.
    Token,
}

impl Mounted {
    /// The field that asks for it.
    pub fn origin(self) -> Origin {
        match self {
            Mounted::HostPath(index) | Mounted::Volume(index) => Origin::Container("volumeMounts", Some(index)),
            Mounted::TerminationLog => Origin::Container("terminationMessagePath", None),
            Mounted::Token => Origin::Node,
        }
    }
}

/// Whether containerd refuses to mount at a path: drive C: itself, in this spelling only.
pub fn is_refused(place: &str) -> bool {
    place.eq_ignore_ascii_case("c:")
}

/// A mount as the kubelet passes it on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount<'t> {
    /// The kind of source.
    pub mounted: Mounted,
    /// The path on the host.
    pub source: Cow<'t, str>,
    /// The path at which it is intended to appear.
    pub place: Cow<'t, str>,
    /// Whether the container or the kind of volume requires read-only access, which is effective only on nodes that
    /// bind mounts.
    pub read_only: bool,
    /// Whether the kubelet creates a missing source.
    pub is_made: bool,
}

impl Mount<'_> {
    /// Whether containerd and the shim recognise its source as a named pipe, in exactly this spelling.
    pub fn is_named_pipe(&self) -> bool {
        self.source.starts_with(r"\\.\pipe\")
    }

    /// The path at which containerd mounts it: `parseMount`.
    ///
    /// # Errors
    /// The path is drive C: itself.
    pub fn destination(&self) -> Result<Cow<'_, str>, Failure> {
        let is_drive = matches!(self.place.as_bytes(), [_, b':']);
        if !self.is_named_pipe() && is_refused(&self.place) {
            return Err(Failure::MountOnDriveC);
        }
        if self.is_named_pipe() || is_drive {
            return Ok(Cow::Borrowed(&self.place));
        }
        let place = filepath::clean(&self.place);
        Ok(Cow::Owned(if place.starts_with('\\') { ["C:", &place].concat() } else { place }))
    }

    /// Creates the source if it is missing, as containerd does. Returns whether it was created.
    ///
    /// # Errors
    /// Windows refuses to inspect or to create it.
    pub fn make_source(&self, host: &mut Host) -> Result<bool, Failure> {
        let source = self.source.as_ref();
        let refused = |call, system| Err(Failure::Stat(source.to_owned(), call, system));
        match Destination::of(source) {
            Destination::Pipes => refused("GetFileType", System::InvalidHandle),
            Destination::Folder(_, Some(_)) => refused("CreateFile", System::InvalidName),
            _ => host.make(source).map_err(|error| Failure::MakeSource(source.to_owned(), error)),
        }
    }

    /// The source as the shim receives it: below `VOLUME:`, the GUID path of drive C:, if it is on that drive.
    pub fn resolved_source(&self, folders: &[&str]) -> String {
        match Destination::of(&self.source) {
            Destination::Folder(folder, _) if !self.is_named_pipe() => below_volume(&folder, folders),
            _ => self.source.clone().into_owned(),
        }
    }
}

/// A folder below its drive, with the names of known folders in their own case.
fn below_volume(folder: &str, known: &[&str]) -> String {
    let shared = known.iter().map(|known| shared_names(known, folder)).max().unwrap_or(0);
    let own = known.iter().find(|known| shared_names(known, folder) == shared).filter(|_| shared > 0);
    let own = own.into_iter().flat_map(|known| known.split('\\').skip(1).take(shared));
    let mut path = "VOLUME:".to_owned();
    for name in own.chain(folder.split('\\').skip(1 + shared)) {
        path.push('\\');
        path.push_str(name);
    }
    if path.ends_with(':') && !folder.contains('\\') { path + r"\" } else { path }
}

/// The number of names that two folders share, starting at the drive.
fn shared_names(one: &str, other: &str) -> usize {
    let names = one.split('\\').skip(1).zip(other.split('\\').skip(1));
    names.take_while(|(one, other)| case::is_same(one, other)).count()
}

impl<'p> Launch<'p, '_> {
    /// The mounts in the order of their creation: by the number of backslashes in their path.
    pub fn mounts(&self) -> Vec<Mount<'p>> {
        let raw = self.container.raw;
        let mut mounts: Vec<Mount> =
            raw.volume_mounts.iter().enumerate().map(|(index, mount)| self.volume_mount(index, mount)).collect();
        let is_token_mounted = raw.volume_mounts.iter().any(|mount| mount.mount_path == Some(TOKEN_PATH));
        if self.container.pod.spec.automount_service_account_token != Some(false) && !is_token_mounted {
            let source = volume_folder("projected", "kube-api-access");
            mounts.push(self.made_mount(Mounted::Token, source, Cow::Borrowed(TOKEN_PATH), true));
        }
        let path = raw.termination_message_path.filter(|path| !path.is_empty()).unwrap_or(TERMINATION_LOG);
        let log = [POD_FOLDER, r"\containers\", self.container.name(), r"\LOG"].concat();
        mounts.push(self.made_mount(Mounted::TerminationLog, log, kubelet::make_absolute(path), false));
        mounts.sort_by_cached_key(|mount| filepath::clean(&mount.place).matches('\\').count());
        mounts
    }

    fn made_mount(&self, mounted: Mounted, source: String, place: Cow<'p, str>, read_only: bool) -> Mount<'p> {
        Mount { mounted, source: Cow::Owned(source), place, read_only, is_made: true }
    }

    fn volume_mount(&self, index: usize, mount: &'p VolumeMount<'p>) -> Mount<'p> {
        let name = mount.name.unwrap_or_default();
        let pod = self.container.pod;
        let volume = pod.volumes.index(name).and_then(|index| pod.spec.volumes.get(index));
        let place = kubelet::mount_path(mount.mount_path.unwrap_or_default());
        let requested = mount.read_only == Some(true);
        if let Some(path) = volume.and_then(|volume| volume.host_path.as_ref()) {
            let is_made = matches!(path.type_, Some("DirectoryOrCreate" | "FileOrCreate"));
            let source = sub_path(path.path.unwrap_or_default(), mount);
            let source = match source {
                Cow::Borrowed(path) => kubelet::host_path(path),
                Cow::Owned(path) => Cow::Owned(kubelet::host_path(&path).into_owned()),
            };
            return Mount { mounted: Mounted::HostPath(index), source, place, read_only: requested, is_made };
        }
        let (folder, is_read_only) = volume.map_or((csi_folder(name), false), |volume| folder_of(volume, name));
        let source = sub_path(&folder, mount).into_owned();
        self.made_mount(Mounted::Volume(index), source, place, requested || is_read_only)
    }
}

/// The mounted path in a volume.
fn sub_path<'s>(folder: &'s str, mount: &VolumeMount) -> Cow<'s, str> {
    match mount.sub_path.filter(|path| !path.is_empty()) {
        Some(path) => Cow::Owned(filepath::join(folder, path)),
        None => Cow::Borrowed(folder),
    }
}

/// The folder in which the kubelet keeps a volume, and whether its kind is always mounted read-only.
fn folder_of(volume: &Volume, name: &str) -> (String, bool) {
    let kinds = [
        (volume.config_map.0, "configmap"),
        (volume.secret.0, "secret"),
        (volume.downward_api.0, "downward-api"),
        (volume.projected.is_some(), "projected"),
    ];
    match kinds.into_iter().find(|(is_kind, _)| *is_kind) {
        Some((_, kind)) => (volume_folder(kind, name), true),
        None if volume.empty_dir.is_some() => (volume_folder("empty-dir", name), false),
        None => (csi_folder(name), false),
    }
}

fn volume_folder(kind: &str, name: &str) -> String {
    [POD_FOLDER, r"\volumes\kubernetes.io~", kind, r"\", name].concat()
}

fn csi_folder(name: &str) -> String {
    volume_folder("csi", name) + r"\mount"
}
