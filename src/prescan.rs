//! Most admission requests have nothing to do with Windows. Two glances at the bytes, far cheaper than reading them, find
//! those that no rule could say anything about.
//!
//! A rule speaks only of pods with a `hostProcess` key, with an annotation key of Microsoft's (`reserved-annotations`)
//! or with the HostProcess base image (`base-image-misuse`). A request that names a kind, is all there and has none of
//! these texts, nor escapes that they could hide behind, is accepted, whatever else may be wrong with its JSON: whoever
//! reads it finds no such pod. (policy-server writes the payload itself, with serde_json: policy-evaluator's
//! `runtimes/wapc/runtime.rs`.) Everything else is left to the decoder, which says what is wrong.

use crate::json::{self, Document, Reader, Result};

/// A text without which there is nothing to say, in lower case. All of them have `ro`.
struct Mark {
    before_ro: &'static [u8],
    after_ro: &'static [u8],
}

const MARKS: [Mark; 4] = [
    Mark { before_ro: b"hostp", after_ro: b"cess" },
    Mark { before_ro: b"host-p", after_ro: b"cess-containers-base-image" },
    Mark { before_ro: b"\"mic", after_ro: b"soft.com" },
    Mark { before_ro: b"\"io.mic", after_ro: b"soft." },
];

/// Whether a payload is a request that no rule could say anything about.
pub fn concerns_no_rule(payload: &[u8]) -> bool {
    !json::any_pair(payload, *b"ro", |ro| is_mark(payload, ro))
        && json::is_whole(payload)
        && names_a_kind(payload).unwrap_or_default()
}

/// Whether an `ro` is that of a mark.
fn is_mark(payload: &[u8], ro: usize) -> bool {
    // Other words go on otherwise: group, probe, protocol.
    matches!(payload.get(ro + 2), Some(b'c' | b'C' | b's' | b'S'))
        && MARKS.iter().any(|mark| mark.is_around(payload, ro))
}

impl Mark {
    /// Whether it stands where its `ro` is at a place, in either case.
    fn is_around(&self, payload: &[u8], ro: usize) -> bool {
        let is_at = |start: usize, text: &[u8]| {
            payload.get(start..start + text.len()).is_some_and(|found| found.eq_ignore_ascii_case(text))
        };
        // In this order, because many images begin with `mcr.microsoft.com`.
        ro.checked_sub(self.before_ro.len()).is_some_and(|start| is_at(start, self.before_ro))
            && is_at(ro + 2, self.after_ro)
    }
}

/// Whether there is a request with a kind, as far as it takes to see that.
fn names_a_kind(payload: &[u8]) -> Result<bool> {
    let document = Document::new(payload);
    let mut reader = Reader::new(&document);
    Ok(reader.enter("request")? && reader.enter("kind")? && reader.enter("kind")? && !reader.text()?.is_empty())
}
