//! Applies the fixes of findings to a text until none is left.

use std::collections::HashSet;

use windows_hostprocess_policy::finding::patch::{Patch, Reach};

use crate::comment::Comments;
use crate::edit::{self, Change, EditError};
use crate::linter::Linter;
use crate::manifest::File;
use crate::report::{Diagnostic, ObjectReport};

/// How often a text is judged at most. Each group of fixes that touch each other takes one pass, as does each failed
/// fix.
pub const MAX_PASSES: usize = 100;

/// A text after its fixes.
#[derive(Debug)]
pub struct Fixed {
    /// The whole text.
    pub text: String,
    /// How many findings were fixed.
    pub count: usize,
    /// The findings whose patch could not be applied.
    pub refused: Vec<Refused>,
    /// Whether it stopped after [`MAX_PASSES`], so that fixable findings may be left.
    pub is_unfinished: bool,
}

/// A finding whose patch could not be applied: `agent.yaml:3:1: [rule] path: not fixed: why`.
#[derive(Debug, thiserror::Error)]
#[error("{name}:{}:{}: [{}] {}: not fixed: {reason}", .found.place.line, .found.place.column, .found.rule, .found.path)]
pub struct Refused {
    /// The name of the text.
    pub name: String,
    /// The finding, with its place in the text at that time.
    pub found: Diagnostic,
    /// Why it is not fixed.
    pub reason: EditError,
}

/// Applies every patch up to `reach`. Patches that do not touch each other are applied together, then the text is
/// judged again. Patches that would change anything else are refused. Waived findings stay unfixed: waivers come from
/// comments or from `choose`, which gets the results for the objects and may waive or remove findings.
pub fn fix(
    linter: &Linter,
    name: &str,
    text: &str,
    reach: Reach,
    choose: &mut dyn FnMut(&mut [ObjectReport]),
) -> Fixed {
    let mut fixed = Fixed { text: text.to_owned(), count: 0, refused: Vec::new(), is_unfinished: false };
    let mut refused = HashSet::new();
    // After a failure, fewer changes are tried together, down to the one at fault.
    let mut at_most = usize::MAX;
    for _ in 0..MAX_PASSES {
        let file = File::parse(name, std::mem::take(&mut fixed.text));
        let mut changes = Vec::new();
        let mut fixes = Vec::new();
        for fix in fixes_of(linter, &file, reach, choose) {
            if refused.contains(&fix.key()) {
                continue;
            }
            match edit::change(&file, fix.object, &fix.patch) {
                Ok(change) => {
                    changes.push(change);
                    fixes.push(fix);
                }
                Err(reason) => {
                    refused.insert(fix.key());
                    fixed.refused.push(Refused { name: name.to_owned(), found: fix.found, reason });
                }
            }
        }
        let chosen: Vec<&Change> = edit::independent(&changes, at_most);
        match edit::apply(&file, &chosen) {
            _ if chosen.is_empty() => return Fixed { text: file.source.into_text(), ..fixed },
            Ok(text) => {
                fixed.text = text;
                fixed.count += chosen.len();
                at_most = at_most.saturating_mul(2);
            }
            Err(reason) => {
                if let ([_], Some(first)) = (&chosen[..], fixes.into_iter().next()) {
                    refused.insert(first.key());
                    fixed.refused.push(Refused { name: name.to_owned(), found: first.found, reason });
                }
                at_most = (chosen.len() / 2).max(1);
                fixed.text = file.source.into_text();
            }
        }
    }
    Fixed { is_unfinished: true, ..fixed }
}

/// A finding with a patch.
struct Fix {
    object: usize,
    found: Diagnostic,
    patch: Patch,
}

impl Fix {
    /// The index of its object, its rule and its path.
    fn key(&self) -> (usize, String, String) {
        (self.object, self.found.rule.clone(), self.found.path.clone())
    }
}

/// The findings of a file that are not waived and have a patch up to `reach`.
fn fixes_of(linter: &Linter, file: &File, reach: Reach, choose: &mut dyn FnMut(&mut [ObjectReport])) -> Vec<Fix> {
    let comments = Comments::of(&file.source);
    let mut reports = linter.check_objects(file);
    choose(&mut reports);
    let mut fixes = Vec::new();
    for (object, report) in reports.into_iter().enumerate() {
        for mut found in report.findings {
            let is_waived = found.waived.is_some() || comments.waives(&found);
            if let Some(patch) = found.patch.take_if(|patch| !is_waived && patch.reach <= reach) {
                fixes.push(Fix { object, found, patch });
            }
        }
    }
    fixes
}
