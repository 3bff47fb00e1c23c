//! Finds comments, which the parser skips.

use std::iter::once;
use std::ops::Range;

use libyaml_safer::{EventData, ScalarStyle};

use crate::chunks;
use crate::events::{Events, LINE_BREAKS};

/// The comments of a text, as ranges of bytes from the `#` to the end of the line. After an error, comments are only
/// found from the next `---` line on.
pub fn comments(text: &str) -> Vec<Range<usize>> {
    let mut comments = Vec::new();
    let mut at = 0;
    let scalars = chunks(text).into_iter().flat_map(|chunk| scalars(text, chunk));
    // Only scalars can contain a `#` that does not begin a comment.
    for scalar in scalars.chain(once(text.len()..text.len())) {
        while let Some(start) = text.get(at..scalar.start).and_then(|gap| Some(at + gap.find('#')?)) {
            at = line_end(text, start);
            comments.push(start..at);
        }
        at = at.max(scalar.end);
    }
    comments
}

/// The scalars of a chunk, in order. The rest of the chunk after an error counts as one scalar.
fn scalars(text: &str, chunk: Range<usize>) -> Vec<Range<usize>> {
    let mut events = Events::new(text, chunk.clone());
    let mut scalars = Vec::new();
    loop {
        match events.next() {
            Ok((EventData::StreamEnd, _)) => return scalars,
            Ok((EventData::Scalar { style: ScalarStyle::Literal | ScalarStyle::Folded, .. }, at)) => {
                // A comment may follow the indicator.
                let indicator = text[at.clone()].find(['|', '>']).unwrap_or_default();
                scalars.push(line_end(text, at.start + indicator).min(at.end)..at.end);
            }
            Ok((EventData::Scalar { .. }, at)) => scalars.push(at),
            Ok(_) => {}
            Err(error) => {
                scalars.push(error.offset..chunk.end);
                return scalars;
            }
        }
    }
}

fn line_end(text: &str, start: usize) -> usize {
    text[start..].find(LINE_BREAKS).map_or(text.len(), |length| start + length)
}
