//! Patterns in settings: `*` matches any run of characters, including none. Everything else matches itself.

pub mod account;
pub mod host_path;
pub mod image;
pub mod kind;

use std::borrow::Cow;

/// Whether a pattern matches the whole text, in time linear in both.
#[inline(never)]
pub fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(last) = parts.next_back() else { return pattern == text };
    // Taking the earliest match of each part is safe, because it leaves the most text for the parts after it.
    let middle = text.strip_prefix(first).and_then(|rest| rest.strip_suffix(last));
    let rest = middle.and_then(|middle| parts.try_fold(middle, |rest, part| rest.split_once(part).map(|(_, r)| r)));
    rest.is_some()
}

/// Each pattern with a `*` may have to read all of a text. Names that Kubernetes and containerd accept are much shorter.
const MAX_TEXT_BYTES: usize = 1024;

/// Whether one of the patterns matches the whole text. None matches a text of more than 1,024 bytes.
#[inline(never)]
pub fn matches_any(patterns: &[&str], text: &str) -> bool {
    text.len() <= MAX_TEXT_BYTES && patterns.iter().any(|pattern| matches(pattern, text))
}

/// Matches hierarchical names segment by segment. A `*` does not match across separators, except that a last segment of
/// only `*` matches everything below, which is at least one segment.
#[inline(never)]
pub fn matches_segments(pattern: &str, text: &str, separator: u8) -> bool {
    // What comes before the first `*` decides most cases, and whole segments of it need no second look.
    let Some(star) = memchr::memchr(b'*', pattern.as_bytes()) else { return pattern == text };
    if !text.starts_with(&pattern[..star]) {
        return false;
    }
    let begin = memchr::memrchr(separator, &pattern.as_bytes()[..star]).map_or(0, |separator| separator + 1);
    let (pattern, text) = (&pattern[begin..], &text[begin..]);
    let separator = char::from(separator);
    let (mut pattern, mut text) = (pattern.split(separator).peekable(), text.split(separator));
    while let Some(wanted) = pattern.next() {
        let Some(found) = text.next() else { return false };
        if wanted == "*" && pattern.peek().is_none() {
            return !found.is_empty();
        }
        if wanted != "*" && !matches(wanted, found) {
            return false;
        }
    }
    text.next().is_none()
}

/// How the values of one kind are compared with patterns.
#[derive(Clone, Copy)]
pub struct Syntax {
    /// The form of a value that is compared; `None` when only `*` matches it.
    value: fn(&str) -> Option<Cow<str>>,
    /// The same of a pattern; `None` when it matches nothing.
    pattern: fn(&str) -> Option<Cow<str>>,
    /// Whether a value matches a pattern, both in these forms.
    matches: fn(&str, &str) -> bool,
}

/// A value in the form that is compared, made once for all patterns.
#[derive(Debug)]
pub struct Comparable<'v> {
    /// As written.
    pub text: &'v str,
    form: Option<Cow<'v, str>>,
}

impl Syntax {
    /// Image references.
    pub const IMAGE: Syntax = Syntax { value: as_written, pattern: as_written, matches: image::matches_image };
    /// Accounts, compared as Windows does.
    pub const ACCOUNT: Syntax = Syntax { value: account::comparable, pattern: account::comparable, matches };
    /// Host paths, compared as Windows does.
    pub const HOST_PATH: Syntax =
        Syntax { value: host_path::comparable, pattern: host_path::comparable_pattern, matches: host_path::matches };

    /// A value in the form that is compared. Only `*` matches one of more than 1,024 bytes.
    pub fn comparable<'v>(&self, text: &'v str) -> Comparable<'v> {
        let form = if text.len() > MAX_TEXT_BYTES { None } else { (self.value)(text) };
        Comparable { text, form }
    }

    /// The first of the values that no pattern matches. An empty value matches none.
    #[inline(never)]
    pub fn first_unmatched<'v, 'c>(
        &self,
        patterns: &[&str],
        values: &'v [Comparable<'c>],
    ) -> Option<&'v Comparable<'c>> {
        let mut unmatched: Vec<&Comparable> = values.iter().collect();
        for pattern in patterns {
            let form = (self.pattern)(pattern);
            let matches = |value: &Comparable| match (&form, &value.form) {
                _ if value.text.is_empty() || *pattern == "*" => !value.text.is_empty(),
                (Some(pattern), Some(value)) => (self.matches)(pattern, value),
                _ => false,
            };
            unmatched.retain(|value| !matches(value));
            if unmatched.is_empty() {
                break;
            }
        }
        unmatched.first().copied()
    }

    #[cfg(test)]
    fn is_covered(&self, patterns: &[&str], value: &str) -> bool {
        self.first_unmatched(patterns, &[self.comparable(value)]).is_none()
    }
}

fn as_written(text: &str) -> Option<Cow<'_, str>> {
    Some(Cow::Borrowed(text))
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
        let below = |text| matches_segments("a/b/*", text, b'/');
        assert!(below("a/b/c") && below("a/b/c/d"));
        assert!(!below("a/b") && !below("a/b/") && !below("a/bc/d") && !below("x/a/b/c"));
        assert!(matches_segments("a/*/c", "a/b/c", b'/'));
        assert!(!matches_segments("a/*/c", "a/b/b/c", b'/'));
        assert!(matches_segments("a/b*", "a/bc", b'/'));
        assert!(!matches_segments("a/b*", "a/bc/d", b'/'));
        assert!(!matches_segments("a", "a/b", b'/'));
    }

    #[test]
    fn case_counts() {
        assert!(!matches("NT AUTHORITY\\*", "nt authority\\system"));
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
