//! Parses YAML like kubectl, with the place of every value.
//!
//! kubectl reads YAML 1.1 (sigs.k8s.io/yaml over go-yaml 2): `yes` and `on` are booleans, `010` is eight, `<<` merges.
//! Like go-yaml, the parser descends from libyaml, so that both accept the same texts. Two things that go-yaml accepts
//! are errors here: excessive aliases, and `{a:}`, in which go-yaml reads the colon as part of the key. The last value
//! of a duplicate key counts, as for kubectl, and the document lists such keys.

mod comments;
mod compose;
mod emit;
mod events;
mod place;
mod scalar;

use std::ops::Range;

pub use comments::comments;
pub use compose::{RepeatedKey, YamlDocument};
pub use emit::to_yaml;
pub use events::Error;
pub use place::{Children, Located};

/// Reads all documents of a stream. An unreadable document does not hide the other documents; empty documents are left
/// out.
pub fn documents(text: &str) -> Vec<Result<YamlDocument, Error>> {
    chunks(text).into_iter().flat_map(|chunk| compose::documents(text, chunk)).collect()
}

/// Splits a stream at its `---` lines, like kubectl before parsing. Chunks that contain only comments are left out.
fn chunks(text: &str) -> Vec<Range<usize>> {
    let mut chunks = Vec::new();
    let mut start = 0;
    for dashes in memchr::memmem::find_iter(text.as_bytes(), "---") {
        if dashes > 0 && !text[..dashes].ends_with('\n') {
            continue;
        }
        let line = text[dashes..].split_inclusive('\n').next().unwrap_or_default();
        let rest = line["---".len()..].trim();
        if rest.is_empty() || rest.starts_with('#') {
            chunks.push(start..dashes);
            start = dashes + line.len();
        }
    }
    chunks.push(start..text.len());
    let has_content = |line: &str| !line.trim().is_empty() && !line.starts_with(['#', '%']);
    chunks.retain(|chunk| text[chunk.clone()].lines().any(has_content));
    chunks
}

#[cfg(test)]
mod tests;
