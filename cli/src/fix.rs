//! Applies the patches of findings to the text of a file.

mod edit;

use std::collections::HashSet;

use json_patch::PatchOperation;
use serde_json::Value;
use windows_hostprocess_policy::outcome::patch::{Patch, Reach};

use crate::engine::Engine;
use crate::input::manifest::File;
use crate::input::object::{Given, Object};
use crate::report::Diagnostic;
use crate::waivers::comment::Comments;
use crate::waivers::configured::Waivers;

/// More patches than a file of manifests needs: each round applies one.
const MAX_ROUNDS: usize = 1000;

/// A text after its patches.
#[derive(Debug)]
pub struct Fixed {
    /// The whole text.
    pub text: String,
    /// How many findings were mended.
    pub count: usize,
    /// The findings that have a patch which the text cannot take, and why.
    pub refused: Vec<String>,
}

/// Applies every patch with at most this reach, until none is left. What cannot be applied without changing anything else is
/// refused, what a comment or one of the waivers waives is left as it is, and the rest is applied.
///
/// # Errors
/// The engine failed.
pub fn fix(engine: &Engine, waivers: &mut Waivers, name: &str, text: &str, reach: Reach) -> Result<Fixed, String> {
    let mut fixed = Fixed { text: text.to_owned(), count: 0, refused: Vec::new() };
    let mut refused = HashSet::new();
    while fixed.count + refused.len() < MAX_ROUNDS {
        let file = File::parse(name, fixed.text.clone());
        let Some((index, diagnostic, patch)) = next(engine, waivers, &file, reach, &refused)? else { return Ok(fixed) };
        match apply(&file, index, &patch) {
            Ok(text) => {
                fixed.text = text;
                fixed.count += 1;
            }
            Err(reason) => {
                let line = diagnostic.place.line;
                fixed
                    .refused
                    .push(format!("{name}:{line}: [{}] {}: not fixed: {reason}", diagnostic.rule, diagnostic.path));
                refused.insert((index, diagnostic.rule, diagnostic.path));
            }
        }
    }
    fixed.refused.push(format!("{name}: more than {MAX_ROUNDS} changes: run it again for the rest"));
    Ok(fixed)
}

type Refused = HashSet<(usize, String, String)>;

/// The first finding with a patch that is not refused yet, and the number of its object.
fn next(
    engine: &Engine,
    waivers: &mut Waivers,
    file: &File,
    reach: Reach,
    refused: &Refused,
) -> Result<Option<(usize, Diagnostic, Patch)>, String> {
    let comments = Comments::of(&file.source);
    for (index, object) in file.objects.iter().enumerate() {
        let mut report = engine.check_object(object, &file.source)?;
        waivers.waive(&file.source.name, std::slice::from_mut(&mut report));
        let is_left = |found: &Diagnostic| found.waived.is_some() || comments.waives(found);
        for mut diagnostic in report.findings.into_iter().filter(|found| !is_left(found)) {
            let Some(patch) = diagnostic.patch.take_if(|patch| patch.reach <= reach) else { continue };
            if !refused.contains(&(index, diagnostic.rule.clone(), diagnostic.path.clone())) {
                return Ok(Some((index, diagnostic, patch)));
            }
        }
    }
    Ok(None)
}

/// The text after a patch of one object.
fn apply(before: &File, index: usize, patch: &Patch) -> Result<String, String> {
    let operations: Vec<PatchOperation> =
        serde_json::to_value(&patch.operations).and_then(serde_json::from_value).map_err(|error| error.to_string())?;
    let mut text = before.source.text.clone();
    for operation in &operations {
        let file = File::parse("", text.clone());
        let object = file.objects.get(index).ok_or("the object is gone")?;
        let edit = edit::edit(&text, &object.node, manifest(object)?, operation)?;
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
