//! The text of a file, and where in it things are.

use std::ops::Range;

/// A file's text with the name that messages give it.
#[derive(Debug)]
pub struct Source {
    /// The path as the person wrote it; `<stdin>` for `-`.
    pub name: String,
    /// What it holds.
    pub text: String,
    /// The offset at which each line begins.
    lines: Vec<usize>,
}

impl Source {
    /// Takes a text over, and counts its lines.
    pub fn new(name: impl Into<String>, text: String) -> Source {
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(offset, _)| offset + 1)).collect();
        Source { name: name.into(), text, lines }
    }

    /// Line and column of an offset in bytes, both from 1, the column in characters.
    pub fn line_and_column(&self, offset: usize) -> (usize, usize) {
        let offset = self.text.floor_char_boundary(offset);
        let line = self.lines.partition_point(|start| *start <= offset);
        let start = self.lines[line - 1];
        (line, self.text[start..offset].chars().count() + 1)
    }

    /// A range cut at the end of the line that it begins in, without trailing blanks, and within the text.
    pub fn first_line(&self, range: Range<usize>) -> Range<usize> {
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
}
