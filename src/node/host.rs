//! The folders of the host and the image that a start inspects or creates.

use std::collections::BTreeSet;

use crate::node::failure::{MkdirError, System};
use crate::windows::case;
use crate::windows::filepath::volume_length;

/// The path of the image while links are created in it, when it has no drive letter.
pub const IMAGE: &str = r"<image>\";

/// The current folder of containerd and of the shim, both services.
const CURRENT_FOLDER: &str = r"c:\windows\system32";

/// The path to which Windows resolves a path relative to the current folder: `data`, `C:data`, `C:`. `None` for other
/// paths.
pub fn in_current_folder(path: &str) -> Option<String> {
    let (volume, names) = path.split_at(volume_length(path));
    let is_relative = (volume.is_empty() || volume.eq_ignore_ascii_case("c:")) && !names.starts_with(['\\', '/']);
    is_relative.then(|| [r"C:\Windows\System32", if names.is_empty() { "" } else { r"\" }, names].concat())
}

/// The destination of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// A folder of drive C: or of the image, with its names as written, and the end of the first name that Windows
    /// rejects.
    Folder(String, Option<usize>),
    /// The root of the pipes.
    Pipes,
    /// A nonexistent place: the length of the path up to the end of the first folder that would have to be created, and
    /// the error of Windows.
    Nowhere(usize, System),
}

impl Destination {
    /// Reads a path as Windows does. The model's node has only drive C:, and none of the pipes, shares and devices that
    /// a path can name.
    pub fn of(path: &str) -> Destination {
        if let Some(rest) = path.strip_prefix("<image>") {
            return folder("<image>", rest, path.len() - rest.len());
        }
        let (volume, rest) = path.split_at(volume_length(path));
        let device = volume.get(4..).filter(|_| volume.len() > 3 && !is_share(volume));
        match (volume, device) {
            ("", _) => folder(if rest.starts_with(['\\', '/']) { "c:" } else { CURRENT_FOLDER }, rest, 0),
            (_, Some(name)) => on_device(path, name, rest),
            _ if volume.len() == 2 => on_drive(path, volume, rest),
            _ => Destination::Nowhere(first_folder(path), System::PathNotFound),
        }
    }
}

/// Whether a volume is `\\server\share` rather than a device.
fn is_share(volume: &str) -> bool {
    !matches!(volume.as_bytes(), [_, _, b'.' | b'?', b'\\' | b'/', ..])
}

fn on_drive(path: &str, drive: &str, rest: &str) -> Destination {
    if drive.eq_ignore_ascii_case("c:") {
        let root = if rest.starts_with(['\\', '/']) { "c:" } else { CURRENT_FOLDER };
        return folder(root, rest, path.len() - rest.len());
    }
    let is_root = rest.split(['\\', '/']).all(|name| matches!(name, "" | "."));
    Destination::Nowhere(first_folder(path), if is_root { System::PathNotFound } else { System::FileNotFound })
}

fn on_device(path: &str, name: &str, rest: &str) -> Destination {
    let is = |wanted: &str| name.eq_ignore_ascii_case(wanted);
    if name.len() == 2 && name.ends_with(':') {
        on_drive(path, name, rest)
    } else if is("pipe") && rest.chars().all(|c| matches!(c, '\\' | '/')) {
        Destination::Pipes
    } else if is("globalroot") {
        Destination::Nowhere(first_folder(path), System::InvalidHandle)
    } else if name.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("volume")) {
        Destination::Nowhere(first_folder(path), System::PathNotFound)
    } else {
        Destination::Nowhere(path.len(), System::FileNotFound)
    }
}

/// The end of the first folder after the volume.
fn first_folder(path: &str) -> usize {
    let volume = volume_length(path);
    let rest = path.get(volume..).unwrap_or_default();
    let begin = rest.len() - rest.trim_start_matches(['\\', '/']).len();
    let name = rest.get(begin..).unwrap_or_default();
    match name.find(['\\', '/']) {
        Some(end) => volume + begin + end,
        None => path.len(),
    }
}

/// A folder below a root, given the rest of a path and the index at which it begins.
fn folder(root: &str, rest: &str, begin: usize) -> Destination {
    let mut path = root.to_owned();
    let mut end = begin;
    let mut refused = None;
    for name in rest.split(['\\', '/']) {
        end += name.len();
        match name {
            "" | "." => {}
            ".." => path.truncate(path.rfind('\\').unwrap_or(path.len())),
            _ => {
                if name.contains(['?', '*', '<', '>', '"', '|']) {
                    refused = refused.or(Some(end));
                }
                path.push('\\');
                path.push_str(name.trim_end_matches([' ', '.']));
            }
        }
        end += 1;
    }
    Destination::Folder(path, refused)
}

/// The existing folders and links.
#[derive(Debug, Default)]
pub struct Host {
    /// In lower case, including all parents.
    folders: BTreeSet<String>,
    links: BTreeSet<String>,
}

impl Host {
    /// A host with these folders.
    pub fn new<'f>(folders: impl IntoIterator<Item = &'f str>) -> Host {
        let mut host = Host::default();
        for path in folders {
            host.add(path);
        }
        host
    }

    /// Adds a folder. Paths without a destination are ignored.
    pub fn add(&mut self, path: &str) {
        if let Destination::Folder(folder, None) = Destination::of(path) {
            self.folders.insert(case::lower_case(&folder));
        }
    }

    /// Whether a folder exists.
    pub fn has(&self, path: &str) -> bool {
        matches!(Destination::of(path), Destination::Folder(folder, None) if self.has_key(&case::lower_case(&folder)))
    }

    /// Whether a folder is certainly missing, with no other error in the path.
    pub fn lacks(&self, path: &str) -> bool {
        !matches!(Destination::of(path), Destination::Folder(_, Some(_)) | Destination::Pipes) && !self.has(path)
    }

    fn has_key(&self, key: &str) -> bool {
        let below = [key, r"\"].concat();
        let is_root = !key.contains('\\');
        is_root
            || self.folders.contains(key)
            || self.folders.range(below.clone()..).next().is_some_and(|folder| folder.starts_with(&below))
    }

    /// Creates a folder and its parents, like `os.MkdirAll`. Returns whether it was missing.
    ///
    /// # Errors
    /// Windows refuses to create it.
    pub fn make(&mut self, path: &str) -> Result<bool, MkdirError> {
        let refuse = |end: usize, system| {
            let at = path.get(..end).unwrap_or(path).to_owned();
            Err(MkdirError { at, system })
        };
        match Destination::of(path) {
            Destination::Folder(folder, None) => {
                let key = case::lower_case(&folder);
                Ok(!self.has_key(&key) && self.folders.insert(key))
            }
            Destination::Folder(_, Some(end)) => refuse(end, System::InvalidName),
            Destination::Pipes => refuse(path.len(), System::InvalidHandle),
            Destination::Nowhere(end, system) => refuse(end, system),
        }
    }

    /// Creates a link. Returns whether the path was free.
    pub fn link(&mut self, path: &str) -> bool {
        match Destination::of(path) {
            Destination::Folder(folder, _) => {
                let key = case::lower_case(&folder);
                !self.has_key(&key) && self.links.insert(key)
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_exist_with_their_parents_in_any_spelling() {
        let host = Host::new([r"C:\windows\system32"]);
        for path in [r"C:\", "c:", r"C:\WINDOWS", "/windows/system32/", r"\\?\C:\windows\.", r"C:\x\..\windows. ", "."]
        {
            assert!(host.has(path), "{path}");
        }
        for path in [r"C:\win", "k", r"C:\windows\system32\x", r"D:\windows", r"\\.\pipe", r"\\server\share"] {
            assert!(!host.has(path), "{path}");
        }
    }

    #[test]
    fn folders_are_created_once() {
        let mut host = Host::default();
        assert_eq!(host.make(r"C:\a\b"), Ok(true));
        assert_eq!(host.make("c:/A"), Ok(false));
        assert!(host.link(r"C:\a\c") && !host.link(r"C:\a\C") && !host.link(r"C:\a\b"));
    }

    #[test]
    fn errors_name_the_first_folder_that_cannot_be_created() {
        for (path, at, system) in [
            (r"D:\x\y\", r"D:\x", System::FileNotFound),
            (r"D:\", r"D:\", System::PathNotFound),
            ("E:.", "E:.", System::PathNotFound),
            (r"\\server\share\x\y", r"\\server\share\x", System::PathNotFound),
            (r"C:\\?\C:\", r"C:\\?", System::InvalidName),
            (r"\\.\PIPE\x", r"\\.\PIPE\x", System::FileNotFound),
            (r"\\?\GLOBALROOT\Device\x", r"\\?\GLOBALROOT\Device", System::InvalidHandle),
        ] {
            assert_eq!(Host::default().make(path), Err(MkdirError { at: at.to_owned(), system }), "{path}");
        }
    }
}
