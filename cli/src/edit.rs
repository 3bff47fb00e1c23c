//! A patch of an object as a change of the text that it was read from.

mod operation;

use json_patch::PatchOperation;
use serde_json::Value;
use similar::{DiffTag, TextDiff};
use windows_hostprocess_policy::outcome::patch::{Patch, Reach};

use crate::input::manifest::File;
use crate::input::object::{Given, Object};
use crate::input::source::Source;
use crate::report::{ObjectReport, Replacement};

/// How much text is read again at most for the replacements of a file: each takes a few times its whole text.
const MAX_BYTES: usize = 32 << 20;

/// Says which findings `hostprocess fix` mends, and for those that it mends without `--unsafe` how, if that is wanted. There is
/// nothing to edit where another program printed the text.
pub fn offer(file: &File, reports: &mut [ObjectReport], with_replacements: bool) {
    if file.is_generated {
        return;
    }
    let mut rest = if with_replacements { MAX_BYTES / file.source.text.len().max(1) } else { 0 };
    for (index, (object, report)) in file.objects.iter().zip(reports).enumerate() {
        if manifest(object).is_err() {
            continue;
        }
        for found in &mut report.findings {
            let Some(patch) = &found.patch else { continue };
            found.fixable = Some(patch.reach);
            if patch.reach <= Reach::Command && rest > 0 {
                rest -= 1;
                let after = apply(file, index, patch);
                found.replacements = after.map(|after| replacements(&file.source, &after)).unwrap_or_default();
            }
        }
    }
}

/// The parts of a text that another one replaces, no larger than they need to be.
fn replacements(before: &Source, after: &str) -> Vec<Replacement> {
    let diff = TextDiff::from_lines(before.text.as_str(), after);
    let mut replacements = Vec::new();
    let mut start = 0;
    for lines in diff.ops() {
        let old = diff.old_slices()[lines.old_range()].concat();
        let new = diff.new_slices()[lines.new_range()].concat();
        if lines.tag() != DiffTag::Equal {
            let prefix = shared(old.chars().zip(new.chars()));
            let suffix = shared(old[prefix..].chars().rev().zip(new[prefix..].chars().rev()));
            replacements.push(Replacement {
                start: before.line_and_column(start + prefix),
                end: before.line_and_column(start + old.len() - suffix),
                text: new[prefix..new.len() - suffix].to_owned(),
            });
        }
        start += old.len();
    }
    replacements
}

/// How many bytes two texts have in common before the first difference.
fn shared(pairs: impl Iterator<Item = (char, char)>) -> usize {
    pairs.take_while(|(old, new)| old == new).map(|(old, _)| old.len_utf8()).sum()
}

/// The text after a patch of one object.
///
/// # Errors
/// The text cannot say what the patch does without saying something else as well.
pub fn apply(before: &File, index: usize, patch: &Patch) -> Result<String, String> {
    let operations: Vec<PatchOperation> =
        serde_json::to_value(&patch.operations).and_then(serde_json::from_value).map_err(|error| error.to_string())?;
    let mut text = before.source.text.clone();
    for operation in &operations {
        let file = File::parse("", text.clone());
        let object = file.objects.get(index).ok_or("the object is gone")?;
        let edit = operation::edit(&text, &object.node, manifest(object)?, operation)?;
        text.replace_range(edit.range, &edit.text);
    }
    verify(before, &File::parse("", text.clone()), index, &operations)?;
    Ok(text)
}

fn manifest(object: &Object) -> Result<&Value, String> {
    match &object.given {
        Given::Manifest(object) => Ok(object),
        Given::Request(_) => Err("it is an admission request: fix the manifest that it comes from".to_owned()),
    }
}

/// The text must say what the patch does, and of everything else what it said before: an alias repeats what its anchor says.
fn verify(before: &File, after: &File, index: usize, operations: &[PatchOperation]) -> Result<(), String> {
    let mut expected = before.objects.iter().map(|object| given(object).clone()).collect::<Vec<_>>();
    let patched = expected.get_mut(index).ok_or("the object is gone")?;
    json_patch::patch(patched, operations).map_err(|error| error.to_string())?;
    let is_same = expected.iter().eq(after.objects.iter().map(given));
    if is_same && rest(before, index) == rest(after, index) {
        Ok(())
    } else {
        Err("something else in the file would change with it, as it does with anchors and aliases".to_owned())
    }
}

fn given(object: &Object) -> &Value {
    match &object.given {
        Given::Manifest(value) | Given::Request(value) => value,
    }
}

/// What a file says outside the object that changes: every other document, and of a list all but its items. `None` stands for
/// a document that cannot be read.
fn rest(file: &File, index: usize) -> Vec<Option<Value>> {
    let changed = file.objects.get(index).map(|object| object.document);
    let documents = kubernetes_yaml::documents(&file.source.text).into_iter().enumerate();
    let rest = documents.map(|(number, document)| {
        let mut value = document.ok()?.value;
        if Some(number + 1) == changed {
            match value.as_object_mut() {
                Some(list) if list.contains_key("items") => list.remove("items"),
                _ => return None,
            };
        }
        Some(value)
    });
    rest.collect()
}
