//! Go's `path/filepath` for Windows, which the kubelet, containerd and hcsshim use. Its functions are purely lexical.
//! Windows interprets some paths differently ([`super::path`]), and that difference determines where a mount appears.

/// Whether a byte separates names.
fn is_separator(byte: u8) -> bool {
    matches!(byte, b'\\' | b'/')
}

/// The length of the volume name: `C:`, `\\server\share`, `\\.\pipe`, `\\?\C:`, or nothing.
pub fn volume_length(path: &str) -> usize {
    let bytes = path.as_bytes();
    match bytes {
        [_, b':', ..] => 2,
        [first, ..] if !is_separator(*first) => 0,
        _ if has_prefix(bytes, br"\\.\UNC") => share_length(bytes, br"\\.\UNC\".len()),
        _ if [br"\\.", br"\\?", br"\??"].iter().any(|prefix| has_prefix(bytes, *prefix)) => match bytes.get(4..) {
            None => 3,
            Some(rest) => rest.iter().position(|byte| is_separator(*byte)).map_or(bytes.len(), |at| 4 + at),
        },
        [_, second, ..] if is_separator(*second) => share_length(bytes, 2),
        _ => 0,
    }
}

/// Whether a path begins with these names, in any case and with either separator.
fn has_prefix(path: &[u8], prefix: &[u8]) -> bool {
    path.len() >= prefix.len()
        && path.iter().zip(prefix).all(|(byte, wanted)| match wanted {
            b'\\' => is_separator(*byte),
            _ => byte.eq_ignore_ascii_case(wanted),
        })
        && path.get(prefix.len()).is_none_or(|byte| is_separator(*byte))
}

/// The length of `\\server\share`, given the index of `server`.
fn share_length(path: &[u8], begin: usize) -> usize {
    let separators = path.iter().enumerate().skip(begin).filter(|(_, byte)| is_separator(**byte));
    separators.map(|(at, _)| at).nth(1).unwrap_or(path.len())
}

/// `filepath.Clean`: the shortest equivalent path, with backslashes.
pub fn clean(path: &str) -> String {
    let (volume, rest) = path.split_at(volume_length(path));
    let mut cleaned = volume.replace('/', r"\");
    if rest.is_empty() {
        let is_share = volume.len() > 1 && volume.as_bytes().iter().take(2).all(|byte| is_separator(*byte));
        if !is_share {
            cleaned.push('.');
        }
        return cleaned;
    }
    let is_rooted = rest.starts_with(['\\', '/']);
    let names = resolved(rest, is_rooted);
    let text = [if is_rooted { r"\" } else { "" }, &names.join(r"\")].concat();
    let text = if text.is_empty() { ".".to_owned() } else { text };
    // Removing `..` must not change the kind of path: `a\..\c:` must not become a drive, nor `\a\..\??\c:` a device.
    if volume.is_empty() && !rest.starts_with(&text) {
        if names.first().is_some_and(|name| !is_rooted && name.contains(':')) {
            cleaned.push_str(r".\");
        } else if text.starts_with(r"\??") {
            cleaned.push_str(r"\.");
        }
    }
    cleaned + &text
}

/// The names of a path without `.`, and without `..` after a name.
fn resolved(path: &str, is_rooted: bool) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for name in path.split(['\\', '/']) {
        match name {
            "" | "." => {}
            ".." if names.last().is_some_and(|last| *last != "..") => {
                names.pop();
            }
            ".." if is_rooted => {}
            _ => names.push(name),
        }
    }
    names
}

/// `filepath.Join`, for a folder and a path in it.
pub fn join(folder: &str, path: &str) -> String {
    let text = match folder.as_bytes().last() {
        None => return if path.is_empty() { String::new() } else { clean(path) },
        Some(last) if is_separator(*last) => {
            let path = path.trim_start_matches(['\\', '/']);
            let is_device = folder.len() == 1 && (path == "??" || path.starts_with(r"??\") || path.starts_with("??/"));
            [folder, if is_device { r".\" } else { "" }, path].concat()
        }
        Some(b':') => [folder, path].concat(),
        Some(_) => [folder, r"\", path].concat(),
    };
    clean(&text)
}

/// `filepath.Dir`: the parent folder of a path.
pub fn parent(path: &str) -> String {
    let (volume, rest) = path.split_at(volume_length(path));
    let end = rest.rfind(['\\', '/']).map_or(0, |at| at + 1);
    let folder = clean(rest.get(..end).unwrap_or_default());
    match folder.as_str() {
        "." if volume.len() > 2 => volume.to_owned(),
        _ => [volume, &folder].concat(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn volume_lengths() {
        for (path, volume) in [
            (r"C:\x", "C:"),
            ("é", ""),
            (r"\x", ""),
            (r"\\server\share\x", r"\\server\share"),
            (r"\\server", r"\\server"),
            (r"\\.\pipe\x", r"\\.\pipe"),
            (r"\\.\pipe", r"\\.\pipe"),
            (r"\\.", r"\\."),
            ("//?/C:/x", "//?/C:"),
            (r"\??\C:\x", r"\??\C:"),
            (r"\\.\UNC\server\share\x", r"\\.\UNC\server\share"),
            (r"\\?x\y\z", r"\\?x\y"),
        ] {
            assert_eq!(path.split_at(volume_length(path)).0, volume, "{path}");
        }
    }

    #[test]
    fn paths_are_cleaned() {
        for (path, expected) in [
            ("", "."),
            ("C:", "C:."),
            ("C:/a//b/", r"C:\a\b"),
            (r"C:\a\..\..\b", r"C:\b"),
            (r"a\..\..\b", r"..\b"),
            (r"\\server\share", r"\\server\share"),
            (r"\\?\C:\", r"\\?\C:\"),
            ("npipe:////./pipe/x", r".\npipe:\pipe\x"),
            (r"npipe:\x", r"npipe:\x"),
            (r"a\..\c:x", r".\c:x"),
            (r"\a\..\??\c:\x", r"\.\??\c:\x"),
            (r"\??\c:\a\..\x", r"\??\c:\x"),
        ] {
            assert_eq!(clean(path), expected, "{path}");
        }
    }

    #[test]
    fn paths_are_joined() {
        for (folder, path, expected) in [
            (r"C:\hpc\ID\", r"\", r"C:\hpc\ID"),
            (r"C:\hpc\ID\", ".", r"C:\hpc\ID"),
            (r"C:\hpc\ID\", r"\\server\share", r"C:\hpc\ID\server\share"),
            (r"C:\hpc\ID\", r"..\x", r"C:\hpc\x"),
            ("relative", "ID", r"relative\ID"),
            ("C:", "f", "C:f"),
            ("C:", r"\f", r"C:\f"),
            (r"\", r"??\x", r"\.\??\x"),
            ("", "a/b", r"a\b"),
            ("", "", ""),
        ] {
            assert_eq!(join(folder, path), expected, "{folder} {path}");
        }
    }

    #[test]
    fn parents_of_paths() {
        for (path, expected) in [
            ("D:", "D:."),
            (r"C:\hpc\", r"C:\hpc"),
            (r"C:\a", r"C:\"),
            (r"c:\dev\termination-log", r"c:\dev"),
            (r"C:\\?\C:\data", r"C:\\?\C:\"),
            (r"C:\\server\share", r"C:\\server\"),
            (r"\\server\share", r"\\server\share"),
            ("x", "."),
        ] {
            assert_eq!(parent(path), expected, "{path}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(path in r"([\\/.:?]|pipe|UNC|C:|é|a){0,9}", other in r"([\\/.:?]|b){0,5}") {
            let _ = (volume_length(&path), parent(&path), join(&path, &other));
            // Go appends a dot to a bare device such as `\??\`, which makes it another device.
            let is_device = path.as_bytes().get(1) == Some(&b'?') && volume_length(&path) == path.len();
            let once = clean(&path);
            prop_assert!(is_device || clean(&once) == once, "{}", once);
        }
    }
}
