//! Places as editors count them: in code units of UTF-16, or of UTF-8.

use std::ops::Range;

use crate::source::Source;

/// The code unit that an editor counts columns in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// One unit per byte.
    Utf8,
    /// Two units for a character beyond the basic plane, else one.
    Utf16,
}

/// How many units stand before each byte of a text, a byte order mark included, which a [`Source`] leaves out.
#[derive(Debug)]
pub struct Units {
    before: Vec<u32>,
    /// The length of the byte order mark.
    mark: usize,
}

impl Units {
    /// Counts the units of a text.
    pub fn of(text: &str, encoding: Encoding) -> Units {
        let mut before = Vec::with_capacity(text.len() + 1);
        let mut count = 0;
        for character in text.chars() {
            let units = match encoding {
                Encoding::Utf8 => character.len_utf8(),
                Encoding::Utf16 => character.len_utf16(),
            };
            before.extend(std::iter::repeat_n(count, character.len_utf8()));
            count += u32::try_from(units).unwrap_or_default();
        }
        before.push(count);
        let mark = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        Units { before, mark }
    }

    /// The units before a byte of the source; all of them before its end.
    pub fn offset(&self, byte: usize) -> u32 {
        let last = self.before.last().copied().unwrap_or_default();
        self.before.get(byte.saturating_add(self.mark)).copied().unwrap_or(last)
    }

    /// Line and column of a byte of the source, both from 0.
    pub fn position(&self, source: &Source, byte: usize) -> (u32, u32) {
        let start = source.line_start(byte);
        let line = source.line_and_column(start).0 - 1;
        // The mark is part of the first line.
        let before = if start == 0 { 0 } else { self.offset(start) };
        (u32::try_from(line).unwrap_or(u32::MAX), self.offset(byte) - before)
    }

    /// The byte of the source at a line and column, both from 0: that of the line's end for a column beyond it.
    pub fn byte(&self, source: &Source, line: u32, column: u32) -> usize {
        let Range { start, end } = source.line(usize::try_from(line).unwrap_or(usize::MAX));
        let wanted = column.saturating_add(if start == 0 { 0 } else { self.offset(start) });
        let units = self.before.get(start + self.mark..end + self.mark).unwrap_or_default();
        start + units.partition_point(|before| *before < wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_in_both_encodings() {
        let text = "a: ü😀b\r\n😀 c \n";
        let source = Source::new("x", text.to_owned());
        let at = |part: &str| text.find(part).expect("part of the text");
        for (encoding, ü, b, c) in [(Encoding::Utf16, 3, 6, 3), (Encoding::Utf8, 3, 9, 5)] {
            let units = Units::of(text, encoding);
            for (part, line, column) in [("ü", 0, ü), ("b", 0, b), ("c", 1, c)] {
                assert_eq!(units.position(&source, at(part)), (line, column), "{part} {encoding:?}");
                assert_eq!(units.byte(&source, line, column), at(part), "{part} {encoding:?}");
            }
            assert_eq!(units.byte(&source, 0, 99), at("\r"));
            assert_eq!(units.byte(&source, 99, 0), text.len());
        }
    }

    #[test]
    fn a_byte_order_mark_is_part_of_the_first_line() {
        let units = Units::of("\u{feff}a: b\nc", Encoding::Utf16);
        let source = Source::new("x", "a: b\nc".to_owned());
        assert_eq!(units.position(&source, 3), (0, 4));
        assert_eq!(units.byte(&source, 0, 4), 3);
        assert_eq!(units.position(&source, 5), (1, 0));
        assert_eq!(units.byte(&source, 1, 0), 5);
    }
}
