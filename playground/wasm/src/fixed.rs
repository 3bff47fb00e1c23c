//! Applies the fixes of one object, like `hostprocess fix`.

use hostprocess_linter::fix::MAX_PASSES;
use hostprocess_linter::{Linter, Settings, fix as fix_text};
use serde::Serialize;
use windows_hostprocess_policy::finding::patch::Reach;

use crate::Input;
use crate::cluster::no_cluster;
use crate::judged::{MANIFEST, creation};

/// The manifest after fixes.
#[derive(Debug, Serialize)]
pub struct Fixed {
    /// The whole text, without a byte order mark.
    text: String,
    /// The fixes that could not be applied, with reasons.
    refused: Vec<String>,
}

/// Applies the fixes of these rules, or of all rules, to one object of the manifest. Without valid settings, changes nothing.
pub fn fix(input: &Input, object: usize, rules: Option<&[String]>) -> Fixed {
    let settings = Settings::parse("settings", &input.settings).unwrap_or_default();
    let tree = settings.tree();
    let Ok(linter) = Linter::new(&tree, no_cluster()) else {
        return Fixed { text: input.manifest.clone(), refused: Vec::new() };
    };
    let linter = linter.assuming(creation(input));
    let is_chosen = |rule: &String| rules.is_none_or(|rules| rules.contains(rule));
    let fixed = fix_text(&linter, MANIFEST, &input.manifest, Reach::Command, &mut |objects| {
        for (index, report) in objects.iter_mut().enumerate() {
            report.findings.retain(|found| index == object && is_chosen(&found.rule));
        }
    });
    let mut refused: Vec<String> =
        fixed.refused.iter().map(|refused| format!("{}: {}", refused.found.path, refused.reason)).collect();
    if fixed.is_unfinished {
        refused.push(format!("the findings left after {MAX_PASSES} passes; fix again"));
    }
    Fixed { text: fixed.text, refused }
}
