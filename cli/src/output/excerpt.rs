//! Excerpts of lines around a place.

use std::borrow::Cow;
use std::ops::Range;

use hostprocess_linter::source::{Place, Source};
use windows_hostprocess_policy::wording::{begins_command, is_hidden};

/// Longer lines are truncated: a manifest may be one line of several megabytes.
const MAX_BYTES: usize = 1000;
/// How much of a truncated line precedes the place.
const BEFORE: usize = 60;
/// How much of a truncated line follows from the start of the place.
const FROM: usize = 140;

/// A line, or the part of it around a place.
#[derive(Debug)]
pub struct Excerpt<'s> {
    /// The number of the line, from 1.
    pub line: usize,
    /// The text, with invisible characters replaced.
    pub text: Cow<'s, str>,
    /// The range of the place in the text, in bytes.
    pub marked: Range<usize>,
    /// The column of the place in the whole line, if the excerpt is truncated.
    pub column_if_cut: Option<usize>,
}

impl<'s> Excerpt<'s> {
    /// The excerpt for a place.
    pub fn of(source: &'s Source, place: &Place) -> Excerpt<'s> {
        let line = source.line_of(place);
        let is_cut = line.len() > MAX_BYTES;
        let shown = if is_cut { around(source.text(), &line, place.range.start) } else { line };
        let start = place.range.start.clamp(shown.start, shown.end);
        let end = place.range.end.clamp(start, shown.end);
        let part = |range: Range<usize>| visible(source.text(), range);
        let (before, marked) = (part(shown.start..start), part(start..end));
        let marked = before.len()..before.len() + marked.len();
        let column_if_cut = is_cut.then_some(place.column);
        Excerpt { line: place.line, text: part(shown), marked, column_if_cut }
    }
}

/// The part of a line around an offset.
fn around(text: &str, line: &Range<usize>, offset: usize) -> Range<usize> {
    let start = text.floor_char_boundary(offset.saturating_sub(BEFORE)).max(line.start);
    let end = text.floor_char_boundary(offset + FROM).min(line.end);
    start..end
}

/// Replaces invisible characters and the first character of pipeline commands by symbols. The renderer itself replaces
/// invisible ASCII characters.
fn visible(text: &str, range: Range<usize>) -> Cow<'_, str> {
    let part = &text[range.clone()];
    if part.bytes().all(|byte| byte.is_ascii() && byte != b'#') {
        return Cow::Borrowed(part);
    }
    let sign = |(at, c): (usize, char)| {
        let is_replaced = !c.is_ascii() && is_hidden(c) || begins_command(&text[range.start + at..]);
        if is_replaced { '\u{fffd}' } else { c }
    };
    Cow::Owned(part.char_indices().map(sign).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_truncated_around_the_place() {
        let text = format!("a: 1\n{}ü: x{}\n", "ä".repeat(1000), "b".repeat(1000));
        let source = Source::new("x", text);
        let start = "a: 1\n".len() + 2000;
        let excerpt = Excerpt::of(&source, &source.place(start..start + "ü: x".len()));
        assert_eq!(&excerpt.text[excerpt.marked.clone()], "ü: x");
        assert_eq!((excerpt.line, excerpt.column_if_cut), (2, Some(1001)));
        assert!(excerpt.text.len() <= BEFORE + FROM && excerpt.text.starts_with('ä'), "{}", excerpt.text);
    }

    #[test]
    fn a_place_that_is_longer_than_the_excerpt_is_marked_as_far_as_it_is_shown() {
        let source = Source::new("x", format!("{}{}", "a".repeat(20), "b".repeat(2000)));
        let excerpt = Excerpt::of(&source, &source.place(20..2020));
        assert_eq!(excerpt.marked, 20..20 + FROM);
    }

    #[test]
    fn invisible_characters_are_replaced_and_the_place_is_kept() {
        let source = Source::new("x", "a\u{202e}b: \u{9b}c".to_owned());
        let excerpt = Excerpt::of(&source, &source.place(4..9));
        assert_eq!((&*excerpt.text, &excerpt.text[excerpt.marked.clone()]), ("a\u{fffd}b: \u{fffd}c", "b: \u{fffd}"));
        assert_eq!(excerpt.column_if_cut, None);
    }

    #[test]
    fn a_command_is_escaped_wherever_the_place_begins() {
        let source = Source::new("x", "a: ##vso[b]".to_owned());
        for start in 0..source.text().len() {
            let excerpt = Excerpt::of(&source, &source.place(start..source.text().len()));
            assert_eq!(excerpt.text, "a: \u{fffd}#vso[b]");
            assert!(excerpt.text.is_char_boundary(excerpt.marked.start), "{excerpt:?}");
        }
    }
}
