//! Reasons for which the kubelet cannot set up a `hostPath` volume; none of the pod's containers starts then.

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
    /// There is nothing of its type: the path, and what should be there.
    Type(&'t str, &'static str),
    /// A folder that should be made cannot be.
    MakeFolder(MkdirError),
    /// A file that should be made cannot be: the folder that it is in is not there.
    MakeFile(&'t str, System),
}

impl<'t> VolumeError<'t> {
    /// The error on a host that has these folders, and no files, pipes and sockets. Windows opens the root of the pipes for
    /// everything; whether it then passes for a file or a folder is not known, and no error here. What a type demands may be there on another
    /// node; what is a folder everywhere, such as `C:\Windows`, is no file on any.
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

/// Why a new file cannot be made there; `None` where it can.
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
