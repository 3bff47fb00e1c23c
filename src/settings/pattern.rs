//! Patterns in settings: `*` matches any sequence of characters, including none. All other characters match themselves.

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
    // The earliest match of each part is sufficient, because it leaves the most text for the following parts.
    let middle = text.strip_prefix(first).and_then(|rest| rest.strip_suffix(last));
    let rest = middle.and_then(|middle| parts.try_fold(middle, |rest, part| rest.split_once(part).map(|(_, r)| r)));
    rest.is_some()
}

/// A limit, because each pattern with a `*` may read the whole text. Names that Kubernetes and containerd accept are
/// much shorter.
const MAX_TEXT_BYTES: usize = 1024;

/// Whether one of the patterns matches the whole text. Texts of more than 1,024 bytes never match.
#[inline(never)]
pub fn matches_any(patterns: &[&str], text: &str) -> bool {
    text.len() <= MAX_TEXT_BYTES && patterns.iter().any(|pattern| matches(pattern, text))
}

/// Matches hierarchical names segment by segment. A `*` does not match separators, except that a last segment of only
/// `*` matches one or more segments.
#[inline(never)]
pub fn matches_segments(pattern: &str, text: &str, separator: u8) -> bool {
    // Fast path: the part before the first `*` decides most cases, and its whole segments need not be matched again.
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

/// The syntax of a kind of patterns: how values are compared with them.
#[derive(Clone, Copy)]
pub struct Syntax {
    /// The comparable form of a value; `None` if only `*` matches it.
    value: fn(&str) -> Option<Cow<str>>,
    /// The comparable form of a pattern; `None` if it matches nothing.
    pattern: fn(&str) -> Option<Cow<str>>,
    /// Whether a value matches a pattern, both in comparable form.
    matches: fn(&str, &str) -> bool,
}

/// A value in comparable form, computed once for all patterns.
#[derive(Debug)]
pub struct Comparable<'v> {
    /// The value as written.
    pub text: &'v str,
    form: Option<Cow<'v, str>>,
}

impl Syntax {
    /// Image references.
    pub const IMAGE: Syntax = Syntax { value: as_written, pattern: as_written, matches: image::matches_image };
    /// Accounts, compared as in Windows.
    pub const ACCOUNT: Syntax = Syntax { value: account::comparable, pattern: account::comparable, matches };
    /// Host paths, compared as in Windows.
    pub const HOST_PATH: Syntax =
        Syntax { value: host_path::comparable, pattern: host_path::comparable_pattern, matches: host_path::matches };

    /// The comparable form of a value. Only `*` matches values of more than 1,024 bytes.
    pub fn comparable<'v>(&self, text: &'v str) -> Comparable<'v> {
        let form = if text.len() > MAX_TEXT_BYTES { None } else { (self.value)(text) };
        Comparable { text, form }
    }

    /// The first of the values that no pattern matches. No pattern matches an empty value.
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
    fn patterns_without_stars_match_exactly() {
        assert!(matches("kube-system", "kube-system"));
        assert!(matches("", ""));
        assert!(!matches("kube-system", "kube-system2"));
        assert!(!matches("", "x"));
        assert!(!matches("a.c", "abc"));
    }

    #[test]
    fn stars_match_any_sequence_of_characters() {
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
    fn both_ends_do_not_match_the_same_characters() {
        assert!(matches("ab*ba", "abba"));
        assert!(!matches("ab*ba", "aba"));
        assert!(!matches("a*a", "a"));
        assert!(!matches("a*b*b", "ab"));
    }

    #[test]
    fn stars_do_not_match_separators() {
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
    fn case_is_significant() {
        assert!(!matches("NT AUTHORITY\\*", "nt authority\\system"));
    }

    #[test]
    fn many_stars_take_linear_time() {
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
        fn stars_match_any_substitution(parts in prop::collection::vec(".{0,5}", 1..6), filling in ".{0,5}") {
            let literal: Vec<String> = parts.iter().map(|part| part.replace('*', "")).collect();
            prop_assert!(matches(&literal.join("*"), &literal.join(&filling)));
        }
    }
}
