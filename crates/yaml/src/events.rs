//! The parser's events, with ranges of bytes of the whole text.

use std::io::{BufReader, Chain, Read};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use libyaml_safer::{Encoding, EventData, Mark, Parser, ScalarStyle};

const BYTE_ORDER_MARK: char = '\u{feff}';
/// How much of the text the parser gets at a time, in bytes.
const READ_AHEAD: usize = 1024;
/// The line ends of YAML 1.1.
pub const LINE_BREAKS: [char; 5] = ['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}'];

/// The part that could not be read.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Error {
    /// Offset in bytes.
    pub offset: usize,
    /// The error there.
    pub message: String,
    /// The part of the text between two lines `---` that it is in.
    pub document: Range<usize>,
}

/// Parses one chunk of a text.
pub struct Events<'t> {
    /// Where the chunk begins in the whole text.
    start: usize,
    chunk: &'t str,
    parser: Parser<BufReader<Chain<&'t [u8], &'static [u8]>>>,
    /// Where the last event ended.
    last_end: usize,
}

impl<'t> Events<'t> {
    pub fn new(text: &'t str, mut range: Range<usize>) -> Events<'t> {
        // The parser would leave it out when it counts the bytes.
        if text[range.clone()].starts_with(BYTE_ORDER_MARK) {
            range.start += BYTE_ORDER_MARK.len_utf8();
        }
        let mut chunk = &text[range.clone()];
        // kubectl ends a last line that lacks its line break, and the parser would panic where a block scalar or a backslash
        // ends the input. A last line of blanks alone is left out.
        let without_blanks = chunk.trim_end_matches([' ', '\t']);
        if without_blanks.ends_with(LINE_BREAKS) {
            chunk = without_blanks;
        }
        let line_break: &[u8] = if chunk.ends_with(LINE_BREAKS) { b"" } else { b"\n" };
        let mut parser = Parser::new();
        // When the parser has to guess the encoding, it fails at U+F000 and all other characters whose first byte is
        // that of a byte order mark.
        parser.set_encoding(Encoding::Utf8);
        // The parser takes all that it is offered at once, and four bytes for each character.
        parser.set_input(BufReader::with_capacity(READ_AHEAD, chunk.as_bytes().chain(line_break)));
        Events { start: range.start, chunk, parser, last_end: range.start }
    }

    /// The next event and where it stands. After the last one it is the end of the stream, again and again.
    pub fn next(&mut self) -> Result<(EventData, Range<usize>), Error> {
        // The parser panics at a tag directly before a comma, as in `[!tag, a]`, which must not end the program. After
        // an error it is not used any more, so the state it is left in does not matter.
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

    /// The parser's words are those of kubectl, so that a search for them finds help.
    fn explain(&self, error: &libyaml_safer::Error) -> Error {
        let offset = match error.problem_mark() {
            Some(mark) => self.offset(mark),
            // The only errors without a mark are about characters that must not be in the text.
            None => self.start + self.chunk.find(|c| !is_printable(c)).unwrap_or_default(),
        };
        // What is missing at the end is missing after the last word.
        let last_word_end = self.start + self.chunk.trim_end().len();
        let mut message = error.problem().to_owned();
        // As in "NT AUTHORITY\SYSTEM".
        if message == "found unknown escape character" {
            message.push_str(": a single backslash needs single quotes or no quotes");
        }
        Error { offset: offset.min(last_word_end), message, ..Error::default() }
    }
}

/// Whether YAML 1.1 allows a character to stand in a text as it is.
fn is_printable(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{fffd}' | '\u{10000}'..)
}
