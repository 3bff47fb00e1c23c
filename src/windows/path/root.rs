//! Roots of paths, in all spellings that Windows accepts.

use crate::windows::case;

/// The separators of names, valid everywhere.
pub const SEPARATORS: [char; 2] = ['/', '\\'];

/// The root of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Root {
    /// A drive, in upper case.
    Drive(char),
    /// `C:\Windows` under another name.
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

/// Splits off `C:`. A pattern may have a wildcard as the letter: `*:\x`.
pub fn split_drive(text: &str) -> Option<(char, &str)> {
    let (letter, rest) = text.split_once(':')?;
    match letter.as_bytes() {
        [letter] if letter.is_ascii_alphabetic() || *letter == b'*' => {
            Some((char::from(letter.to_ascii_uppercase()), rest))
        }
        _ => None,
    }
}

pub fn is_drive(name: &str) -> bool {
    split_drive(name).is_some_and(|(_, rest)| rest.is_empty())
}

/// The part after `\\.`, `\\?` or `\??`, including the separator.
pub fn strip_device_prefix(text: &str) -> Option<&str> {
    let name = text.trim_start_matches(SEPARATORS);
    let rest = match text.len() - name.len() {
        0 => None,
        1 => name.strip_prefix("??"),
        _ => name.strip_prefix(['.', '?']),
    };
    rest.filter(|rest| rest.starts_with(SEPARATORS))
}

/// The part after `pipe` in a misspelt pipe, which lost backslashes or is a URL: `\.\pipe\x`, `/./pipe/x`, `.\pipe\x`,
/// `npipe:////./pipe/x`. YAML reads `"\\.\\pipe\\x"` as the first.
pub fn misspelt_pipe(text: &str) -> Option<&str> {
    const SCHEME: &str = "npipe:";
    let begins = |text: &str, start: &str| text.get(..start.len()).is_some_and(|own| own.eq_ignore_ascii_case(start));
    let text = match begins(text, SCHEME) {
        true => text.get(SCHEME.len()..)?.trim_start_matches(SEPARATORS),
        false => text.strip_prefix(SEPARATORS).unwrap_or(text),
    };
    let below = |text: &'_ str| text.strip_prefix(SEPARATORS).is_some();
    let rest = text.strip_prefix('.').filter(|rest| below(rest))?.trim_start_matches(SEPARATORS);
    let name = rest.get("pipe".len()..).filter(|name| begins(rest, "pipe") && below(name))?;
    let name = name.trim_start_matches(SEPARATORS);
    (!name.is_empty()).then_some(name)
}

/// The root of `\\.\NAMES` or `\\?\NAMES`, the names below it, and whether it is a name of the NT object manager.
pub fn device(names: &str) -> (Root, &str, bool) {
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

/// The root of `\\?\GLOBALROOT\NAMES`, and the names below it.
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

/// The root of `\\NAMES`, and the names below it.
pub fn machine(names: &str) -> (Root, &str) {
    let (server, below) = split_name(names);
    let (share, below) = split_name(below);
    let root = match share.as_bytes() {
        // `ipc$` is the share behind `\\server\pipe`.
        _ if case::is_same(share, "pipe") || case::is_same(share, "ipc$") => Root::RemotePipe,
        _ if !is_this_host(server) => Root::Share,
        _ if case::is_same(share, "admin$") => Root::WindowsFolder,
        [letter, b'$'] if letter.is_ascii_alphabetic() => Root::Drive(char::from(letter.to_ascii_uppercase())),
        _ => Root::Share,
    };
    (root, below)
}

/// Whether a server name denotes this host on every machine.
fn is_this_host(server: &str) -> bool {
    // `--1.ipv6-literal.net` stands for `::1` in names, which cannot contain a colon.
    let names = ["localhost", "--1.ipv6-literal.net", "0--1.ipv6-literal.net"];
    server.starts_with("127.") || names.iter().any(|name| case::is_same(server, name))
}

/// The first name, and the rest with its backslash.
fn split_name(names: &str) -> (&str, &str) {
    let names = names.strip_prefix('\\').unwrap_or(names);
    names.split_at(names.find('\\').unwrap_or(names.len()))
}

/// The part after these names, if a path begins with them.
pub fn strip_names<'n>(names: &'n str, wanted: &[&str]) -> Option<&'n str> {
    wanted.iter().try_fold(names, |names, wanted| {
        let (first, below) = split_name(names);
        case::is_same(first, wanted).then_some(below)
    })
}
