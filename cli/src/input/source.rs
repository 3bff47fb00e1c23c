//! The text of a file, with lines and columns.

use std::ops::Range;

use schemars::JsonSchema;
use serde::Serialize;

/// Where something stands in a text, with the line that shows it: the text itself need not be kept.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct Place {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// The whole line.
    #[serde(skip)]
    pub text: String,
    /// The bytes of the line to underline.
    #[serde(skip)]
    pub underlined: Range<usize>,
}

impl Place {
    /// The column after what is underlined.
    pub fn end_column(&self) -> usize {
        self.column + self.underlined_text().chars().count()
    }

    /// What is underlined.
    pub fn underlined_text(&self) -> &str {
        self.text.get(self.underlined.clone()).unwrap_or_default()
    }
}

/// A file's text, and the name that messages use for it.
#[derive(Clone, Debug)]
pub struct Source {
    /// The path as given on the command line; `<stdin>` for `-`.
    pub name: String,
    /// The whole text; empty when the file could not be read.
    pub text: String,
    /// The offset at which each line begins.
    lines: Vec<usize>,
}

impl Source {
    /// Indexes the lines of a text.
    pub fn new(name: impl Into<String>, text: String) -> Source {
        let line_breaks = memchr::memchr_iter(b'\n', text.as_bytes());
        let lines = std::iter::once(0).chain(line_breaks.map(|offset| offset + 1)).collect();
        Source { name: name.into(), text, lines }
    }

    /// Line and column of an offset in bytes, both from 1; columns count characters.
    pub fn line_and_column(&self, offset: usize) -> (usize, usize) {
        let offset = self.text.floor_char_boundary(offset);
        let line = self.lines.partition_point(|start| *start <= offset);
        let start = self.lines[line - 1];
        (line, self.text[start..offset].chars().count() + 1)
    }

    /// A message about what stands at an offset: `agent.yaml:3:1: what is wrong`.
    pub fn error_at(&self, offset: usize, message: &str) -> String {
        let (line, column) = self.line_and_column(offset);
        format!("{}:{line}:{column}: {message}", self.name)
    }

    /// The place of a range of bytes, of which what is on its first line is underlined.
    pub fn place(&self, range: Range<usize>) -> Place {
        let range = self.first_line(range);
        let (line, column) = self.line_and_column(range.start);
        let start = self.lines[line - 1];
        let text = self.text[start..].lines().next().unwrap_or_default().to_owned();
        Place { line, column, text, underlined: range.start - start..range.end - start }
    }

    /// The part of a range of bytes that is on its first line, without trailing blanks. A range beyond the text is empty.
    fn first_line(&self, range: Range<usize>) -> Range<usize> {
        let start = self.text.floor_char_boundary(range.start);
        let end = self.text.floor_char_boundary(range.end.max(start));
        let line = self.text[start..end].split('\n').next().unwrap_or_default();
        start..start + line.trim_end().len()
    }
}

#[cfg(test)]
mod tests {
    use super::Source;

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
    fn a_range_ends_with_its_line() {
        let source = Source::new("x", "a: |  \n b\n".to_owned());
        assert_eq!(source.first_line(0..8), 0..4);
        assert_eq!(source.first_line(50..80), 10..10);
    }

    #[test]
    fn a_place_shows_its_line() {
        let source = Source::new("x", "a: 1\r\n  ü: b\r\nc".to_owned());
        let place = source.place(8..15);
        assert_eq!((place.line, place.column, place.text.as_str()), (2, 3, "  ü: b"));
        assert_eq!(&place.text[place.underlined.clone()], "ü: b");
        assert_eq!(place.end_column(), 7);
        assert_eq!(source.place(99..99).text, "c");
    }
}
