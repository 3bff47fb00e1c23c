//! Patterns for host paths, compared as the kubelet and Windows resolve them: without regard to case and to the direction
//! and number of separators. What names no drive is on `C:`.
//!
//! A `*` stays within its segment; as the whole last segment it is everything below: `C:\k\*` covers `C:\k\logs\a` and
//! not `C:\k` itself.

use super::matches_segments;
use crate::windows::path::WindowsPath;

/// Whether a host path matches a pattern. A path that climbs (`..`) matches nothing: where it ends is not written in it.
pub fn matches_host_path(pattern: &str, path: &str) -> bool {
    if pattern == "*" {
        return true;
    }
    let (Some(pattern), Some(path)) = (normalise(pattern), normalise(path)) else { return false };
    matches_segments(&pattern, &path, '\\')
}

/// Why a pattern does not bind what its author means, if so.
pub fn lint(pattern: &str) -> Option<&'static str> {
    normalise(pattern).is_none().then_some("write the path without '..'")
}

/// `c:\dir\file`, `\\server\share`, `\\.\pipe\name`; `None` when it climbs or is none of these.
fn normalise(path: &str) -> Option<String> {
    let lower = super::lower_case(path);
    let mut segments = Vec::new();
    for segment in lower.split(['/', '\\']) {
        // Windows drops dots and spaces at the end of a name.
        match (segment.trim_end_matches(['.', ' ']), segment) {
            ("", "" | ".") => {}
            ("", _) => return None,
            (name, _) => segments.push(name),
        }
    }
    if WindowsPath::new(path).is_named_pipe() && !is_on_another_machine(path) {
        let pipe = segments.iter().position(|segment| *segment == "pipe")?;
        return Some(format!(r"\\.\{}", segments[pipe..].join(r"\")));
    }
    let root = match lower.strip_prefix(r"\\") {
        // Only two backslashes lead away from the drive: of `//server` the kubelet makes `c://server`.
        Some(name) if name.starts_with(['/', '\\']) => return None,
        Some(_) => r"\\",
        None if lower.split(['/', '\\']).next().is_some_and(|first| first.contains(':')) => "",
        None => {
            segments.insert(0, "c:");
            ""
        }
    };
    Some(root.to_owned() + &segments.join(r"\"))
}

/// `\\server\pipe\name`, other than `\\.\pipe\name`.
fn is_on_another_machine(path: &str) -> bool {
    let name = path.trim_start_matches(['/', '\\']);
    !path.contains(':') && !name.starts_with(['.', '?'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(r"C:\k\*", r"C:\k\logs", true)]
    #[case(r"C:\k\*", r"c:/K//logs/a.txt", true)]
    #[case(r"C:\k\*", r"/k/logs", true)]
    #[case(r"/k/*", r"C:\k\logs\", true)]
    #[case(r"C:\k\*", r"\k\logs", true)]
    #[case(r"C:\k\*", r"C:\k", false)]
    #[case(r"C:\k\*", r"C:\k\", false)]
    #[case(r"C:\k\*", r"C:\kubelet\x", false)]
    #[case(r"C:\k\*", r"D:\k\x", false)]
    #[case(r"C:\k\*", r"C:\k\..\Windows", false)]
    #[case(r"C:\k\*", r"C:\k\.. \Windows", false)]
    #[case(r"C:\k\*", r"C:\k\...\Windows", false)]
    #[case(r"C:\k\*", r"\\?\C:\k\x", false)]
    #[case(r"C:\k\*", r"\\server\k\x", false)]
    #[case(r"C:\k\*", "C:k\\x", false)]
    #[case(r"C:\k", r"C:\k. ", true)]
    #[case(r"C:\k", r"C:\.\k\.", true)]
    #[case(r"C:\*", r"C:\", false)]
    #[case(r"C:\", r"C:/", true)]
    #[case(r"C:\", "/", true)]
    #[case(r"C:\var\*\logs", r"C:\var\a\logs", true)]
    #[case(r"C:\var\*\logs", r"C:\var\a\b\logs", false)]
    #[case(r"\\.\pipe\*", r"\\.\PIPE\docker_engine", true)]
    #[case(r"\\.\pipe\*", r"//./pipe/docker_engine", true)]
    #[case(r"\\.\pipe\*", "c://./pipe/docker_engine", true)]
    #[case(r"\\.\pipe\*", r"\\server\pipe\docker_engine", false)]
    #[case("//./pipe/*", r"\\?\pipe\docker_engine", true)]
    #[case(r"\\server\share\*", r"\\SERVER/share/x", true)]
    #[case(r"\\server\share\*", "//server/share/x", false)]
    #[case(r"\\server\share\*", r"\\\server\share\x", false)]
    #[case(r"C:\server\*", "//server/share/x", true)]
    #[case(r"C:\k\*", r"k\x", true)]
    #[case("*", r"C:\anything\..\at all", true)]
    fn host_paths(#[case] pattern: &str, #[case] path: &str, #[case] expected: bool) {
        assert_eq!(matches_host_path(pattern, path), expected);
    }

    #[test]
    fn a_pattern_that_climbs_is_refused() {
        assert!(lint(r"C:\k\..\x").is_some());
        assert!(lint(r"C:\k\*").is_none());
    }
}
