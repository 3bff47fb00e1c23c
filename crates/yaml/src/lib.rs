//! YAML as kubectl reads it, with the place of every value.
//!
//! kubectl reads YAML 1.1 (sigs.k8s.io/yaml over go-yaml 2): `yes` and `on` are booleans, `010` is eight, `<<` merges.
//! The parser descends from libyaml, as go-yaml does, so that both accept the same texts. What go-yaml lets pass and
//! nobody means is refused here: aliases that multiply without end, and the colon of `{a:}`, which go-yaml takes for a part
//! of the key. Of a key that is written twice the last value counts, as for kubectl, and the document says so.

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

/// Reads all documents of a stream. One that cannot be read does not hide the others; empty ones are left out.
pub fn documents(text: &str) -> Vec<Result<YamlDocument, Error>> {
    chunks(text).into_iter().flat_map(|chunk| compose::documents(text, chunk)).collect()
}

/// Cuts a stream at its `---` lines, as kubectl does before it parses anything. Chunks of comments only are left out.
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
