//! Named texts and places in them.

use std::ops::Range;

use schemars::JsonSchema;
use serde::Serialize;

/// Block size in bytes. Character counts are stored per block, so that a column at the end of a long line does not
/// require counting the whole line again.
const BLOCK: usize = 512;

/// A part of one line of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Place {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The column after the last character.
    #[serde(skip)]
    pub end_column: usize,
    /// The range of bytes in the text.
    #[serde(skip)]
    pub range: Range<usize>,
}

/// A text and its name in messages.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// The path as given on the command line; `<stdin>` for `-`.
    pub name: String,
    text: String,
    /// The offset at which each line begins.
    lines: Vec<usize>,
    /// The number of characters before each block.
    blocks: Vec<usize>,
}

impl Source {
    /// Indexes a text.
    pub fn new(name: impl Into<String>, text: String) -> Source {
        let line_breaks = memchr::memchr_iter(b'\n', text.as_bytes());
        let lines = std::iter::once(0).chain(line_breaks.map(|offset| offset + 1)).collect();
        let mut before = 0;
        let counted = |block: &[u8]| {
            let start = before;
            before += characters(block);
            start
        };
        let blocks = text.as_bytes().chunks(BLOCK).map(counted).collect();
        Source { name: name.into(), text, lines, blocks }
    }

    /// The whole text; empty when it could not be read.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The whole text, when its places are no longer needed.
    pub fn into_text(self) -> String {
        self.text
    }

    /// The part of the text at a place.
    pub fn at(&self, place: &Place) -> &str {
        self.text.get(place.range.clone()).unwrap_or_default()
    }

    /// The line of a place, as a range of bytes without its line break.
    pub fn line_of(&self, place: &Place) -> Range<usize> {
        self.line(self.line_at(place.range.start))
    }

    /// A line, counted from 0, as a range of bytes without its line break; the end of the text for one beyond it.
    pub fn line(&self, line: usize) -> Range<usize> {
        let Some(start) = self.lines.get(line).copied() else { return self.text.len()..self.text.len() };
        let text = &self.text[start..self.line_end(line)];
        start..start + text.strip_suffix('\r').unwrap_or(text).len()
    }

    /// The start of an offset's line.
    pub fn line_start(&self, offset: usize) -> usize {
        self.lines.get(self.line_at(offset)).copied().unwrap_or_default()
    }

    /// The start of the line after an offset's line, or the end of the text.
    pub fn next_line(&self, offset: usize) -> usize {
        self.lines.get(self.line_at(offset) + 1).copied().unwrap_or(self.text.len())
    }

    /// The line break of an offset's line, or of the first line if the offset is on the last one: `\n` or `\r\n`.
    pub fn line_break(&self, offset: usize) -> &'static str {
        let line = &self.text[..self.next_line(offset)];
        let line = if line.ends_with('\n') { line } else { &self.text[..self.next_line(0)] };
        if line.ends_with("\r\n") { "\r\n" } else { "\n" }
    }

    /// Line and column of an offset in bytes, both from 1; columns count characters.
    pub fn line_and_column(&self, offset: usize) -> (usize, usize) {
        let offset = self.text.floor_char_boundary(offset);
        let line = self.line_at(offset);
        let start = self.lines.get(line).copied().unwrap_or_default();
        (line + 1, self.characters_before(offset) - self.characters_before(start) + 1)
    }

    /// The place of a range of bytes, limited to its first line without trailing blanks. A range beyond the text is
    /// empty.
    pub fn place(&self, range: Range<usize>) -> Place {
        let range = self.first_line(range);
        let (line, column) = self.line_and_column(range.start);
        let length = self.characters_before(range.end) - self.characters_before(range.start);
        Place { line, column, end_column: column + length, range }
    }

    fn first_line(&self, range: Range<usize>) -> Range<usize> {
        let start = self.text.floor_char_boundary(range.start);
        let end = self.text.floor_char_boundary(range.end.max(start)).min(self.line_end(self.line_at(start)));
        start..start + self.text[start..end.max(start)].trim_end().len()
    }

    /// The index of an offset's line, from 0.
    fn line_at(&self, offset: usize) -> usize {
        self.lines.partition_point(|start| *start <= offset).saturating_sub(1)
    }

    /// The end of a line, before its `\n`.
    fn line_end(&self, line: usize) -> usize {
        self.lines.get(line + 1).map_or(self.text.len(), |next| next - 1)
    }

    fn characters_before(&self, offset: usize) -> usize {
        let block = offset / BLOCK;
        match self.blocks.get(block) {
            Some(before) => before + characters(&self.text.as_bytes()[block * BLOCK..offset]),
            // The end of a text whose last block is full.
            None => self
                .blocks
                .last()
                .map_or(0, |before| before + characters(&self.text.as_bytes()[(self.blocks.len() - 1) * BLOCK..])),
        }
    }
}

/// The number of characters that begin in these bytes.
fn characters(bytes: &[u8]) -> usize {
    const CONTINUATION: std::ops::RangeInclusive<u8> = 0x80..=0xbf;
    bytes.iter().filter(|byte| !CONTINUATION.contains(byte)).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_and_columns_count_characters_from_one() {
        let source = Source::new("x", "a: ü: b\n\nc".to_owned());
        assert_eq!(source.line_and_column(0), (1, 1));
        assert_eq!(source.line_and_column("a: ü".len()), (1, 5));
        assert_eq!(source.line_and_column("a: ü: b\n".len()), (2, 1));
        assert_eq!(source.line_and_column("a: ü: b\n\nc".len()), (3, 2));
        assert_eq!(source.line_and_column(999), (3, 2));
    }

    #[test]
    fn a_place_ends_with_its_line() {
        let source = Source::new("x", "a: |  \n b\n".to_owned());
        assert_eq!(source.place(0..8).range, 0..4);
        assert_eq!(source.place(50..80).range, 10..10);
    }

    #[test]
    fn a_place_knows_its_line() {
        let source = Source::new("x", "a: 1\r\n  ü: b\r\nc".to_owned());
        let place = source.place(8..15);
        assert_eq!((place.line, place.column, place.end_column), (2, 3, 7));
        assert_eq!((source.at(&place), &source.text()[source.line_of(&place)]), ("ü: b", "  ü: b"));
        assert_eq!(&source.text()[source.line_of(&source.place(99..99))], "c");
    }

    proptest! {
        #[test]
        fn columns_match_a_naive_count(text in "([aü\u{1f600}\r\n ]|a{200}|ü{300}){0,12}", offset in 0..4000_usize, length in 0..2000_usize) {
            let source = Source::new("x", text.clone());
            let start = text.floor_char_boundary(offset);
            let line_start = text[..start].rfind('\n').map_or(0, |line_break| line_break + 1);
            let column = text[line_start..start].chars().count() + 1;
            prop_assert_eq!(source.line_and_column(offset), (text[..start].matches('\n').count() + 1, column));
            let end = text.floor_char_boundary(offset.saturating_add(length).max(start));
            let marked = text[start..end].split('\n').next().unwrap_or_default().trim_end();
            let place = source.place(offset..offset + length);
            prop_assert_eq!(source.at(&place), marked);
            prop_assert_eq!((place.column, place.end_column), (column, column + marked.chars().count()));
            let line = text[line_start..].split('\n').next().unwrap_or_default();
            prop_assert_eq!(&source.text()[source.line_of(&place)], line.strip_suffix('\r').unwrap_or(line));
        }
    }
}
