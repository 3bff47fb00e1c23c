//! Edits by line and column, for tools that show or apply them.

use similar::{DiffTag, TextDiff};

use crate::edit::operation::{Edit, edited};
use crate::report::Replacement;
use crate::source::Source;

/// Longer lines are replaced without a diff: a whole manifest may be one line.
const MAX_COMPARED_BYTES: usize = 2000;

/// The minimal replacements that have the effect of these edits, which must be in text order and must not touch.
pub fn of(source: &Source, edits: &[Edit]) -> Vec<Replacement> {
    let mut replacements = Vec::new();
    let mut rest = edits;
    while let Some(first) = rest.first() {
        let start = source.line_start(first.range.start);
        let mut end = line_end(source, first.range.end);
        let mut count = 1;
        while let Some(next) = rest.get(count).filter(|next| next.range.start < end) {
            end = line_end(source, next.range.end).max(end);
            count += 1;
        }
        let (on_these_lines, others) = rest.split_at(count);
        rest = others;
        if end - start > MAX_COMPARED_BYTES {
            let replaced = on_these_lines
                .iter()
                .map(|edit| replacement(source, edit.range.start, &source.text()[edit.range.clone()], &edit.text));
            replacements.extend(replaced);
        } else {
            compare(source, start..end, on_these_lines, &mut replacements);
        }
    }
    replacements
}

fn compare(source: &Source, lines: std::ops::Range<usize>, edits: &[Edit], replacements: &mut Vec<Replacement>) {
    let moved: Vec<Edit> = edits
        .iter()
        .map(|edit| Edit {
            range: edit.range.start - lines.start..edit.range.end - lines.start,
            text: edit.text.clone(),
        })
        .collect();
    let before = &source.text()[lines.clone()];
    let after = edited(before, &moved.iter().collect::<Vec<_>>());
    let diff = TextDiff::from_lines(before, after.as_str());
    let mut start = lines.start;
    for part in diff.ops() {
        let old = diff.old_slices()[part.old_range()].concat();
        let new = diff.new_slices()[part.new_range()].concat();
        if part.tag() != DiffTag::Equal {
            replacements.push(replacement(source, start, &old, &new));
        }
        start += old.len();
    }
}

/// The replacement of `old` at an offset by `new`, without their common prefix and suffix.
fn replacement(source: &Source, start: usize, old: &str, new: &str) -> Replacement {
    let prefix = shared(old.chars().zip(new.chars()));
    let suffix = shared(old[prefix..].chars().rev().zip(new[prefix..].chars().rev()));
    let range = start + prefix..start + old.len() - suffix;
    Replacement {
        start: source.line_and_column(range.start),
        end: source.line_and_column(range.end),
        range,
        text: new[prefix..new.len() - suffix].to_owned(),
    }
}

/// The length in bytes of the common prefix.
fn shared(pairs: impl Iterator<Item = (char, char)>) -> usize {
    pairs.take_while(|(old, new)| old == new).map(|(old, _)| old.len_utf8()).sum()
}

/// The end of an offset's line, including its line break; an offset at the start of a line counts as the end of the
/// previous one.
fn line_end(source: &Source, offset: usize) -> usize {
    if offset > 0 && source.line_start(offset) == offset { offset } else { source.next_line(offset) }
}
