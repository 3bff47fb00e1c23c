//! The text of one document, with lines moved to the right where go-yaml takes them and YAML 1.2 does not.
//!
//! YAML 1.2 wants what stands in brackets or quotes indented more than the key before it, and the parser insists.
//! go-yaml does not, and many a manifest closes a list like this:
//!
//! ```yaml
//! command: [
//!   "agent.exe",
//! ]
//! ```
//!
//! Blanks at the beginning of such a line mean nothing, so adding some changes no value.

use std::borrow::Cow;
use std::ops::Range;

use saphyr_parser::ScanError;

/// A part of a text, as the parser gets it.
#[derive(Debug)]
pub struct Chunk<'t> {
    /// Where it begins in the whole text.
    start: usize,
    text: Cow<'t, str>,
    /// Offset in the moved text and number of the blanks added, in the order of the text.
    added: Vec<(usize, usize)>,
    /// The offset of each character of the moved text, unless all are ASCII.
    offsets: Option<Vec<usize>>,
}

impl<'t> Chunk<'t> {
    /// The part of a text, as it is.
    pub fn new(text: &'t str, range: Range<usize>) -> Chunk<'t> {
        let mut chunk =
            Chunk { start: range.start, text: Cow::Borrowed(&text[range]), added: Vec::new(), offsets: None };
        chunk.count_characters();
        chunk
    }

    /// What the parser reads.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where in the whole text the last word ends: what is missing at the end is missing there.
    pub fn end(&self) -> usize {
        let added: usize = self.added.iter().map(|(_, blanks)| blanks).sum();
        self.start + self.text.trim_end().len() - added
    }

    fn count_characters(&mut self) {
        self.offsets = (!self.text.is_ascii()).then(|| {
            self.text.char_indices().map(|(offset, _)| offset).chain(std::iter::once(self.text.len())).collect()
        });
    }

    /// From the parser's count of characters to an offset in bytes of the whole text.
    pub fn offset(&self, index: usize) -> usize {
        let moved = self.moved_offset(index);
        let added: usize =
            self.added.iter().take_while(|(at, _)| *at < moved).map(|(at, blanks)| (*blanks).min(moved - at)).sum();
        self.start + moved - added
    }

    fn moved_offset(&self, index: usize) -> usize {
        match &self.offsets {
            None => index.min(self.text.len()),
            Some(offsets) => offsets.get(index).or(offsets.last()).copied().unwrap_or_default(),
        }
    }

    /// Moves the line that an error about indentation is about to the right, once. Gives whether it is worth to try again.
    pub fn move_right(&mut self, error: &ScanError) -> bool {
        let at = self.moved_offset(error.marker().index());
        let line = match error.info() {
            "invalid indentation" | "invalid indentation in flow construct" => {
                let start = self.text[..at].rfind('\n').map_or(0, |end| end + 1);
                self.text[start..at].trim_start().is_empty().then_some(start)
            }
            // The mark is at the beginning of the quotes, not at the line, which is one of those after it.
            "invalid indentation in quoted scalar" => {
                let ends = self.text[at..].match_indices('\n');
                ends.map(|(end, _)| at + end + 1).find(|start| !self.is_moved(*start))
            }
            _ => None,
        };
        let Some(line) = line.filter(|line| !self.is_moved(*line)) else { return false };
        // Far enough is wherever the line before it ends, since what opened the brackets stands before that.
        let before = self.text[..line].trim_end();
        let start_before = before.rfind('\n').map_or(0, |end| end + 1);
        let blanks = match self.added.iter().find(|(at, _)| *at == start_before) {
            Some((_, blanks)) => *blanks,
            None => before.len() - start_before + 1,
        };
        self.text.to_mut().insert_str(line, &" ".repeat(blanks));
        for (at, _) in &mut self.added {
            if *at > line {
                *at += blanks;
            }
        }
        self.added.push((line, blanks));
        self.added.sort_unstable();
        self.count_characters();
        true
    }

    fn is_moved(&self, line: usize) -> bool {
        self.added.iter().any(|(at, _)| *at == line)
    }
}
