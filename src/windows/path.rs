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

/// Both separate names, everywhere.
const SEPARATORS: [char; 2] = ['/', '\\'];

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

/// Where a path begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Root {
    /// Upper case.
    Drive(char),
    /// `C:\Windows`, by another name.
    WindowsFolder,
    /// `\\server\share`.
    Share,
    /// `\\.\pipe`.
    Pipe,
    /// `\\server\pipe`.
    RemotePipe,
    /// A volume, a disk, a serial port and so on, known only to the node.
    Device,
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
        self.drive().is_some() && self.segments().next().is_none()
    }

    /// Whether it is a drive letter without a separator: `C:`.
    pub fn is_drive_letter(&self) -> bool {
        is_drive(self.text)
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
        let mut segments = self.segments();
        self.drive().is_some()
            && self.drive() == folder.drive()
            && folder.segments().all(|wanted| segments.next().is_some_and(|own| case::is_same(own, wanted)))
    }

    /// The names below the root.
    pub fn segments(&self) -> impl Iterator<Item = &str> {
        let folder = (self.root == Root::WindowsFolder).then_some("Windows");
        let below = self.names.get(self.root_length..).unwrap_or_default();
        folder.into_iter().chain(below.split('\\').skip(1))
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

/// The names of a text, each with a backslash before it, and what is in doubt about them.
fn normalise(text: &str, prefix: Prefix) -> (Cow<'_, str>, Option<Doubt>) {
    let may_name_drives = matches!(prefix, Prefix::Device | Prefix::Verbatim);
    let is_stream = |name: &str| name.contains(':') && !(may_name_drives && is_drive(name));
    let is_normal =
        |name: &str| !name.is_empty() && !name.contains('/') && !name.ends_with(DROPPED_AT_THE_END) && !is_stream(name);
    if text.is_empty() || text.strip_prefix('\\').is_some_and(|names| names.split('\\').all(is_normal)) {
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

/// `C:` and the rest. A pattern may leave the letter open: `*:\x`.
fn split_drive(text: &str) -> Option<(char, &str)> {
    let (letter, rest) = text.split_once(':')?;
    match letter.as_bytes() {
        [letter] if letter.is_ascii_alphabetic() || *letter == b'*' => {
            Some((char::from(letter.to_ascii_uppercase()), rest))
        }
        _ => None,
    }
}

fn is_drive(name: &str) -> bool {
    split_drive(name).is_some_and(|(_, rest)| rest.is_empty())
}

/// What follows `\\.`, `\\?` or `\??`, separator included.
fn strip_device_prefix(text: &str) -> Option<&str> {
    let name = text.trim_start_matches(SEPARATORS);
    let rest = match text.len() - name.len() {
        0 => None,
        1 => name.strip_prefix("??"),
        _ => name.strip_prefix(['.', '?']),
    };
    rest.filter(|rest| rest.starts_with(SEPARATORS))
}

/// What `\\.\NAMES` or `\\?\NAMES` begins at, the names below that, and whether it is a name of the NT object manager.
fn device(names: &str) -> (Root, &str, bool) {
    let mut names = names;
    let mut by_nt_name = false;
    loop {
        let (first, below) = split_name(names);
        if is_drive(first) {
            return (
                first.chars().next().map_or(Root::Device, |c| Root::Drive(c.to_ascii_uppercase())),
                below,
                by_nt_name,
            );
        }
        let is = |name: &str| case::is_same(first, name);
        if is("pipe") {
            return (Root::Pipe, below, by_nt_name);
        } else if is("unc") {
            let (root, below) = machine(below);
            return (root, below, by_nt_name);
        } else if is("global") {
            by_nt_name = true;
            names = below;
        } else if is("globalroot") {
            by_nt_name = true;
            let folders = ["??", "global??", "dosdevices"];
            match folders.into_iter().find_map(|folder| strip_names(below, &[folder])) {
                Some(below) => names = below,
                None => {
                    let (root, below) = nt_object(below);
                    return (root, below, true);
                }
            }
        } else {
            return (Root::Device, "", by_nt_name);
        }
    }
}

/// What `\\?\GLOBALROOT\NAMES` begins at, and the names below that.
fn nt_object(names: &str) -> (Root, &str) {
    if let Some(below) = strip_names(names, &["systemroot"]) {
        (Root::WindowsFolder, below)
    } else if let Some(below) = strip_names(names, &["device", "namedpipe"]) {
        (Root::Pipe, below)
    } else if let Some(names) =
        strip_names(names, &["device", "mup"]).or_else(|| strip_names(names, &["device", "lanmanredirector"]))
    {
        machine(names)
    } else {
        (Root::Device, "")
    }
}

/// What `\\NAMES` begins at, and the names below that.
fn machine(names: &str) -> (Root, &str) {
    let (server, below) = split_name(names);
    let (share, below) = split_name(below);
    let root = match share.as_bytes() {
        // The share behind `\\server\pipe`.
        _ if case::is_same(share, "pipe") || case::is_same(share, "ipc$") => Root::RemotePipe,
        _ if !is_this_host(server) => Root::Share,
        _ if case::is_same(share, "admin$") => Root::WindowsFolder,
        [letter, b'$'] if letter.is_ascii_alphabetic() => Root::Drive(char::from(letter.to_ascii_uppercase())),
        _ => Root::Share,
    };
    (root, below)
}

/// Whether a server is this host by a name that every host has.
fn is_this_host(server: &str) -> bool {
    // `--1.ipv6-literal.net` is how `::1` is written where a colon is not possible.
    let names = ["localhost", "--1.ipv6-literal.net", "0--1.ipv6-literal.net"];
    server.starts_with("127.") || names.iter().any(|name| case::is_same(server, name))
}

/// The first name, and the rest with its backslash.
fn split_name(names: &str) -> (&str, &str) {
    let names = names.strip_prefix('\\').unwrap_or(names);
    names.split_at(names.find('\\').unwrap_or(names.len()))
}

/// What follows these names, if it begins with them.
fn strip_names<'n>(names: &'n str, wanted: &[&str]) -> Option<&'n str> {
    wanted.iter().try_fold(names, |names, wanted| {
        let (first, below) = split_name(names);
        case::is_same(first, wanted).then_some(below)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn named_pipes_in_every_spelling() {
        for text in [
            r"\\.\pipe\x",
            r"\\.\PIPE\x",
            r"\\.\pipe\",
            "//./pipe/x",
            "//./PIPE//x",
            r"/\./pipe\x",
            r"\\?\pipe\x",
            "c://./pipe/x",
            r"c:\\.\pipe\x",
            r"C:///./pipe/x",
            r"\\server\pipe\x",
            r"\\127.0.0.1\PIPE\x",
            r"\\?\UNC\localhost\pipe\x",
            r"\\localhost\ipc$\x",
            r"\\.\pipe.\x",
            r"\\.\pipe. .\x",
            r"\\.\x\..\pipe\y",
            r"\??\pipe\x",
            "//?/pipe/x",
            r"\\?\GLOBALROOT\Device\NamedPipe\x",
            r"\\.\globalroot\device\namedpipe\x",
            r"\\?\GLOBALROOT\??\pipe\x",
            r"\\.\Global\pipe\x",
            r"\\?\GLOBALROOT\Device\Mup\localhost\pipe\x",
            r"\Device\NamedPipe\x",
        ] {
            let path = WindowsPath::new(text);
            assert!(path.is_named_pipe(), "{text}");
            assert!(!path.is_unc_share() && path.drive().is_none() && path.is_absolute(), "{text}");
            assert!(!path.is_same_or_under(&WindowsPath::new(r"C:\")) && !path.is_drive_root(), "{text}");
        }
        for text in [
            r"C:\pipe\x",
            r"C:\.\pipe\x",
            "/pipe/x",
            "/./pipe/x",
            "pipe/x",
            "//server/pipe/x",
            r"\\server\share\pipe",
            r"\\.\pipeline\x",
            r"\\.\C:\pipe",
            r"\\?\GLOBALROOT\Device\HarddiskVolume3\pipe",
            r"C:\Device\NamedPipe\x",
            r"Device\NamedPipe\x",
            "",
        ] {
            assert!(!WindowsPath::new(text).is_named_pipe(), "{text}");
        }
    }

    #[test]
    fn roots() {
        let drive = |text| WindowsPath::new(text).drive();
        assert_eq!(drive(r"d:\x"), Some('D'));
        assert_eq!(drive("x/y"), Some('C'));
        assert_eq!(drive("//server/share"), Some('C'));
        assert_eq!(drive(r"\\?\e:\x"), Some('E'));
        assert_eq!(drive(r"\\.\PhysicalDrive0"), None);
        assert_eq!(drive(r"\\server\share"), None);
        assert_eq!(drive(r"\\localhost\D$\x"), Some('D'));
        assert_eq!(drive(r"\\127.0.0.1\c$"), Some('C'));
        assert_eq!(drive(r"\\server\c$"), None);
        assert_eq!(drive(r"\??\e:\x"), Some('E'));
        assert!(WindowsPath::new(r"\\?\Volume{0}\Windows").is_on_unknown_device());
        assert!(!WindowsPath::new("//./x").is_on_unknown_device(), "the kubelet makes a path of it");
        assert!(WindowsPath::new(r"\\server\share\x").is_unc_share());
        assert!(WindowsPath::new(r"\\?\UNC\server\share").is_unc_share());
        assert!(!WindowsPath::new("//server/share").is_unc_share());
    }

    #[test]
    fn drive_roots() {
        for text in ["C:", "c:", r"C:\", "C://", "/", r"\", r"C:\.", r"C:\x\..", r"D:\", r"\\?\C:\", r"\\localhost\c$"]
        {
            assert!(WindowsPath::new(text).is_drive_root(), "{text}");
        }
        for text in [r"C:\x", "x", r"\\server\share", r"\\.\pipe\", r"C:\..\x"] {
            assert!(!WindowsPath::new(text).is_drive_root(), "{text}");
        }
        assert!(WindowsPath::new("c:").is_drive_letter() && WindowsPath::new("D:").is_drive_letter());
        assert!(!WindowsPath::new(r"c:\").is_drive_letter() && !WindowsPath::new("/").is_drive_letter());
    }

    #[test]
    fn absolute_and_rooted() {
        for text in [r"C:\x", "c:/x", "/x", r"\x", r"\\server\share", r"\\.\pipe\x"] {
            assert!(WindowsPath::new(text).is_absolute(), "{text}");
        }
        for text in ["x", r".\x", "C:x", "C:", "", "unix:///x"] {
            assert!(!WindowsPath::new(text).is_absolute(), "{text}");
        }
        assert!(WindowsPath::new("/x").is_rooted_without_drive());
        for text in ["C:/x", "x", r"\\?\C:\x", r"\\localhost\c$\x", r"\\.\pipe\x"] {
            assert!(!WindowsPath::new(text).is_rooted_without_drive(), "{text}");
        }
    }

    #[test]
    fn folders_hold_whole_segments() {
        for text in [
            r"C:\Windows",
            r"c:\WINDOWS\",
            "/windows/System32",
            r"C:\\Windows\.\x",
            r"\x\..\windows",
            "Windows/x",
            r"C:\Windows.\x",
            r"C:\Windows .",
            r"C:\Windows \x",
            r"C:\Windows\...",
            r"C:\Windows::$INDEX_ALLOCATION\x",
            r"\\?\C:\Windows.",
            r"\\.\C:\Windows",
            r"\??\C:\Windows\x",
            r"\\localhost\c$\Windows",
            r"\\localhost\ADMIN$\x",
            r"\\?\UNC\127.0.0.1\C$\windows",
            r"\\?\GLOBALROOT\SystemRoot\System32",
            r"\\?\GLOBALROOT\GLOBAL??\C:\Windows",
        ] {
            assert!(WindowsPath::new(text).is_same_or_under(&WindowsPath::new(r"C:\Windows")), "{text}");
        }
        for text in [
            r"C:\WindowsBackup",
            r"C:\Windows\..",
            r"D:\Windows",
            r"C:\x\Windows",
            "/",
            r"\\server\Windows",
            r"C:\...\Windows",
        ] {
            assert!(!WindowsPath::new(text).is_same_or_under(&WindowsPath::new(r"C:\Windows")), "{text}");
        }
        assert!(WindowsPath::new("/var/lib").is_same(&WindowsPath::new(r"C:\var\lib\")));
        assert!(!WindowsPath::new("/var/lib").is_same(&WindowsPath::new(r"C:\var")));
        assert!(!WindowsPath::new(r"\\.\pipe\x").is_same(&WindowsPath::new(r"\\.\pipe\x")), "not on a drive");
    }

    #[test]
    fn file_names() {
        assert_eq!(WindowsPath::new("/usr/local/bin/azure-cns.exe").file_name(), Some("azure-cns.exe"));
        assert_eq!(WindowsPath::new(r"C:\x\..\").file_name(), None);
        assert_eq!(WindowsPath::new("App.EXE. ").file_name(), Some("App.EXE"));
    }

    #[test]
    fn keys() {
        for (text, key) in [
            ("/K//Logs/", r"c:\k\logs"),
            (r"C:\k.\logs. .", r"c:\k\logs"),
            ("", "c:"),
            ("C:", "c:"),
            ("//server/x", r"c:\server\x"),
            (r"*:\x", r"*:\x"),
            (r"\\Server/share\x", r"unc\server\share\x"),
            (r"\\localhost\c$\x", r"unc\localhost\c$\x"),
            (r"\\localhost\pipe\x", r"unc\localhost\pipe\x"),
            ("//./PIPE/x", r".\pipe\x"),
            (r"\\?\pipe\x", r".\pipe\x"),
            ("c://./pipe/x", r".\pipe\x"),
            (r"\\.\C:\x", r".\c:\x"),
            (r"\\?\C:\x", r"?\c:\x"),
            (r"\\?\UNC\server\share", r"?\unc\server\share"),
        ] {
            assert_eq!(WindowsPath::new(text).key().as_deref(), Ok(key), "{text}");
        }
    }

    #[test]
    fn what_is_in_doubt_has_no_key() {
        for (text, doubt) in [
            (r"C:\k\..\x", Doubt::Climbs),
            (r"\\server\share\..\x", Doubt::Climbs),
            ("C:x", Doubt::DriveRelative),
            (r"C:\k \x", Doubt::Spelling),
            (r"C:\k..\x", Doubt::Spelling),
            (r"C:\...\x", Doubt::Spelling),
            (r"C:\k\...", Doubt::Spelling),
            (r"C:\k:stream", Doubt::Spelling),
            (r"\\?\C:\k.", Doubt::Spelling),
            (r"\\?\C:\k/x", Doubt::Spelling),
            (r"\\?\C:\", Doubt::Spelling),
            (r"\\\server\share", Doubt::Spelling),
            (r"\\?\GLOBALROOT\SystemRoot", Doubt::Spelling),
            (r"\\?\GLOBALROOT\Device\NamedPipe\x", Doubt::Spelling),
            (r"\Device\NamedPipe\x", Doubt::Spelling),
        ] {
            assert_eq!(WindowsPath::new(text).key(), Err(doubt), "{text}");
        }
    }

    const NAME: &str = "[a-zäж0-9 _-]{0,6}[a-zäж0-9_-]";

    fn upper_case(name: &str) -> String {
        name.chars().flat_map(char::to_uppercase).collect()
    }

    /// Names with everything between and after them that does not matter to a question.
    fn spelling(names: &[String], noise: &[(u8, u8, bool)]) -> String {
        let mut text = String::new();
        for (name, (separator, ending, upper)) in names.iter().zip(noise.iter().cycle()) {
            text.push_str([r"\", "/", "//", r"\.\", r"/x/..\", r"\\"][usize::from(*separator) % 6]);
            text.push_str(&if *upper { upper_case(name) } else { name.clone() });
            text.push_str(["", "", ".", " ", ". .", ":s"][usize::from(*ending) % 6]);
        }
        text
    }

    proptest! {
        #[test]
        fn spellings_of_a_path_are_the_same_place(
            prefix in prop::sample::select(vec![
                "", "c:", "C:", r"\\.\C:", r"\\?\c:", r"\??\C:", "//./c:", r"\\localhost\C$", r"\\127.0.0.1\c$",
                r"\\?\UNC\localhost\c$", r"\\?\GLOBALROOT\??\C:",
            ]),
            names in prop::collection::vec(NAME, 1..6),
            noise in prop::collection::vec(any::<(u8, u8, bool)>(), 1..6),
            tail in prop::sample::select(vec!["", "/", r"\\", r"\.", r"/y\..", r"\..."]),
            other in NAME,
        ) {
            let plain = format!(r"C:\{}", names.join(r"\"));
            // In front of nothing, two separators would lead to a machine or a device.
            let start = if prefix.is_empty() { r"\z\.." } else { prefix };
            let path = format!("{start}{}{tail}", spelling(&names, &noise));
            let (plain, path) = (WindowsPath::new(&plain), WindowsPath::new(&path));
            prop_assert!(path.is_same(&plain) && plain.is_same(&path), "{path:?} is {plain:?}");
            let deeper = format!("{}/z", path.text());
            let deeper = WindowsPath::new(&deeper);
            // Before a name, three dots are a folder: `C:\k\...\z`.
            prop_assert!(deeper.is_same_or_under(&plain));
            prop_assert!(!plain.is_same_or_under(&deeper));
            let beside = format!("{}{other}", plain.text());
            prop_assert!(!path.is_same_or_under(&WindowsPath::new(&beside)), "{path:?} is beside {beside}");
            prop_assert!(!WindowsPath::new(&beside).is_same_or_under(&path), "{path:?} is beside {beside}");
        }

        #[test]
        fn spellings_of_a_pipe_are_pipes(
            separators in prop::collection::vec(prop::sample::select(vec!["/", r"\"]), 4),
            mark in prop::sample::select(vec![".", "?"]),
            pipe in "[pP][iI][pP][eE][. ]{0,2}",
            name in "[a-z]{1,8}",
        ) {
            let [a, b, c, d] = separators[..] else { unreachable!() };
            let path = format!("{a}{b}{mark}{c}{pipe}{d}{name}");
            prop_assert!(WindowsPath::new(&path).is_named_pipe(), "{path}");
            prop_assert!(WindowsPath::new(&format!("c:{path}")).is_named_pipe(), "c:{path}");
        }

        #[test]
        fn names_without_doubt_are_in_normal_form(text in r"([a-z]{1,3}|[/\\. :?]){0,12}") {
            let path = WindowsPath::new(&text);
            let (names, doubt) = normalise(&path.names, path.prefix);
            prop_assert!(path.doubt.is_some() || names == path.names && doubt.is_none(), "{path:?} {names}");
        }

        #[test]
        fn the_same_key_is_the_same_place(one in r"([a-z]{1,2}|[/\\. :?]|C:|pipe){0,8}", other in r"([a-z]{1,2}|[/\\. :?]|C:|pipe){0,8}") {
            let (one, other) = (WindowsPath::new(&one), WindowsPath::new(&other));
            if let (Ok(key), Ok(other_key)) = (one.key(), other.key()) {
                prop_assert!(key != other_key || one.drive().is_none() || one.is_same(&other), "{one:?} {other:?}");
                prop_assert_eq!(WindowsPath::new(one.text()).key(), Ok(key));
            }
        }

        #[test]
        fn no_text_panics(
            text in r"(\PC|[\\/.:?$*]|pipe|GLOBALROOT|UNC|localhost){0,16}",
            other in r"[\PC\\/.:?]{0,40}",
        ) {
            let path = WindowsPath::new(&text);
            let _ = (path.is_drive_root(), path.is_drive_letter(), path.is_absolute(), path.file_name(), path.key());
            prop_assert!(path.drive().is_none() || path.is_same(&WindowsPath::new(&text)));
            prop_assert!(path.drive().is_none() || path.is_same_or_under(&WindowsPath::new(&other)) || !path.is_same(&WindowsPath::new(&other)));
        }
    }
}
