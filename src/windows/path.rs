//! Windows paths as the kubelet, containerd and Windows read them.
//!
//! A path is parsed once, into a root (a drive, a share, a named pipe, another device) and the names below it. Rules
//! compare places ([`WindowsPath::is_same_or_under`] and so on) leniently, so that no spelling evades them: `..` is
//! resolved, trailing dots and spaces of every name are dropped, and `\\?\` and the other prefixes make no difference.
//! Grants compare keys ([`WindowsPath::key`]), and an ambiguous path has no key.
//!
//! | written | place |
//! | --- | --- |
//! | `/x`, `\x`, `x`, `//server/x` | on `C:`: the kubelet's `MakeAbsolutePath` (`pkg/volume/util/util.go`) prefixes it with `c:` or `c:\`; only two backslashes leave the drive |
//! | `C:x` | on `C:`; ambiguous, because Windows starts at the current folder of the drive |
//! | `\\server\share` | on another machine |
//! | `\\localhost\c$`, `\\127.0.0.1\admin$` | the administrative shares of this host: `C:\` and `C:\Windows` |
//! | `\\.\C:\x`, `\\?\C:\x`, `\??\C:\x` | on `C:` |
//! | `\\.\pipe\x`, `\\?\pipe\x`, `\??\pipe\x`, `c://./pipe/x` | a pipe; the kubelet turns `//./pipe/x` into the last one |
//! | `\\server\pipe\x`, `\\?\UNC\server\pipe\x` | a pipe on that machine |
//! | `\\?\GLOBALROOT\Device\NamedPipe\x`, `\Device\NamedPipe\x` | a pipe; ambiguous, because Win32 treats only the first as one |
//! | `\\?\GLOBALROOT\SystemRoot\x` | in `C:\Windows`; ambiguous, because Windows may be elsewhere |
//! | any other `\\.\x`, `\\?\x` | a device |
//!
//! Win32 drops all trailing dots and spaces at the end of the path, only a single dot before a separator, and none
//! after `\\?\`. `C:\Windows \x` is therefore in a folder beside `C:\Windows`, which looks like it. Such names are
//! ambiguous, as are `..`, names that consist of dots, names of streams (`C:\Windows::$INDEX_ALLOCATION` is
//! `C:\Windows`), and anything not normalised after `\\?\`.

use std::borrow::Cow;

use super::case;
use root::{Root, SEPARATORS, device, is_drive, machine, misspelt_pipe, split_drive, strip_device_prefix, strip_names};

mod root;

/// The characters that Windows drops at the end of a name.
const DROPPED_AT_THE_END: [char; 2] = ['.', ' '];

/// The folder of a HostProcess container's image on nodes with the bind filter (containerd 1.7).
pub static ROOTFS: WindowsPath = WindowsPath::on_c(r"C:\hpc");

/// A parsed path. Names in normal form are borrowed.
#[derive(Clone, Debug)]
pub struct WindowsPath<'a> {
    text: &'a str,
    prefix: Prefix,
    root: Root,
    /// All names after the prefix, each with a backslash before it: `\hpc\app.exe`, `\server\share\x`, `\pipe\x`.
    names: Cow<'a, str>,
    /// The length of the part of `names` that belongs to the root.
    root_length: usize,
    is_absolute: bool,
    doubt: Option<Doubt>,
}

/// The prefix of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Prefix {
    /// `C:`, or nothing.
    Drive(char),
    /// `\\`.
    Machine,
    /// `\\.\`.
    Device,
    /// `\\?\` and `\??\`, after which Win32 takes every character literally.
    Verbatim,
}

/// Why a path is ambiguous.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// It contains `..`, whose target depends on links and on which component resolves it.
    Climbs,
    /// `C:x` depends on the current folder.
    DriveRelative,
    /// Its names depend on which component normalises them.
    Spelling,
}

impl<'a> WindowsPath<'a> {
    /// Parses a path. This never fails.
    pub fn new(text: &'a str) -> WindowsPath<'a> {
        if let Some((letter, rest)) = split_drive(text) {
            let device = strip_device_prefix(rest).map(|name| WindowsPath::on_device(text, Prefix::Device, name));
            // The kubelet turns `//./pipe/x` into this form.
            return device.filter(|path| path.root == Root::Pipe).unwrap_or_else(|| {
                let mut path = WindowsPath::on_drive(text, letter, rest);
                if !path.is_absolute && !rest.is_empty() {
                    path.doubt = Some(Doubt::DriveRelative);
                }
                path
            });
        }
        let is_verbatim = text.starts_with(r"\\?\") || text.starts_with(r"\??\");
        if let Some(name) = strip_device_prefix(text) {
            let prefix = if is_verbatim { Prefix::Verbatim } else { Prefix::Device };
            let path = WindowsPath::on_device(text, prefix, name);
            // The kubelet treats `//./x` as a relative path and turns it into `c://./x`.
            if path.root != Root::Device || is_verbatim || text.starts_with(r"\\") {
                return path;
            }
        } else if let Some(name) = text.strip_prefix(r"\\").filter(|name| !name.is_empty()) {
            if !name.starts_with(SEPARATORS) {
                return WindowsPath::on_machine(text, name);
            }
            let path = WindowsPath::on_drive(text, 'C', text);
            return WindowsPath { is_absolute: true, doubt: Some(Doubt::Spelling), ..path };
        }
        let mut path = WindowsPath::on_drive(text, 'C', text);
        if path.is_absolute
            && let Some(below) = strip_names(&path.names, &["device", "namedpipe"])
        {
            path.root_length = path.names.len() - below.len();
            path.root = Root::Pipe;
            path.doubt = Some(Doubt::Spelling);
        }
        path.is_absolute |= path.root == Root::Pipe;
        path
    }

    /// A constant folder of `C:`, written in normal form.
    pub const fn on_c(text: &'a str) -> WindowsPath<'a> {
        let (drive, names) = text.split_at(2);
        assert!(matches!(drive.as_bytes(), b"C:") && matches!(names.as_bytes(), [b'\\', _, ..]));
        WindowsPath {
            text,
            prefix: Prefix::Drive('C'),
            root: Root::Drive('C'),
            names: Cow::Borrowed(names),
            root_length: 0,
            is_absolute: true,
            doubt: None,
        }
    }

    fn on_drive(text: &'a str, letter: char, rest: &'a str) -> WindowsPath<'a> {
        let prefix = Prefix::Drive(letter);
        let (names, doubt) = normalise(rest, prefix);
        let is_absolute = rest.starts_with(SEPARATORS);
        WindowsPath { text, prefix, root: Root::Drive(letter), names, root_length: 0, is_absolute, doubt }
    }

    /// `name` follows `\\`.
    fn on_machine(text: &'a str, name: &'a str) -> WindowsPath<'a> {
        let (names, doubt) = normalise(name, Prefix::Machine);
        let (root, below) = machine(&names);
        let root_length = names.len() - below.len();
        WindowsPath { text, prefix: Prefix::Machine, root, names, root_length, is_absolute: true, doubt }
    }

    /// `name` follows `\\.` or `\\?`.
    fn on_device(text: &'a str, prefix: Prefix, name: &'a str) -> WindowsPath<'a> {
        let (names, doubt) = normalise(name, prefix);
        let (root, below, by_nt_name) = device(&names);
        let root_length = names.len() - below.len();
        let doubt = doubt.or(by_nt_name.then_some(Doubt::Spelling));
        WindowsPath { text, prefix, root, names, root_length, is_absolute: true, doubt }
    }

    /// The path as written.
    pub const fn text(&self) -> &'a str {
        self.text
    }

    /// Whether it is a named pipe of this or another machine, in any spelling.
    pub fn is_named_pipe(&self) -> bool {
        matches!(self.root, Root::Pipe | Root::RemotePipe)
    }

    /// Whether it is a misspelt named pipe, which lost backslashes or is a URL: `\.\pipe\x`, `npipe:////./pipe/x`.
    pub fn is_misspelt_pipe(&self) -> bool {
        misspelt_pipe(self.text).is_some()
    }

    /// The pipe of this host that it names or misspells, as a program opens it: `\\.\pipe\x`.
    pub fn pipe(&self) -> Option<String> {
        let name = match self.root {
            Root::Pipe => self.segments().collect::<Vec<_>>().join(r"\"),
            _ => misspelt_pipe(self.text)?.replace('/', r"\"),
        };
        (!name.is_empty()).then(|| [r"\\.\pipe\", &name].concat())
    }

    /// Whether it is on another machine: `\\server\share`. `//server/share` is not, because the kubelet prefixes it
    /// with `c:`.
    pub fn is_unc_share(&self) -> bool {
        self.root == Root::Share
    }

    /// Whether it is on a device that only the node knows: `\\?\Volume{...}\x` may be on any drive.
    pub fn is_on_unknown_device(&self) -> bool {
        self.root == Root::Device
    }

    /// The drive, in upper case: `C` if the path names none, `None` for pipes, devices and shares.
    pub fn drive(&self) -> Option<char> {
        match self.root {
            Root::Drive(letter) => Some(letter),
            Root::WindowsFolder => Some('C'),
            Root::Share | Root::Pipe | Root::RemotePipe | Root::Device => None,
        }
    }

    /// Whether it is the root of a drive: `C:`, `C:\`, `/`.
    pub fn is_drive_root(&self) -> bool {
        matches!(self.root, Root::Drive(_)) && self.below().is_empty()
    }

    /// Whether it is absolute: `C:\x`, `\x`, `/x`, `\\server\share`. `C:x` and `x` are not.
    pub fn is_absolute(&self) -> bool {
        self.is_absolute
    }

    /// Whether it is rooted without a drive, like Linux paths: `/x`, `\x`.
    pub fn is_rooted_without_drive(&self) -> bool {
        matches!(self.prefix, Prefix::Drive(_)) && self.drive().is_some() && self.text.starts_with(SEPARATORS)
    }

    /// Whether both are the same place on the same drive.
    pub fn is_same(&self, other: &WindowsPath) -> bool {
        self.is_same_or_under(other) && other.is_same_or_under(self)
    }

    /// Whether it is that folder of a drive or below it. `C:\WindowsBackup` is not under `C:\Windows`.
    pub fn is_same_or_under(&self, folder: &WindowsPath) -> bool {
        match (self.root, folder.root) {
            (Root::Drive(own), Root::Drive(wanted)) => own == wanted && begins_with(self.below(), folder.below()),
            _ => self.drive().is_some() && self.drive() == folder.drive() && self.has_segments_of(folder),
        }
    }

    fn has_segments_of(&self, folder: &WindowsPath) -> bool {
        case::is_same_or_below(self.letters(), folder.letters())
    }

    /// The characters of the names below the root, each name preceded by a backslash.
    fn letters(&self) -> impl Iterator<Item = char> {
        let folder = if self.root == Root::WindowsFolder { r"\Windows" } else { "" };
        folder.chars().chain(self.below().chars())
    }

    /// A checksum, from the last four letters, that all spellings of a place on a drive share; `None` if they are
    /// unsuitable.
    pub fn quick_sum(&self) -> Option<u16> {
        let letters = u32::from_le_bytes(*self.below().as_bytes().last_chunk()?);
        // Sets the lower-case bit of every letter.
        let is_ascii = letters & 0x8080_8080 == 0;
        is_ascii.then(|| ((letters | 0x2020_2020).wrapping_mul(0x9e37_79b1) >> 16) as u16)
    }

    /// The names below the root, each preceded by a backslash.
    fn below(&self) -> &str {
        self.names.get(self.root_length..).unwrap_or_default()
    }

    /// The place on a drive as a string, for comparing one path with very many: a path in a folder begins with the
    /// folder's string and a backslash. `None` if it is not on a drive.
    pub fn place(&self) -> Option<String> {
        let mut place = format!("{}:", self.drive()?);
        for name in self.segments() {
            place.push('\\');
            place.push_str(&case::lower_case(name));
        }
        Some(place)
    }

    /// The names below the root.
    pub fn segments(&self) -> impl Iterator<Item = &str> {
        let folder = (self.root == Root::WindowsFolder).then_some("Windows");
        folder.into_iter().chain(self.below().split('\\').skip(1))
    }

    /// The last name below the root.
    pub fn file_name(&self) -> Option<&str> {
        self.segments().last()
    }

    /// A string that two paths share only if they are certainly the same place: in lower case and separated by
    /// backslashes. The root comes first, as one or more segments, so that the segments of a pattern do not match
    /// across roots.
    ///
    /// `\\.\C:\x`, `\\?\C:\x` and `\\localhost\c$\x` keep their prefix: a grant of `C:\x` does not include them.
    pub fn key(&self) -> Result<String, Doubt> {
        if let Some(doubt) = self.doubt {
            return Err(doubt);
        }
        let key = match (self.root, self.prefix) {
            (Root::Pipe, _) => format!(r".\pipe{}", self.names.get(self.root_length..).unwrap_or_default()),
            (_, Prefix::Drive(letter)) => format!("{letter}:{}", self.names),
            (_, Prefix::Machine) => format!("unc{}", self.names),
            (_, Prefix::Device) => format!(".{}", self.names),
            (_, Prefix::Verbatim) => format!("?{}", self.names),
        };
        Ok(case::lower_case(&key))
    }
}

/// Whether names begin with the `wanted` ones, in any case. The first letter is compared first, because most paths
/// differ there.
fn begins_with(names: &str, wanted: &str) -> bool {
    let (own, wanted_bytes) = (names.as_bytes(), wanted.as_bytes());
    match (own.get(1), wanted_bytes.get(1)) {
        (_, None) => true,
        (None, _) => false,
        (Some(own), Some(wanted)) if own.is_ascii() && wanted.is_ascii() && !own.eq_ignore_ascii_case(wanted) => false,
        _ if wanted.is_ascii() => {
            own.get(..wanted.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(wanted_bytes))
                && matches!(own.get(wanted.len()), None | Some(b'\\'))
        }
        // Without conversion of the whole path, which is compared with the folders of very many mounts, and may be as
        // long as a request.
        _ => case::is_same_or_below(names.chars(), wanted.chars()),
    }
}

/// Whether a text consists of names in normal form, each preceded by a backslash, without a colon. Nearly every text
/// does.
fn is_plain(text: &str) -> bool {
    // As if a name preceded it.
    let mut before = b'x';
    let is_plain = |byte: u8| {
        let before = std::mem::replace(&mut before, byte);
        !matches!((before, byte), (_, b'/' | b':') | (b'\\' | b'.' | b' ', b'\\'))
    };
    text.starts_with('\\') && text.bytes().all(is_plain) && !text.ends_with(['\\', '.', ' '])
}

/// Normalises the names of a text, each preceded by a backslash; and returns why they are ambiguous.
fn normalise(text: &str, prefix: Prefix) -> (Cow<'_, str>, Option<Doubt>) {
    let may_name_drives = matches!(prefix, Prefix::Device | Prefix::Verbatim);
    let is_stream = |name: &str| name.contains(':') && !(may_name_drives && is_drive(name));
    let is_normal =
        |name: &str| !name.is_empty() && !name.contains('/') && !name.ends_with(DROPPED_AT_THE_END) && !is_stream(name);
    if text.is_empty()
        || is_plain(text)
        || may_name_drives && text.strip_prefix('\\').is_some_and(|names| names.split('\\').all(is_normal))
    {
        return (Cow::Borrowed(text), None);
    }
    // `..` cannot leave a share.
    let fixed = if prefix == Prefix::Machine { 2 } else { 0 };
    let mut doubt = (prefix == Prefix::Verbatim).then_some(Doubt::Spelling);
    let mut names: Vec<&str> = Vec::new();
    let mut segments = text.split(SEPARATORS).peekable();
    while let Some(segment) = segments.next() {
        match segment {
            "" | "." => {}
            ".." => {
                if names.len() > fixed {
                    names.pop();
                }
                doubt = Some(Doubt::Climbs);
            }
            _ => {
                let is_last = segments.peek().is_none();
                let file = if is_stream(segment) { segment.split(':').next().unwrap_or_default() } else { segment };
                let name = file.trim_end_matches(DROPPED_AT_THE_END);
                let is_certain = file == segment && (is_last || file.strip_suffix('.').unwrap_or(file) == name);
                if !is_certain || name.is_empty() {
                    doubt = doubt.or(Some(Doubt::Spelling));
                }
                match name {
                    // `...` is a folder except at the end.
                    "" if is_last => {}
                    "" => names.push(segment),
                    _ => names.push(name),
                }
            }
        }
    }
    let length = names.iter().map(|name| 1 + name.len()).sum();
    let mut normal = String::with_capacity(length);
    for name in names {
        normal.push('\\');
        normal.push_str(name);
    }
    (Cow::Owned(normal), doubt)
}

#[cfg(test)]
mod tests;
