//! Reasons why the kubelet cannot set up a `hostPath` volume, after which no container of the pod starts.

use std::fmt::{Display, Formatter, Result as Written};

use crate::k8s::pod_spec::HostPath;
use crate::node::failure::{MkdirError, System};
use crate::node::host::{Destination, Host};
use crate::windows::filepath;

/// Why a `hostPath` volume cannot be set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VolumeError<'t> {
    /// The path contains `..`.
    Climbs(&'t str),
    /// Nothing of the required type exists: the path, and the type.
    Type(&'t str, &'static str),
    /// A folder cannot be created.
    MakeFolder(MkdirError),
    /// A file cannot be created, because its parent folder does not exist.
    MakeFile(&'t str, System),
}

impl<'t> VolumeError<'t> {
    /// The error on a host with these folders and no files, pipes and sockets. Windows opens the root of the pipes for
    /// every purpose; it is unknown whether that counts as a file or a folder, so it is no error here. A missing file
    /// or folder may exist on another node, but a folder of every node, such as `C:\Windows`, is never a file.
    pub fn of(volume: &HostPath<'t>, host: &mut Host) -> Option<VolumeError<'t>> {
        let path = volume.path.unwrap_or_default();
        if path.split(['\\', '/']).any(|name| name == "..") {
            return Some(VolumeError::Climbs(path));
        }
        if Destination::of(path) == Destination::Pipes {
            return None;
        }
        let is_there = host.has(path);
        let is_not = |what| Some(VolumeError::Type(path, what));
        match volume.type_.unwrap_or_default() {
            "DirectoryOrCreate" => host.make(path).err().map(VolumeError::MakeFolder),
            "Directory" if !is_there => is_not("a directory"),
            "FileOrCreate" if !is_there => {
                cannot_make_file(path, host).map(|system| VolumeError::MakeFile(path, system))
            }
            "File" | "FileOrCreate" => is_not("a file"),
            "Socket" => is_not("a socket file"),
            "CharDevice" => is_not("a character device"),
            "BlockDevice" => is_not("a block device"),
            _ => None,
        }
    }
}

/// Why a file cannot be created at a path; `None` if it can.
fn cannot_make_file(path: &str, host: &Host) -> Option<System> {
    match Destination::of(path) {
        Destination::Folder(_, Some(_)) => Some(System::InvalidName),
        Destination::Folder(..) => (!host.has(&filepath::parent(path))).then_some(System::PathNotFound),
        Destination::Pipes => Some(System::InvalidHandle),
        Destination::Nowhere(_, system) => Some(system),
    }
}

impl Display for VolumeError<'_> {
    fn fmt(&self, out: &mut Formatter) -> Written {
        match self {
            VolumeError::Climbs(path) => write!(out, "invalid HostPath `{path}`: must not contain '..'"),
            VolumeError::Type(path, what) => write!(out, "hostPath type check failed: {path} is not {what}"),
            VolumeError::MakeFolder(error) => error.fmt(out),
            VolumeError::MakeFile(path, system) => write!(out, "open {path}: {system}"),
        }
    }
}
