//! Ranges in UTF-16 code units, which the page's editors use.

use std::ops::Range;

use hostprocess_linter::units::{self, Encoding};
use serde::Serialize;

/// A range of a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Span {
    from: u32,
    to: u32,
}

/// A text with the offset in UTF-16 of each of its bytes.
#[derive(Debug)]
pub struct Units<'t> {
    text: &'t str,
    units: units::Units,
}

impl<'t> Units<'t> {
    /// Counts the code units of a text.
    pub fn of(text: &'t str) -> Units<'t> {
        Units { text, units: units::Units::of(text, Encoding::Utf16) }
    }

    /// Converts a range of bytes of the source.
    pub fn span(&self, range: &Range<usize>) -> Span {
        Span { from: self.units.offset(range.start), to: self.units.offset(range.end) }
    }

    /// The rest of a line from a column on; both count from 1.
    pub fn rest_of_line(&self, line: usize, column: usize) -> Span {
        let source = self.text.strip_prefix('\u{feff}').unwrap_or(self.text);
        let start: usize = source.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
        let rest = source[start..].split('\n').next().unwrap_or_default().trim_end();
        let skipped = rest.char_indices().nth(column.saturating_sub(1)).map_or(rest.len(), |(offset, _)| offset);
        self.span(&(start + skipped..start + rest.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn supplementary_characters_count_as_two_units() {
        let text = "a: ü😀b\n😀 c \n";
        let units = Units::of(text);
        let at = |part: &str| {
            let start = text.find(part).expect("part of the text");
            units.span(&(start..start + part.len()))
        };
        assert_eq!(at("ü"), Span { from: 3, to: 4 });
        assert_eq!(at("😀"), Span { from: 4, to: 6 });
        assert_eq!(at("b"), Span { from: 6, to: 7 });
        assert_eq!(units.rest_of_line(2, 3), Span { from: 11, to: 12 });
        assert_eq!(units.rest_of_line(9, 9), Span { from: 14, to: 14 });
    }

    #[test]
    fn a_byte_order_mark_counts_as_a_unit_before_the_source() {
        let units = Units::of("\u{feff}a: b");
        assert_eq!(units.span(&(0..1)), Span { from: 1, to: 2 });
        assert_eq!(units.rest_of_line(1, 4), Span { from: 4, to: 5 });
    }
}
