//! Windows paths as the kubelet, containerd and Windows read them.
//!
//! A text is read once, into a root (a drive, a share, a named pipe, another device) and the names below it. Rules ask
//! where it is ([`WindowsPath::is_same_or_under`] and so on), and then every doubt is decided for the place that
//! matters: `..` is resolved, the dots and spaces at the end of every name are dropped, `\\?\` and the other prefixes
//! change nothing. Grants ask for its key ([`WindowsPath::key`]), and there a text with any doubt has none.
//!
//! | written | place |
//! | --- | --- |
//! | `/x`, `\x`, `x`, `//server/x` | on `C:`: the kubelet's `MakeAbsolutePath` (`pkg/volume/util/util.go`) puts `c:` or `c:\` before it; only two backslashes lead away from the drive |
//! | `C:x` | on `C:`; in doubt, because Windows begins at the current folder of the drive |
//! | `\\server\share` | on another machine |
//! | `\\localhost\c$`, `\\127.0.0.1\admin$` | the administrative shares of this host: `C:\` and `C:\Windows` |
//! | `\\.\C:\x`, `\\?\C:\x`, `\??\C:\x` | on `C:` |
//! | `\\.\pipe\x`, `\\?\pipe\x`, `\??\pipe\x`, `c://./pipe/x` | a pipe; the last is what the kubelet makes of `//./pipe/x` |
//! | `\\server\pipe\x`, `\\?\UNC\server\pipe\x` | a pipe of that machine |
//! | `\\?\GLOBALROOT\Device\NamedPipe\x`, `\Device\NamedPipe\x` | a pipe; in doubt, because only the first is one to Win32 |
//! | `\\?\GLOBALROOT\SystemRoot\x` | in `C:\Windows`; in doubt, because Windows may be elsewhere |
//! | any other `\\.\x`, `\\?\x` | a device |
//!
//! What Win32 does to a name that ends in dots or spaces depends on where it stands: at the end of the path all of them
//! go, before a separator only a single dot, after `\\?\` nothing. `C:\Windows \x` is therefore a folder beside
//! `C:\Windows` that is made to be mistaken for it. Such names are in doubt, as are `..`, names that consist of dots,
//! names of streams (`C:\Windows::$INDEX_ALLOCATION` is `C:\Windows`), and whatever is left to normalise after `\\?\`.

use std::borrow::Cow;

use super::case;
use root::{Root, SEPARATORS, device, is_drive, machine, misspelt_pipe, split_drive, strip_device_prefix, strip_names};

mod root;

/// Windows drops them at the end of a name.
const DROPPED_AT_THE_END: [char; 2] = ['.', ' '];

/// Where the image of a HostProcess container is, wherever the node has the bind filter (containerd 1.7).
pub static ROOTFS: WindowsPath = WindowsPath::on_c(r"C:\hpc");

/// A path, read once. Names that are written in normal form are borrowed.
#[derive(Clone, Debug)]
pub struct WindowsPath<'a> {
    text: &'a str,
    prefix: Prefix,
    root: Root,
    /// All names after the prefix, each with a backslash before it: `\hpc\app.exe`, `\server\share\x`, `\pipe\x`.
    names: Cow<'a, str>,
    /// How much of `names` belongs to the root.
    root_length: usize,
    is_absolute: bool,
    doubt: Option<Doubt>,
}

/// What a path is written with.
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

/// Why a text does not tell for certain which place it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// It contains `..`: where that leads depends on links, and on who resolves it.
    Climbs,
    /// `C:x`: it depends on the current folder.
    DriveRelative,
    /// It depends on who normalises the names.
    Spelling,
}

impl<'a> WindowsPath<'a> {
    /// Reads a path; nothing is refused.
    pub fn new(text: &'a str) -> WindowsPath<'a> {
        if let Some((letter, rest)) = split_drive(text) {
            let device = strip_device_prefix(rest).map(|name| WindowsPath::on_device(text, Prefix::Device, name));
            // What the kubelet makes of `//./pipe/x`.
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
            // The kubelet takes `//./x` for a path, and makes `c://./x` of it.
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

    /// A folder of `C:` that is known beforehand, written in normal form.
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

    /// `name` is what follows `\\`.
    fn on_machine(text: &'a str, name: &'a str) -> WindowsPath<'a> {
        let (names, doubt) = normalise(name, Prefix::Machine);
        let (root, below) = machine(&names);
        let root_length = names.len() - below.len();
        WindowsPath { text, prefix: Prefix::Machine, root, names, root_length, is_absolute: true, doubt }
    }

    /// `name` is what follows `\\.` or `\\?`.
    fn on_device(text: &'a str, prefix: Prefix, name: &'a str) -> WindowsPath<'a> {
        let (names, doubt) = normalise(name, prefix);
        let (root, below, by_nt_name) = device(&names);
        let root_length = names.len() - below.len();
        let doubt = doubt.or(by_nt_name.then_some(Doubt::Spelling));
        WindowsPath { text, prefix, root, names, root_length, is_absolute: true, doubt }
    }

    /// As written.
    pub const fn text(&self) -> &'a str {
        self.text
    }

    /// Whether it names a pipe of this or another machine, however it is spelled.
    pub fn is_named_pipe(&self) -> bool {
        matches!(self.root, Root::Pipe | Root::RemotePipe)
    }

    /// Whether it is meant as a named pipe but is none, because it lost backslashes or is a URL: `\.\pipe\x`,
    /// `npipe:////./pipe/x`.
    pub fn is_misspelt_pipe(&self) -> bool {
        misspelt_pipe(self.text).is_some()
    }

    /// The pipe of this host that it names or is meant to name, as a program opens it: `\\.\pipe\x`.
    pub fn pipe(&self) -> Option<String> {
        let name = match self.root {
            Root::Pipe => self.segments().collect::<Vec<_>>().join(r"\"),
            _ => misspelt_pipe(self.text)?.replace('/', r"\"),
        };
        (!name.is_empty()).then(|| [r"\\.\pipe\", &name].concat())
    }

    /// Whether it is on another machine: `\\server\share`. `//server/share` is not: the kubelet puts `c:` before it.
    pub fn is_unc_share(&self) -> bool {
        self.root == Root::Share
    }

    /// Whether it is on a device that only the node knows: `\\?\Volume{...}\x` may be on any drive.
    pub fn is_on_unknown_device(&self) -> bool {
        self.root == Root::Device
    }

    /// The drive, in upper case: `C` for what names none, nothing for pipes, devices and shares.
    pub fn drive(&self) -> Option<char> {
        match self.root {
            Root::Drive(letter) => Some(letter),
            Root::WindowsFolder => Some('C'),
            Root::Share | Root::Pipe | Root::RemotePipe | Root::Device => None,
        }
    }

    /// Whether it is a drive and nothing else: `C:`, `C:\`, `/`.
    pub fn is_drive_root(&self) -> bool {
        matches!(self.root, Root::Drive(_)) && self.below().is_empty()
    }

    /// Whether it says where it begins: `C:\x`, `\x`, `/x`, `\\server\share`. `C:x` and `x` do not.
    pub fn is_absolute(&self) -> bool {
        self.is_absolute
    }

    /// Whether it begins at the root of no drive in particular, as Linux paths do: `/x`, `\x`.
    pub fn is_rooted_without_drive(&self) -> bool {
        matches!(self.prefix, Prefix::Drive(_)) && self.drive().is_some() && self.text.starts_with(SEPARATORS)
    }

    /// Whether both are the same place on a drive.
    pub fn is_same(&self, other: &WindowsPath) -> bool {
        self.is_same_or_under(other) && other.is_same_or_under(self)
    }

    /// Whether it is that folder of a drive or something in it. `C:\WindowsBackup` is not under `C:\Windows`.
    pub fn is_same_or_under(&self, folder: &WindowsPath) -> bool {
        match (self.root, folder.root) {
            (Root::Drive(own), Root::Drive(wanted)) => own == wanted && begins_with(self.below(), folder.below()),
            _ => self.drive().is_some() && self.drive() == folder.drive() && self.has_segments_of(folder),
        }
    }

    fn has_segments_of(&self, folder: &WindowsPath) -> bool {
        case::is_same_or_below(self.letters(), folder.letters())
    }

    /// The letters of the names below the root, with a backslash before each name.
    fn letters(&self) -> impl Iterator<Item = char> {
        let folder = if self.root == Root::WindowsFolder { r"\Windows" } else { "" };
        folder.chars().chain(self.below().chars())
    }

    /// A number that two spellings of a place on a drive share, from the last four letters; `None` where these do not tell.
    pub fn quick_sum(&self) -> Option<u16> {
        let letters = u32::from_le_bytes(*self.below().as_bytes().last_chunk()?);
        // The bit that makes a letter lower case is set in all.
        let is_ascii = letters & 0x8080_8080 == 0;
        is_ascii.then(|| ((letters | 0x2020_2020).wrapping_mul(0x9e37_79b1) >> 16) as u16)
    }

    /// The names below the root, each with a backslash before it.
    fn below(&self) -> &str {
        self.names.get(self.root_length..).unwrap_or_default()
    }

    /// The place on a drive as a text, for comparing one path with very many: what is in a folder begins with the text of the
    /// folder and a backslash. `None` for what is on no drive.
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

    /// A text that two paths share only if they are certainly the same place: lower case, separated by backslashes, the
    /// root first and in one segment or more, so that the segments of a pattern do not match across roots.
    ///
    /// `\\.\C:\x`, `\\?\C:\x` and `\\localhost\c$\x` keep their prefix: who grants `C:\x` did not mean them.
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

/// Whether names begin with others, in any case. Most paths differ from a folder in the first letter already.
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
        // Letter by letter: one path is compared with the folders of very many mounts, and its first name may be as long as a request.
        _ => case::is_same_or_below(names.chars(), wanted.chars()),
    }
}

/// Whether a text has names in normal form, each with a backslash before it, and no colon: nearly all texts.
fn is_plain(text: &str) -> bool {
    // As if a name went before.
    let mut before = b'x';
    let is_plain = |byte: u8| {
        let before = std::mem::replace(&mut before, byte);
        !matches!((before, byte), (_, b'/' | b':') | (b'\\' | b'.' | b' ', b'\\'))
    };
    text.starts_with('\\') && text.bytes().all(is_plain) && !text.ends_with(['\\', '.', ' '])
}

/// The names of a text, each with a backslash before it, and what is in doubt about them.
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
    // `..` does not leave a share.
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
                    // `...` is a folder where something follows.
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
