//! Windows paths as the kubelet and containerd read them.
//!
//! `/` and `\` are alike, ASCII case does not matter, duplicate and trailing separators and `.` segments are dropped,
//! `..` is resolved. What names no drive is on `C:`, even without a separator in front: the kubelet's
//! `MakeAbsolutePath` (`pkg/volume/util/util.go`) puts `c:` or `c:\` before such a volume or mount path.

/// Both separate segments, everywhere.
const SEPARATORS: [char; 2] = ['/', '\\'];

/// Where the image of a HostProcess container is, wherever the node has the bind filter (containerd 1.7).
pub const ROOTFS: WindowsPath = WindowsPath::on_c(r"C:\hpc");

/// A path, borrowed.
#[derive(Clone, Copy, Debug)]
pub struct WindowsPath<'a> {
    text: &'a str,
    root: Root,
    /// What follows the root, its separator included.
    below: &'a str,
    /// How many segments it has below its root.
    depth: usize,
}

/// What a path begins at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Root {
    /// `C:`, upper case; also what has no root at all.
    Drive(char),
    /// `\\server\share`.
    Share,
    /// `\\.\pipe\`, here or on another machine.
    Pipe,
    /// Any other `\\.\` or `\\?\`.
    Device,
}

impl<'a> WindowsPath<'a> {
    /// Reads a path; nothing is refused.
    pub fn new(text: &'a str) -> WindowsPath<'a> {
        let (root, below) = root_of(text);
        WindowsPath { text, root, below, depth: segments_from_end(below).count() }
    }

    /// A folder of `C:` that is known beforehand, written without `.`, `..` and superfluous separators.
    pub const fn on_c(text: &'a str) -> WindowsPath<'a> {
        let (drive, below) = text.split_at(2);
        assert!(matches!(drive.as_bytes(), b"C:"));
        let (mut depth, mut at) = (0, 0);
        while at < below.len() {
            depth += (below.as_bytes()[at] == b'\\') as usize;
            at += 1;
        }
        WindowsPath { text, root: Root::Drive('C'), below, depth }
    }

    /// As written.
    pub const fn text(&self) -> &'a str {
        self.text
    }

    /// Whether it names a pipe, however it is spelled: `\\.\pipe\x`, `//./PIPE//x`, `\\?\pipe\x`, what the kubelet
    /// makes of `//./pipe/x` (`c://./pipe/x`), or another machine's (`\\server\pipe\x`).
    pub fn is_named_pipe(&self) -> bool {
        self.root == Root::Pipe
    }

    /// Whether it is on another machine: `\\server\share`. `//server/share` is not: the kubelet puts `c:` before it.
    pub fn is_unc_share(&self) -> bool {
        self.root == Root::Share
    }

    /// The drive, in upper case: `C` for what names none, nothing for pipes, devices and shares.
    pub fn drive(&self) -> Option<char> {
        match self.root {
            Root::Drive(letter) => Some(letter),
            Root::Share | Root::Pipe | Root::Device => None,
        }
    }

    /// Whether it is a drive and nothing else: `C:`, `C:\`, `/`.
    pub fn is_drive_root(&self) -> bool {
        self.drive().is_some() && self.depth == 0
    }

    /// Whether it is a drive letter without a separator: `C:`.
    pub fn is_drive_letter(&self) -> bool {
        split_drive(self.text).is_some_and(|(_, below)| below.is_empty())
    }

    /// Whether it says where it begins: `C:\x`, `\x`, `/x`, `\\server\share`. `C:x` and `x` do not.
    pub fn is_absolute(&self) -> bool {
        self.drive().is_none() || self.below.starts_with(SEPARATORS)
    }

    /// Whether it begins at the root of no drive in particular, as Linux paths do: `/x`, `\x`.
    pub fn is_rooted_without_drive(&self) -> bool {
        self.drive().is_some() && self.text.starts_with(SEPARATORS)
    }

    /// Whether both are the same place on a drive.
    pub fn is_same(&self, other: &WindowsPath) -> bool {
        self.depth == other.depth && self.is_same_or_under(other)
    }

    /// Whether it is that folder of a drive or something in it. `C:\WindowsBackup` is not under `C:\Windows`.
    pub fn is_same_or_under(&self, folder: &WindowsPath) -> bool {
        let Some(deeper) = self.depth.checked_sub(folder.depth) else { return false };
        self.drive().is_some()
            && self.drive() == folder.drive()
            && segments_from_end(self.below)
                .skip(deeper)
                .zip(segments_from_end(folder.below))
                .all(|(own, wanted)| own.eq_ignore_ascii_case(wanted))
    }

    /// The last segment.
    pub fn file_name(&self) -> Option<&'a str> {
        let last = segments_from_end(self.below).next()?;
        str::from_utf8(last).ok()
    }
}

/// The segments below a root, last first: so that a `..` is known before what it takes back.
fn segments_from_end(below: &str) -> impl Iterator<Item = &[u8]> {
    let mut taken_back = 0usize;
    let segments = below.as_bytes().rsplit(|byte| matches!(byte, b'/' | b'\\'));
    segments.filter(move |segment| match *segment {
        b"" | b"." => false,
        b".." => {
            taken_back += 1;
            false
        }
        _ if taken_back > 0 => {
            taken_back -= 1;
            false
        }
        _ => true,
    })
}

fn root_of(text: &str) -> (Root, &str) {
    if let Some((letter, below)) = split_drive(text) {
        return match strip_device_prefix(below).map(device) {
            Some((Root::Pipe, name)) => (Root::Pipe, name),
            _ => (Root::Drive(letter), below),
        };
    }
    if let Some(name) = strip_device_prefix(text) {
        return match device(name) {
            // The kubelet reads only `\\` as more than a path: it makes `c://./x` of `//./x`.
            (Root::Device, _) if !text.starts_with(r"\\") => (Root::Drive('C'), text),
            root => root,
        };
    }
    match text.strip_prefix(r"\\") {
        Some(server) if !server.starts_with(SEPARATORS) && !server.is_empty() => machine(server),
        _ => (Root::Drive('C'), text),
    }
}

/// `C:` and the rest.
fn split_drive(text: &str) -> Option<(char, &str)> {
    let (letter, rest) = text.split_once(':')?;
    match letter.as_bytes() {
        [letter] if letter.is_ascii_alphabetic() => Some((char::from(letter.to_ascii_uppercase()), rest)),
        _ => None,
    }
}

/// What follows `\\.` or `\\?`, separator included.
fn strip_device_prefix(text: &str) -> Option<&str> {
    let name = text.trim_start_matches(SEPARATORS);
    let rest = name.strip_prefix(['.', '?'])?;
    (text.len() - name.len() >= 2 && rest.starts_with(SEPARATORS)).then_some(rest)
}

/// What `\\.\NAME` or `\\?\NAME` begins at.
fn device(name: &str) -> (Root, &str) {
    let (first, below) = split_segment(name);
    match split_drive(first) {
        Some((letter, "")) => (Root::Drive(letter), below),
        _ if first.eq_ignore_ascii_case("pipe") => (Root::Pipe, below),
        _ if first.eq_ignore_ascii_case("unc") => machine(below),
        _ => (Root::Device, below),
    }
}

/// What `\\NAME` begins at.
fn machine(name: &str) -> (Root, &str) {
    let (_server, below) = split_segment(name);
    let (share, below) = split_segment(below);
    let root = if share.eq_ignore_ascii_case("pipe") { Root::Pipe } else { Root::Share };
    (root, below)
}

/// The first segment, and the rest with its separator.
fn split_segment(text: &str) -> (&str, &str) {
    let text = text.trim_start_matches(SEPARATORS);
    text.split_at(text.find(SEPARATORS).unwrap_or(text.len()))
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
        assert!(WindowsPath::new(r"\\server\share\x").is_unc_share());
        assert!(WindowsPath::new(r"\\?\UNC\server\share").is_unc_share());
        assert!(!WindowsPath::new("//server/share").is_unc_share());
    }

    #[test]
    fn drive_roots() {
        for text in ["C:", "c:", r"C:\", "C://", "/", r"\", r"C:\.", r"C:\x\..", r"D:\", r"\\?\C:\"] {
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
        assert!(!WindowsPath::new("C:/x").is_rooted_without_drive());
    }

    #[test]
    fn folders_hold_whole_segments() {
        for text in
            [r"C:\Windows", r"c:\WINDOWS\", "/windows/System32", r"C:\\Windows\.\x", r"\x\..\windows", "Windows/x"]
        {
            assert!(WindowsPath::new(text).is_same_or_under(&WindowsPath::new(r"C:\Windows")), "{text}");
        }
        for text in [r"C:\WindowsBackup", r"C:\Windows\..", r"D:\Windows", r"C:\x\Windows", "/", r"\\server\Windows"] {
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
    }

    /// Segments with everything between them that does not matter.
    fn spelling(segments: &[String], noise: &[(u8, bool)]) -> String {
        let mut text = String::new();
        for (segment, (separator, upper)) in segments.iter().zip(noise.iter().cycle()) {
            text.push_str([r"\", "/", "//", r"\.\", r"/x/..\", r"\\"][usize::from(*separator) % 6]);
            text.push_str(&if *upper { segment.to_ascii_uppercase() } else { segment.clone() });
        }
        text
    }

    proptest! {
        #[test]
        fn spellings_of_a_path_are_the_same_place(
            segments in prop::collection::vec("[a-z0-9 _-]{1,8}", 0..6),
            noise in prop::collection::vec(any::<(u8, bool)>(), 1..6),
            tail in prop::sample::select(vec!["", "/", r"\\", r"\.", r"/y\.."]),
        ) {
            let plain = format!(r"C:\{}", segments.join(r"\"));
            let path = format!("c:{}{tail}", spelling(&segments, &noise));
            prop_assert!(WindowsPath::new(&path).is_same(&WindowsPath::new(&plain)), "{path} is {plain}");
            prop_assert!(WindowsPath::new(&plain).is_same(&WindowsPath::new(&path)), "{plain} is {path}");
            let deeper = format!("{path}/z");
            prop_assert!(WindowsPath::new(&deeper).is_same_or_under(&WindowsPath::new(&plain)));
            prop_assert!(!WindowsPath::new(&plain).is_same_or_under(&WindowsPath::new(&deeper)));
        }

        #[test]
        fn spellings_of_a_pipe_are_pipes(
            separators in prop::collection::vec(prop::sample::select(vec!["/", r"\"]), 4),
            mark in prop::sample::select(vec![".", "?"]),
            pipe in "[pP][iI][pP][eE]",
            name in "[a-z]{1,8}",
        ) {
            let [a, b, c, d] = separators[..] else { unreachable!() };
            let path = format!("{a}{b}{mark}{c}{pipe}{d}{name}");
            prop_assert!(WindowsPath::new(&path).is_named_pipe(), "{path}");
            prop_assert!(WindowsPath::new(&format!("c:{path}")).is_named_pipe(), "c:{path}");
        }

        #[test]
        fn no_text_is_too_odd(text in r"[\PC\\/.:?]{0,40}", other in r"[\PC\\/.:?]{0,40}") {
            let path = WindowsPath::new(&text);
            let _ = (path.is_drive_root(), path.is_drive_letter(), path.is_absolute(), path.file_name());
            prop_assert!(path.drive().is_none() || path.is_same(&WindowsPath::new(&text)));
            prop_assert!(path.drive().is_none() || path.is_same_or_under(&WindowsPath::new(&other)) || !path.is_same(&WindowsPath::new(&other)));
        }
    }
}
