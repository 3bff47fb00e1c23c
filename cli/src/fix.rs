//! Applies the patches of findings to the text of a file, until none is left.

use std::collections::HashSet;

use windows_hostprocess_policy::outcome::patch::{Patch, Reach};

use crate::edit;
use crate::engine::Engine;
use crate::input::manifest::File;
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
        match edit::apply(&file, index, &patch) {
            Ok(text) => {
                fixed.text = text;
                fixed.count += 1;
            }
            Err(reason) => {
                let Diagnostic { rule, path, place, .. } = diagnostic;
                let (line, column) = (place.line, place.column);
                fixed.refused.push(format!("{name}:{line}:{column}: [{rule}] {path}: not fixed: {reason}"));
                refused.insert((index, rule, path));
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
