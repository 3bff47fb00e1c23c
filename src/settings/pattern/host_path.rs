//! Patterns for host paths, compared as [`WindowsPath`]s: ignoring case, and the direction and number of separators.
//! Paths without a drive are on `C:`.
//!
//! A `*` matches within a segment; as the whole last segment it matches everything below: `C:\k\*` covers
//! `C:\k\logs\a`, not `C:\k` itself. The word `none` matches nothing, so that a grant can allow no host path.

use std::borrow::Cow;

use super::matches_segments;
use crate::windows::path::{Doubt, WindowsPath};

/// The pattern that matches no path. (The folder of this name is `C:\none`.)
pub const NONE: &str = "none";

/// The comparable form of a host path. `None` if it is ambiguous, for example with `..`: only `*` matches such a path.
pub fn comparable(path: &str) -> Option<Cow<'_, str>> {
    WindowsPath::new(path).key().ok().map(Cow::Owned)
}

/// The comparable form of a pattern. `None` if it matches nothing.
pub fn comparable_pattern(pattern: &str) -> Option<Cow<'_, str>> {
    if pattern == NONE { None } else { comparable(pattern) }
}

/// Whether a host path matches a pattern, both in comparable form.
pub fn matches(pattern: &str, path: &str) -> bool {
    matches_segments(pattern, path, b'\\')
}

/// Why a pattern matches nothing; `None` if it is valid.
pub fn lint_pattern(pattern: &str) -> Option<&'static str> {
    Some(match WindowsPath::new(pattern).key().err()? {
        Doubt::Climbs => "write the path without '..'",
        Doubt::DriveRelative => "write a separator after the drive, as in 'C:\\data'",
        Doubt::Spelling => "write the path as Windows shows it, without dots or spaces at the end of its names",
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::pattern::Syntax;
    use proptest::prelude::*;
    use rstest::rstest;

    fn matches_host_path(pattern: &str, path: &str) -> bool {
        Syntax::HOST_PATH.is_covered(&[pattern], path)
    }

    #[rstest]
    #[case("none", "none", false)]
    #[case("none", r"C:\none", false)]
    #[case(r"C:\none", r"C:\none", true)]
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
    #[case(r"C:\k\*", r"C:\k.\x. ", true)]
    #[case(r"C:\k\*", r"C:\k \x", false)]
    #[case(r"C:\k\*", r"C:\k:s\x", false)]
    #[case(r"C:\k\*", "C:\\\u{212A}\\x", false)]
    #[case(r"C:\k\*", r"\\.\C:\k\x", false)]
    #[case(r"C:\k\*", r"\\localhost\c$\k\x", false)]
    #[case(r"\\?\C:\k\*", r"\\?\c:\K\x", true)]
    #[case(r"\\?\C:\k\*", r"\\?\C:\k\x.", false)]
    #[case(r"*:\data\*", r"D:\data\x", true)]
    #[case(r"*:\data\*", r"\\?\D:\data\x", false)]
    #[case(r"\\*", r"\\server\share", true)]
    #[case(r"\\*", r"\\.\pipe\x", false)]
    #[case(r"\\*\c$\*", r"\\localhost\c$\x", true)]
    #[case(r"\\.\pipe\*", r"\\?\GLOBALROOT\Device\NamedPipe\x", false)]
    #[case(r"\\.\pipe\*", r"\Device\NamedPipe\x", false)]
    fn host_paths(#[case] pattern: &str, #[case] path: &str, #[case] expected: bool) {
        assert_eq!(matches_host_path(pattern, path), expected);
    }

    #[test]
    fn patterns_that_match_nothing_are_reported() {
        for pattern in [r"C:\k\..\x", r"C:k\*", r"C:\k \*", r"C:\...\*", r"\\?\C:\k.", r"\\?\GLOBALROOT\SystemRoot\*"] {
            assert!(lint_pattern(pattern).is_some(), "{pattern}");
            assert!(!matches_host_path(pattern, pattern), "{pattern}");
        }
        for pattern in ["*", "/", r"C:\k\*", r"*:\data\*", r"\\*\share\*", r"\\.\pipe\*", r"\\?\C:\k\*"] {
            assert_eq!(lint_pattern(pattern), None, "{pattern}");
        }
    }

    const NAME: &str = "[a-zäж0-9 _-]{0,5}[a-zäж0-9_-]";

    /// Joins names to a path on `C:` with insignificant separators, dots and case.
    fn spelling(names: &[String], noise: &[(u8, bool, bool)], last: &str) -> String {
        let mut text = String::new();
        for (index, (name, (separator, dot, upper))) in names.iter().zip(noise.iter().cycle()).enumerate() {
            // Two separators at the beginning would denote another machine.
            let separators = if index == 0 { [r"\", "/", r"\.\", "/./"] } else { [r"\", "//", r"\.\", r"/\"] };
            text.push_str(separators[usize::from(*separator) % 4]);
            text.push_str(&if *upper { name.chars().flat_map(char::to_uppercase).collect() } else { name.clone() });
            text.push_str(if *dot { "." } else { "" });
        }
        text + last
    }

    proptest! {
        #[test]
        fn paths_match_every_spelling_of_themselves(
            drive in prop::sample::select(vec!["", "c:", "C:"]),
            names in prop::collection::vec(NAME, 1..5),
            noise in prop::collection::vec(any::<(u8, bool, bool)>(), 1..5),
            last in prop::sample::select(vec!["", "/", r"\.", ". ", r"\\"]),
            other in NAME,
        ) {
            let plain = format!(r"C:\{}", names.join(r"\"));
            let path = format!("{drive}{}", spelling(&names, &noise, last));
            let below = format!(r"{plain}\*");
            prop_assert!(matches_host_path(&plain, &path), "{path} is {plain}");
            prop_assert!(matches_host_path(&path, &plain), "{plain} is {path}");
            prop_assert!(!matches_host_path(&below, &path), "{path} is not below {plain}");
            prop_assert_eq!(matches_host_path(&below, &format!("{path}/{other}")), !last.starts_with(". "));
            let beside = format!("{plain}{other}");
            prop_assert!(!matches_host_path(&plain, &beside), "{plain} {beside}");
            let below_beside = format!(r"{beside}\x");
            prop_assert!(!matches_host_path(&below, &below_beside), "{below} {below_beside}");
        }

        #[test]
        fn patterns_of_a_folder_match_only_paths_below_it(
            names in prop::collection::vec("[ab]", 1..3),
            path in r"(C:)?([ab]|[/\\. :?*]|localhost|c\$){0,10}",
        ) {
            let folder = format!(r"C:\{}", names.join(r"\"));
            if matches_host_path(&format!(r"{folder}\*"), &path) {
                prop_assert!(WindowsPath::new(&path).is_same_or_under(&WindowsPath::new(&folder)), "{path} {folder}");
                prop_assert!(!path.split(['/', '\\']).any(|name| name == ".."), "{path}");
            }
        }
    }
}
