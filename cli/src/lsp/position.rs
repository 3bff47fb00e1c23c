//! Places of the protocol: lines and columns from 0, in the units that the editor counts.

use std::ops::Range;
use std::time::Duration;

use hostprocess_linter::source::Source;
use hostprocess_linter::units::{Encoding, Units};
use lsp_types::{Position, Range as LspRange, TextEdit};
use similar::{DiffTag, TextDiff};

/// How long two versions of a text are compared.
const LONGEST_COMPARISON: Duration = Duration::from_millis(500);

/// Translates places in a text.
#[derive(Debug)]
pub struct Positions {
    source: Source,
    units: Units,
}

impl Positions {
    /// Indexes a text, which may begin with a byte order mark.
    pub fn new(text: &str, encoding: Encoding) -> Positions {
        let without_mark = text.strip_prefix('\u{feff}').unwrap_or(text);
        Positions { source: Source::new("", without_mark.to_owned()), units: Units::of(text, encoding) }
    }

    /// The text without a byte order mark, which the places of findings are in.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// The range for some bytes of the source.
    pub fn range(&self, bytes: &Range<usize>) -> LspRange {
        LspRange { start: self.position(bytes.start), end: self.position(bytes.end) }
    }

    /// The rest of a line from a column on, both from 1; columns count characters.
    pub fn rest_of_line(&self, line: usize, column: usize) -> LspRange {
        let line = self.source.line(line.saturating_sub(1));
        let letters = self.source.text()[line.clone()].char_indices();
        let skipped = letters.map(|(offset, _)| offset).nth(column.saturating_sub(1)).unwrap_or_default();
        self.range(&(line.start + skipped..line.end))
    }

    /// The byte of the source at a position.
    pub fn byte(&self, position: Position) -> usize {
        self.units.byte(&self.source, position.line, position.character)
    }

    /// The edits that turn the source into another text, by whole lines.
    pub fn edits(&self, after: &str) -> Vec<TextEdit> {
        // Where very many lines differ, the edits are larger than they need to be: finding the smallest takes lines times differences.
        let diff = TextDiff::configure().timeout(LONGEST_COMPARISON).diff_lines(self.source.text(), after);
        let mut edits = Vec::new();
        let mut start = 0;
        for part in diff.ops() {
            let length = diff.old_slices()[part.old_range()].iter().map(|line| line.len()).sum::<usize>();
            if part.tag() != DiffTag::Equal {
                let range = self.range(&(start..start + length));
                edits.push(TextEdit { range, new_text: diff.new_slices()[part.new_range()].concat() });
            }
            start += length;
        }
        edits
    }

    fn position(&self, byte: usize) -> Position {
        let (line, character) = self.units.position(&self.source, byte);
        Position { line, character }
    }
}
