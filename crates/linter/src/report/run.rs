//! The inputs that decide which files and findings count. They are reported because a repository can change them in
//! files that are easy to overlook.

use schemars::JsonSchema;
use serde::Serialize;
use windows_hostprocess_policy::wording::escaped;

use crate::report::{Report, WaiverSource};

/// The inputs that decided which files and findings count.
#[derive(Debug, Default)]
pub struct Run {
    /// The configuration, if any.
    pub configuration: Option<InEffect>,
    /// Files and folders that were excluded from the search.
    pub left_out: Vec<LeftOut>,
    /// Whether a run that judges no object fails.
    pub refuses_empty: bool,
}

/// The configuration in effect.
#[derive(Debug, Serialize, JsonSchema)]
pub struct InEffect {
    /// Its path.
    pub file: String,
    /// The keys that it sets.
    pub sets: Vec<String>,
}

/// Manifests and folders that were left out for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LeftOut {
    /// `.gitignore`, `--exclude`, `exclude in the configuration` or `hidden`.
    pub reason: &'static str,
    /// The number of `.yaml`, `.yml` and `.json` files.
    pub files: usize,
    /// The number of folders. Their contents are not counted.
    pub folders: usize,
}

/// The summary of a run.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Summary<'r> {
    /// The configuration in effect; null if there is none.
    configuration: Option<&'r InEffect>,
    /// Manifests and folders that were left out, by reason.
    left_out: &'r [LeftOut],
    /// The number of documents skipped because they are not Kubernetes objects.
    skipped_documents: usize,
    /// The number of waived findings, by the place of the waiver.
    waived: WaivedCounts,
    /// Whether the run failed because there was nothing to judge.
    nothing_checked: bool,
}

/// The numbers of waived findings.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct WaivedCounts {
    /// Waived by a comment on the line or above it.
    comment: usize,
    /// Waived in `.hostprocess.yaml`.
    configuration: usize,
    /// Waived by the file given with `--baseline`.
    baseline: usize,
}

/// A sentence about a run.
#[derive(Debug)]
pub struct Notice {
    /// The member of [`Summary`] that it describes: `configuration`, `leftOut`, `waived` or `nothingChecked`.
    pub name: &'static str,
    /// One line.
    pub text: String,
    /// Whether the run failed because of it.
    pub is_error: bool,
}

impl Report {
    /// Whether the run failed because there was nothing to judge. Unreadable input is a different failure.
    pub fn is_refused_as_empty(&self) -> bool {
        let has_content = |file: &super::FileReport| !file.objects.is_empty() || !file.problems.is_empty();
        self.run.refuses_empty && !self.files.iter().any(has_content)
    }

    /// The summary of the run.
    pub fn summary(&self) -> Summary<'_> {
        Summary {
            configuration: self.run.configuration.as_ref(),
            left_out: &self.run.left_out,
            skipped_documents: self.files.iter().map(|file| file.skipped).sum(),
            waived: self.waived_counts(),
            nothing_checked: self.is_refused_as_empty(),
        }
    }

    fn waived_counts(&self) -> WaivedCounts {
        let mut counts = WaivedCounts::default();
        for waived in self.objects().flat_map(|object| &object.findings).filter_map(|found| found.waived.as_ref()) {
            *match waived.source {
                WaiverSource::Comment => &mut counts.comment,
                WaiverSource::Configuration => &mut counts.configuration,
                WaiverSource::Baseline => &mut counts.baseline,
            } += 1;
        }
        counts
    }

    /// The summary as sentences of one line each; empty if nothing but the command line had an influence.
    pub fn notices(&self) -> Vec<Notice> {
        let note = |name, text| Notice { name, text, is_error: false };
        let mut notices = Vec::new();
        if let Some(InEffect { file, sets }) = &self.run.configuration {
            let sets = if sets.is_empty() { "nothing".to_owned() } else { sets.join(", ") };
            notices.push(note(
                "configuration",
                escaped(&format!("the configuration is {file}, it sets {sets}")).to_string(),
            ));
        }
        let left_out: Vec<String> = self.run.left_out.iter().map(LeftOut::text).collect();
        if !left_out.is_empty() {
            notices.push(note("leftOut", format!("left out: {}", left_out.join("; "))));
        }
        let WaivedCounts { comment, configuration, baseline } = self.waived_counts();
        let by = [(comment, "comments"), (configuration, "the configuration"), (baseline, "the baseline")];
        let by: Vec<String> =
            by.iter().filter(|(count, _)| *count > 0).map(|(count, by)| format!("{count} by {by}")).collect();
        if !by.is_empty() {
            notices.push(note("waived", format!("waived findings: {}", by.join(", "))));
        }
        if self.is_refused_as_empty() {
            let text = "nothing was checked, because there is no Kubernetes object: use --allow-empty to accept that"
                .to_owned();
            notices.push(Notice { name: "nothingChecked", text, is_error: true });
        }
        notices
    }
}

impl LeftOut {
    /// `2 files and 1 folder (.gitignore)`.
    fn text(&self) -> String {
        let counted = [(self.files, "file"), (self.folders, "folder")].into_iter().filter(|(count, _)| *count > 0);
        let counted: Vec<String> =
            counted.map(|(count, noun)| format!("{count} {noun}{}", if count == 1 { "" } else { "s" })).collect();
        format!("{} ({})", counted.join(" and "), self.reason)
    }
}
