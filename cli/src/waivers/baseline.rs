//! Baselines: known findings to ignore in later runs.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use hostprocess_linter::catalogue::UNREADABLE;
use hostprocess_linter::report::{Diagnostic, Note, ObjectReport, Report, Waived, WaiverSource, slashed};
use serde::{Deserialize, Serialize};

use crate::files::{self, FileError};
use crate::output::escape;

const VERSION: u64 = 1;

/// Why a baseline cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// It cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file is not a baseline.
    #[error("{}: not a baseline: {reason}; --write-baseline writes one", .path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// The reason.
        reason: String,
    },
}

/// A file of known findings.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    version: u64,
    /// Sorted, to keep diffs small.
    findings: Vec<Entry>,
}

/// A finding. Only the fingerprint counts; the other members are for human readers.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    file: String,
    object: String,
    rule: String,
    path: String,
    message: String,
    fingerprint: String,
}

impl Entry {
    fn new(object: &ObjectReport, found: &Diagnostic) -> Entry {
        Entry {
            file: slashed(&object.file),
            object: object.title(),
            rule: found.rule.clone(),
            path: found.path.clone(),
            message: found.message.clone(),
            fingerprint: object.fingerprint_of(found),
        }
    }
}

impl Baseline {
    /// The findings in a report that count.
    pub fn of(report: &Report) -> Baseline {
        let entries = |object: &ObjectReport| -> Vec<Entry> {
            let counted = object.findings.iter().filter(|found| found.waived.is_none());
            counted.map(|found| Entry::new(object, found)).collect()
        };
        let mut findings: Vec<Entry> = report.objects().flat_map(entries).collect();
        findings.sort();
        findings.dedup();
        Baseline { version: VERSION, findings }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// It cannot be read, or is not a baseline.
    pub fn read(path: &Path) -> Result<Baseline, BaselineError> {
        let text = files::read_text(path)?;
        let reason = match serde_json::from_str(&text) {
            Ok(Baseline { version: VERSION, findings }) => return Ok(Baseline { version: VERSION, findings }),
            Ok(Baseline { version, .. }) => {
                format!("its version is {version}, but this hostprocess reads version {VERSION}")
            }
            Err(error) => error.to_string(),
        };
        Err(BaselineError::Invalid { path: path.to_owned(), reason })
    }

    /// Writes a file.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), BaselineError> {
        Ok(files::write(path, |to| escape::json(self, to))?)
    }

    /// Waives the findings of a report that are in the baseline, which was read from `path`. Adds a note about entries
    /// that no longer occur, limited to files that were read completely and rules in `judged`.
    pub fn waive(&self, report: &mut Report, judged: &BTreeSet<&'static str>, path: &Path) {
        let mut known: BTreeMap<&str, bool> = self.findings.iter().map(|entry| (&*entry.fingerprint, false)).collect();
        let reason = format!("in the baseline {}", path.display());
        for object in report.files.iter_mut().flat_map(|file| &mut file.objects) {
            object.waive(|object, found| {
                *known.get_mut(&*object.fingerprint_of(found))? = true;
                Some(Waived { reason: reason.clone(), source: WaiverSource::Baseline })
            });
        }
        let read = report.files.iter().filter(|file| file.problems.is_empty());
        let files: HashSet<String> = read.map(|file| slashed(file.name())).collect();
        let is_judged = |rule: &str| rule == UNREADABLE || judged.contains(rule);
        let is_gone = |entry: &&Entry| {
            known.get(&*entry.fingerprint) == Some(&false) && files.contains(&entry.file) && is_judged(&entry.rule)
        };
        let count = self.findings.iter().filter(is_gone).count();
        let message = match count {
            0 => return,
            1 => "1 entry no longer occurs".to_owned(),
            _ => format!("{count} entries no longer occur"),
        };
        report.notes.push(Note::Note(format!("{}: {message}; --write-baseline replaces the file", path.display())));
    }
}
