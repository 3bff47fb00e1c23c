//! The parser's events, with byte ranges in the whole text.

use std::io::{BufReader, Chain, Read};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use libyaml_safer::{Encoding, EventData, Mark, Parser, ScalarStyle};

const BYTE_ORDER_MARK: char = '\u{feff}';
/// The number of bytes passed to the parser at a time.
const READ_AHEAD: usize = 1024;
/// The line breaks of YAML 1.1.
pub const LINE_BREAKS: [char; 5] = ['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}'];

/// A parse error.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Error {
    /// Its offset in bytes.
    pub offset: usize,
    /// The message.
    pub message: String,
    /// The part of the text between `---` lines that contains it.
    pub document: Range<usize>,
}

/// Parses one chunk of a text.
pub struct Events<'t> {
    /// The offset of the chunk in the whole text.
    start: usize,
    chunk: &'t str,
    parser: Parser<BufReader<Chain<&'t [u8], &'static [u8]>>>,
    /// The end of the last event.
    last_end: usize,
}

impl<'t> Events<'t> {
    pub fn new(text: &'t str, mut range: Range<usize>) -> Events<'t> {
        // The parser does not count the bytes of a byte order mark.
        if text[range.clone()].starts_with(BYTE_ORDER_MARK) {
            range.start += BYTE_ORDER_MARK.len_utf8();
        }
        let mut chunk = &text[range.clone()];
        // Like kubectl, add a missing line break at the end: without it, the parser panics if a block scalar or a
        // backslash ends the input. A last line that is blank is left out.
        let without_blanks = chunk.trim_end_matches([' ', '\t']);
        if without_blanks.ends_with(LINE_BREAKS) {
            chunk = without_blanks;
        }
        let line_break: &[u8] = if chunk.ends_with(LINE_BREAKS) { b"" } else { b"\n" };
        let mut parser = Parser::new();
        // Without an explicit encoding, the parser fails at U+F000 and other characters that share their first byte
        // with a byte order mark.
        parser.set_encoding(Encoding::Utf8);
        // The parser buffers all available input, with four bytes per character.
        parser.set_input(BufReader::with_capacity(READ_AHEAD, chunk.as_bytes().chain(line_break)));
        Events { start: range.start, chunk, parser, last_end: range.start }
    }

    /// The next event and its range. After the last event, this keeps returning the end of the stream.
    pub fn next(&mut self) -> Result<(EventData, Range<usize>), Error> {
        // The parser panics at a tag directly before a comma, as in `[!tag, a]`, which must not end the program. It is
        // not used after an error, so its state does not matter.
        let parsed = catch_unwind(AssertUnwindSafe(|| self.parser.parse()));
        let event = match parsed {
            Ok(Ok(event)) => event,
            Ok(Err(error)) => return Err(self.explain(&error)),
            Err(_) => {
                let message = "cannot be parsed from here on".to_owned();
                return Err(Error { offset: self.last_end, message, ..Error::default() });
            }
        };
        let data = event.data;
        let mut at = self.offset(event.start_mark)..self.offset(event.end_mark);
        if let EventData::Scalar { style: ScalarStyle::Literal | ScalarStyle::Folded, .. } = &data {
            // The parser includes the empty lines that follow.
            let scalar = &self.chunk[at.start - self.start..at.end - self.start];
            at.end = at.start + scalar.trim_end().len();
        }
        self.last_end = at.end;
        Ok((data, at))
    }

    fn offset(&self, mark: Mark) -> usize {
        let index = usize::try_from(mark.index).unwrap_or(usize::MAX);
        self.start + index.min(self.chunk.len())
    }

    /// Converts an error. The messages are the same as kubectl's, so that they can be searched for.
    fn explain(&self, error: &libyaml_safer::Error) -> Error {
        let offset = match error.problem_mark() {
            Some(mark) => self.offset(mark),
            // The only errors without a mark are about forbidden characters.
            None => self.start + self.chunk.find(|c| !is_printable(c)).unwrap_or_default(),
        };
        // Report missing text at the end after the last word.
        let last_word_end = self.start + self.chunk.trim_end().len();
        let mut message = error.problem().to_owned();
        // A likely cause is "NT AUTHORITY\SYSTEM".
        if message == "found unknown escape character" {
            message.push_str(": a single backslash needs single quotes or no quotes");
        }
        Error { offset: offset.min(last_word_end), message, ..Error::default() }
    }
}

/// Whether YAML 1.1 allows a character unescaped.
fn is_printable(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{fffd}' | '\u{10000}'..)
}
