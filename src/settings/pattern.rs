//! Patterns in settings: `*` matches any run of characters, including none. Everything else matches itself.

pub mod host_path;
pub mod image;
pub mod kind;

use crate::windows::case::lower_case;

/// Whether a pattern matches the whole text, in time linear in both.
pub fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(last) = parts.next_back() else { return pattern == text };
    // Taking the earliest match of each part is safe, because it leaves the most text for the parts after it.
    let middle = text.strip_prefix(first).and_then(|rest| rest.strip_suffix(last));
    let rest = middle.and_then(|middle| parts.try_fold(middle, |rest, part| rest.split_once(part).map(|(_, r)| r)));
    rest.is_some()
}

/// Matches hierarchical names segment by segment. A `*` does not match across separators, except that a last segment of
/// only `*` matches everything below, which is at least one segment.
pub fn matches_segments(pattern: &str, text: &str, separator: char) -> bool {
    let (mut pattern, mut text) = (pattern.split(separator).peekable(), text.split(separator));
    while let Some(wanted) = pattern.next() {
        let Some(found) = text.next() else { return false };
        if wanted == "*" && pattern.peek().is_none() {
            return !found.is_empty();
        }
        if !matches(wanted, found) {
            return false;
        }
    }
    text.next().is_none()
}

/// [`matches()`] without regard to case, for names that Windows compares that way.
pub fn matches_ignoring_case(pattern: &str, text: &str) -> bool {
    matches(&lower_case(pattern), &lower_case(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn without_a_star_a_pattern_is_a_name() {
        assert!(matches("kube-system", "kube-system"));
        assert!(matches("", ""));
        assert!(!matches("kube-system", "kube-system2"));
        assert!(!matches("", "x"));
        assert!(!matches("a.c", "abc"));
    }

    #[test]
    fn a_star_is_any_run_of_characters() {
        assert!(matches("*", ""));
        assert!(matches("*", "anything"));
        assert!(matches("calico-*", "calico-system"));
        assert!(matches("calico-*", "calico-"));
        assert!(matches("*-hyperv", "windows-hyperv"));
        assert!(matches(r"C:\k\*\*.log", r"C:\k\a\b\c.log"));
        assert!(matches("*.example/**/agent", "registry.example/team/agent"));
        assert!(!matches("calico-*", "my-calico-system"));
        assert!(!matches("*-hyperv", "windows-hyperv2"));
    }

    #[test]
    fn the_ends_do_not_share_characters() {
        assert!(matches("ab*ba", "abba"));
        assert!(!matches("ab*ba", "aba"));
        assert!(!matches("a*a", "a"));
        assert!(!matches("a*b*b", "ab"));
    }

    #[test]
    fn segments_bind() {
        let below = |text| matches_segments("a/b/*", text, '/');
        assert!(below("a/b/c") && below("a/b/c/d"));
        assert!(!below("a/b") && !below("a/b/") && !below("a/bc/d") && !below("x/a/b/c"));
        assert!(matches_segments("a/*/c", "a/b/c", '/'));
        assert!(!matches_segments("a/*/c", "a/b/b/c", '/'));
        assert!(matches_segments("a/b*", "a/bc", '/'));
        assert!(!matches_segments("a/b*", "a/bc/d", '/'));
        assert!(!matches_segments("a", "a/b", '/'));
    }

    #[test]
    fn case_counts_unless_told() {
        assert!(!matches("NT AUTHORITY\\*", "nt authority\\system"));
        assert!(matches_ignoring_case("NT AUTHORITY\\*", "nt authority\\system"));
        assert!(matches_ignoring_case("администраторы", "Администраторы"));
        assert!(matches_ignoring_case("ΟΔΟΣ*", "οδοσ1"));
    }

    #[test]
    fn many_stars_are_not_tried_in_every_combination() {
        let text = "a".repeat(100_000);
        assert!(!matches(&("*a".repeat(1_000) + "*b*"), &text));
    }

    fn naive(pattern: &[char], text: &[char]) -> bool {
        match (pattern, text) {
            ([], []) => true,
            (['*', pattern_rest @ ..], _) => {
                naive(pattern_rest, text) || (!text.is_empty() && naive(pattern, &text[1..]))
            }
            ([p, pattern_rest @ ..], [t, text_rest @ ..]) => p == t && naive(pattern_rest, text_rest),
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn agrees_with_the_naive_matcher(pattern in "[abä*]{0,8}", text in "[abä]{0,12}") {
            let chars = |s: &str| s.chars().collect::<Vec<_>>();
            prop_assert_eq!(matches(&pattern, &text), naive(&chars(&pattern), &chars(&text)));
        }

        #[test]
        fn whatever_the_stars_stand_for_matches(parts in prop::collection::vec(".{0,5}", 1..6), filling in ".{0,5}") {
            let literal: Vec<String> = parts.iter().map(|part| part.replace('*', "")).collect();
            prop_assert!(matches(&literal.join("*"), &literal.join(&filling)));
        }
    }
}
