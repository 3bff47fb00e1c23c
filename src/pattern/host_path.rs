//! Patterns for host paths, compared as Windows resolves them: without regard to case and to the direction and number
//! of separators, `/k` being `C:\k` because the kubelet puts `c:` before a path that begins with a separator.
//!
//! A `*` stays within its segment; as the whole last segment it is everything below: `C:\k\*` covers `C:\k\logs\a` and
//! not `C:\k` itself.

use super::matches_segments;

/// Whether a host path matches a pattern. A path that climbs (`..`) matches nothing: where it ends is not written in it.
pub fn matches_host_path(pattern: &str, path: &str) -> bool {
    if pattern == "*" {
        return true;
    }
    let (Some(pattern), Some(path)) = (normalise(pattern), normalise(path)) else { return false };
    matches_segments(&pattern, &path, '\\')
}

/// Why a pattern does not bind what its author means, if so.
pub fn mistake(pattern: &str) -> Option<&'static str> {
    normalise(pattern).is_none().then_some("write the path without '..'")
}

/// `c:\dir\file`, `\\server\share`, `\\.\pipe\name`; `None` when it climbs.
fn normalise(path: &str) -> Option<String> {
    let path = path.to_lowercase().replace('/', "\\");
    let rest = path.trim_start_matches('\\');
    let (root, mut segments) = match path.len() - rest.len() {
        0 => ("", vec![]),
        1 => ("", vec!["c:"]),
        _ => ("\\\\", vec![]),
    };
    for segment in rest.split('\\') {
        // Windows drops dots and spaces at the end of a name. A lone dot after `\\` names the device namespace.
        let name = segment.trim_end_matches(['.', ' ']);
        match (name, segment) {
            ("", ".") if root == "\\\\" && segments.is_empty() => segments.push("."),
            ("", "" | ".") => {}
            ("", _) => return None,
            (name, _) => segments.push(name),
        }
    }
    Some(root.to_owned() + &segments.join("\\"))
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
    #[case(r"\\server\share\*", r"//SERVER/share/x", true)]
    #[case("*", r"C:\anything\..\at all", true)]
    fn host_paths(#[case] pattern: &str, #[case] path: &str, #[case] expected: bool) {
        assert_eq!(matches_host_path(pattern, path), expected);
    }

    #[test]
    fn a_pattern_that_climbs_is_a_mistake() {
        assert!(mistake(r"C:\k\..\x").is_some());
        assert!(mistake(r"C:\k\*").is_none());
    }
}
