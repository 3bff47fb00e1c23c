//! Applies patches of objects to the text that the objects were read from.

mod operation;
mod replacements;
mod written;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use json_patch::PatchOperation;
use serde_json::Value;
use windows_hostprocess_policy::finding::patch::{Patch, Reach};

use crate::manifest::{File, documents};
use crate::object::{Content, Object};
use crate::report::ObjectReport;

pub use operation::Edit;

/// How many combinations of fixes are tried on the text of a file. One suffices if all of them fit together.
const MAX_TRIES: usize = 64;

/// Why a patch cannot be applied to a text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum EditError {
    #[error("it is an admission request: fix the manifest that it comes from")]
    IsRequest,
    #[error("something else in the file would change too, for example through an anchor and its aliases")]
    ChangesMore,
    #[error("the whole object would change")]
    IsWholeObject,
    #[error("{0}: cannot be located in the text")]
    HasNoPlace(String),
    #[error("{0}: missing from the text")]
    IsMissing(String),
    #[error("{0}: not an operation of a finding's patch")]
    IsOtherOperation(String),
    #[error("it shares its lines with something else")]
    SharesLines,
    #[error("something else is on the same line")]
    SharesLine,
    #[error("the {0} has an anchor or a tag")]
    HasAnchor(&'static str),
    #[error("{0}: the text has no mapping to add it to")]
    HasNoMapping(String),
    #[error("the mapping has no members")]
    HasNoMembers,
    #[error("the key has no colon")]
    HasNoColon,
    #[error("the lines of the block scalar do not match its text")]
    IsFolded,
}

/// The edits of a text that apply one patch.
#[derive(Debug)]
pub struct Change {
    /// The index of the object in the file.
    object: usize,
    /// The number of its document, and its JSON Pointer there.
    document: usize,
    pointer: String,
    operations: Vec<PatchOperation>,
    /// In text order, without overlap.
    edits: Vec<Edit>,
}

/// The change that applies a patch to an object.
///
/// # Errors
/// The patch cannot be applied to the text.
pub fn change(file: &File, object: usize, patch: &Patch) -> Result<Change, EditError> {
    let target = &file.objects[object];
    let value = manifest(target)?;
    // Operations are serialised as RFC 6902 prescribes.
    let operations: Vec<PatchOperation> =
        serde_json::to_value(&patch.operations).and_then(serde_json::from_value).unwrap_or_default();
    let steps = operation::steps(&operations)?;
    let edits = steps.iter().map(|step| operation::edits(&file.source, &target.node, value, step));
    let mut edits = edits.collect::<Result<Vec<Vec<Edit>>, EditError>>()?.concat();
    edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
    // Values from an alias or a merge key are written elsewhere.
    let is_there = |edit: &Edit| file.source.text().get(edit.range.clone()).is_some();
    if !edits.iter().all(is_there) || edits.windows(2).any(|pair| touch(&pair[0], &pair[1])) {
        return Err(EditError::ChangesMore);
    }
    Ok(Change { object, document: target.document, pointer: target.pointer.clone(), operations, edits })
}

fn manifest(object: &Object) -> Result<&Value, EditError> {
    match &object.content {
        Content::Manifest(object) => Ok(object),
        Content::Request(_) => Err(EditError::IsRequest),
    }
}

/// Whether two edits, in text order, overlap or begin at the same offset.
fn touch(first: &Edit, second: &Edit) -> bool {
    second.range.start < first.range.end || second.range.start == first.range.start
}

/// The first changes of a list that can be applied together, because none touches an earlier one.
pub fn independent(changes: &[Change], at_most: usize) -> Vec<&Change> {
    let mut taken = Taken::default();
    changes.iter().filter(|change| taken.take(change)).take(at_most).collect()
}

/// The places that the changes so far touch. Each pointer is paired with the index of its object.
#[derive(Default)]
struct Taken<'c> {
    /// The edited ranges: end by start.
    ranges: BTreeMap<usize, usize>,
    /// The parents of removed members and items: the remaining ones may have to be written differently.
    reduced: HashSet<(usize, &'c str)>,
    /// The lists among `reduced`: the indices of their later items change.
    lists: HashSet<(usize, &'c str)>,
    /// All ancestors of changed values.
    changed: HashSet<(usize, &'c str)>,
}

impl<'c> Taken<'c> {
    /// Adds a change unless it touches one that was added before.
    fn take(&mut self, change: &'c Change) -> bool {
        let own = |pointer| (change.object, pointer);
        let holders = || change.operations.iter().flat_map(|operation| ancestors(operation.path().as_str())).map(own);
        let reduced = || change.operations.iter().filter_map(reduced).map(|(holder, is_list)| (own(holder), is_list));
        if holders().any(|holder| self.lists.contains(&holder))
            || reduced().any(|(holder, _)| self.reduced.contains(&holder))
            || reduced().any(|(holder, is_list)| is_list && self.changed.contains(&holder))
            || change.edits.iter().any(|edit| self.overlaps(edit))
        {
            return false;
        }
        self.changed.extend(holders());
        self.reduced.extend(reduced().map(|(holder, _)| holder));
        self.lists.extend(reduced().filter(|(_, is_list)| *is_list).map(|(holder, _)| holder));
        self.ranges.extend(change.edits.iter().map(|edit| (edit.range.start, edit.range.end)));
        true
    }

    fn overlaps(&self, edit: &Edit) -> bool {
        let before = self.ranges.range(..=edit.range.start).next_back();
        let after = self.ranges.range(edit.range.start..).next();
        before.is_some_and(|(start, end)| *end > edit.range.start || *start == edit.range.start)
            || after.is_some_and(|(start, _)| *start < edit.range.end)
    }
}

/// The pointers of the ancestors of the value at a pointer, nearest first.
fn ancestors(pointer: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(pointer), |pointer| pointer.rfind('/').map(|end| &pointer[..end])).skip(1)
}

/// The mapping or list that an operation removes something from, and whether it may be a list.
fn reduced(operation: &PatchOperation) -> Option<(&str, bool)> {
    let PatchOperation::Remove(remove) = operation else { return None };
    let (holder, key) = remove.path.as_str().rsplit_once('/')?;
    Some((holder, key.parse::<usize>().is_ok()))
}

/// The text after applying changes that do not touch each other.
///
/// # Errors
/// The result would differ from that of the patches, or change more than they do: an alias repeats the value of its
/// anchor.
pub fn apply(file: &File, changes: &[&Change]) -> Result<String, EditError> {
    let mut edits: Vec<&Edit> = changes.iter().flat_map(|change| &change.edits).collect();
    edits.sort_by_key(|edit| edit.range.start);
    let text = operation::edited(file.source.text(), &edits);
    if is_patched(file.source.text(), changes, &text) { Ok(text) } else { Err(EditError::ChangesMore) }
}

/// Whether the values in `after` are those in `before` with exactly these changes. An unreadable document must stay
/// unreadable.
fn is_patched(before: &str, changes: &[&Change], after: &str) -> bool {
    let mut expected = values(before);
    for change in changes {
        let document = expected.get_mut(change.document - 1).and_then(Option::as_mut);
        let Some(target) = document.and_then(|document| document.pointer_mut(&change.pointer)) else { return false };
        if json_patch::patch(target, &change.operations).is_err() {
            return false;
        }
    }
    // Values take many times the memory of their JSON, so the values of the two texts are not kept at the same time.
    let expected = written(expected);
    expected == written(values(after))
}

/// The values of the documents of a text; `None` for one that cannot be read.
pub fn values(text: &str) -> Vec<Option<Value>> {
    documents(text).into_iter().map(|document| document.ok().map(|document| document.value)).collect()
}

/// JSON with sorted keys, which is identical for equal values.
fn written(values: Vec<Option<Value>>) -> Vec<Option<String>> {
    values.into_iter().map(|value| value.map(|value| value.to_string())).collect()
}

/// Marks the findings that `hostprocess fix` can fix, and adds the replacements of fixes with at most the reach `shown`, if
/// any. Text that another program printed cannot be edited. Computing replacements drops the objects of the file, which
/// take many times the memory of its text.
pub fn mark_fixable(file: &mut File, reports: &mut [ObjectReport], shown: Option<Reach>) {
    if file.is_generated {
        return;
    }
    let mut changes = Vec::new();
    let mut findings = Vec::new();
    for (index, (object, report)) in file.objects.iter().zip(reports).enumerate() {
        if manifest(object).is_err() {
            continue;
        }
        for found in &mut report.findings {
            let Some(patch) = &found.patch else { continue };
            found.fixable = Some(patch.reach);
            if shown.is_some_and(|shown| patch.reach <= shown)
                && let Ok(change) = change(file, index, patch)
            {
                changes.push(change);
                findings.push(&mut found.replacements);
            }
        }
    }
    if changes.is_empty() {
        return;
    }
    file.objects = Vec::new();
    let fitting = fitting(file, &changes);
    for (index, replaced) in findings.into_iter().enumerate().filter(|(index, _)| fitting.contains(index)) {
        *replaced = replacements::of(&file.source, &changes[index].edits);
    }
}

/// The indices of the changes that can each be applied to the text. Changes that do not touch each other are tried
/// together, and in halves where that fails.
fn fitting(file: &File, changes: &[Change]) -> BTreeSet<usize> {
    let mut fitting = BTreeSet::new();
    let mut rest: Vec<usize> = (0..changes.len()).collect();
    let mut tries = MAX_TRIES;
    while !rest.is_empty() && tries > 0 {
        let mut taken = Taken::default();
        let (together, others) = rest.into_iter().partition(|index| taken.take(&changes[*index]));
        rest = others;
        let mut groups: Vec<Vec<usize>> = vec![together];
        while let Some(group) = groups.pop().filter(|_| tries > 0) {
            tries -= 1;
            let group_changes: Vec<&Change> = group.iter().map(|index| &changes[*index]).collect();
            match apply(file, &group_changes) {
                Ok(_) => fitting.extend(group),
                Err(_) if group.len() > 1 => {
                    let (first, second) = group.split_at(group.len() / 2);
                    groups.extend([second.to_vec(), first.to_vec()]);
                }
                Err(_) => {}
            }
        }
    }
    fitting
}
