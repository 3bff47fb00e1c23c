//! The folder of the image.

use std::borrow::Cow;

use crate::node::Origin;
use crate::node::launch::Launch;
use crate::windows::command_line::{Form, SANDBOX_MOUNT_POINT, mentions};
use crate::windows::filepath;

/// A placeholder for the container's ID, which is unknown before the start.
pub const ID: &str = "ID";

/// The annotation that moves the image; containerd 1.6 does not support it.
pub const ROOTFS_LOCATION: &str = "microsoft.com/hostprocess-rootfs-location";

/// The folder of the image, from the perspective of the process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rootfs<'t> {
    /// The folder, usually with a backslash at its end.
    pub path: Cow<'t, str>,
    /// The annotation that moves it, or the node.
    pub origin: Origin,
}

impl<'p> Launch<'p, '_> {
    /// The folder of the image.
    pub fn rootfs(&self) -> Rootfs<'p> {
        let era = self.node.era;
        let moved = if era.is_1_6() { None } else { self.annotation(ROOTFS_LOCATION).filter(|path| !path.is_empty()) };
        let path = match moved {
            None if era.is_1_6() => Cow::Borrowed(r"C:\C\ID\"),
            None if era.binds() => Cow::Borrowed(r"C:\hpc\"),
            None => Cow::Borrowed(r"C:\hpc\ID\"),
            Some(path) if era.binds() => Cow::Borrowed(path),
            Some(path) => Cow::Owned(filepath::join(path, ID)),
        };
        Rootfs { path, origin: moved.map_or(Origin::Node, |_| Origin::Annotation(ROOTFS_LOCATION)) }
    }
}

impl Rootfs<'_> {
    /// The value of the variable: the folder without its last character. The shim assumes a backslash there; without
    /// one, the container's ID loses its last digit (`ID-1`).
    fn value(&self) -> Cow<'_, str> {
        match self.path.char_indices().next_back() {
            Some(_) if self.path.ends_with(r"\ID") => Cow::Owned([&self.path, "-1"].concat()),
            last => Cow::Borrowed(self.path.get(..last.map_or(0, |(at, _)| at)).unwrap_or_default()),
        }
    }

    /// Replaces the two spellings of the variable that the shim recognises.
    pub fn fill<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut filled = String::new();
        let mut rest = text;
        for mention in mentions(text).filter(|mention| mention.form == Form::Replaced) {
            let Some((before, after)) = rest.split_once(mention.text) else { break };
            filled.push_str(before);
            filled.push_str(&self.value());
            rest = after;
        }
        if rest.len() == text.len() {
            return Cow::Borrowed(text);
        }
        filled.push_str(rest);
        Cow::Owned(filled)
    }

    /// The variable that the shim sets, as `NAME=value`.
    pub fn variable(&self) -> String {
        [SANDBOX_MOUNT_POINT, "=", &self.path].concat()
    }
}
