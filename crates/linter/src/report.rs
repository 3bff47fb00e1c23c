//! The result of a check: engines produce it and output formats show it.

mod fingerprint;
mod flat;
mod run;
mod schema;

use std::ops::Range;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Serialize;
use windows_hostprocess_policy::decode::error::WrongType;
use windows_hostprocess_policy::finding::Finding;
use windows_hostprocess_policy::finding::patch::{Patch, Reach};
use windows_hostprocess_policy::finding::severity::Severity;
use windows_hostprocess_policy::wording::escaped;

use crate::catalogue::UNREADABLE;
use crate::manifest::Problem;
use crate::object::Object;
use crate::source::{Place, Source};

pub use fingerprint::slashed;
pub use flat::FlatDiagnostic;
pub use run::{InEffect, LeftOut, Notice, Run, Summary};

/// The result for all files.
#[derive(Debug, Default)]
pub struct Report {
    /// In the order of the command line.
    pub files: Vec<FileReport>,
    /// Remarks that concern none of these files.
    pub notes: Vec<Note>,
    /// The inputs that decided which files and findings count.
    pub run: Run,
}

/// A remark about a run that concerns no file.
#[derive(Debug)]
pub enum Note {
    /// A likely mistake.
    Warning(String),
    /// Information.
    Note(String),
}

/// The result for one file.
#[derive(Debug, Default)]
pub struct FileReport {
    /// Its name, and its text if anything in this report points into it.
    pub source: Source,
    /// The result for each object, in their order.
    pub objects: Vec<ObjectReport>,
    /// The parts that could not be read.
    pub problems: Vec<Problem>,
    /// Likely mistakes in the parts that could be read.
    pub warnings: Vec<Problem>,
    /// Where `hostProcess` is set but was not judged, because it is not in a pod template.
    pub not_judged: Vec<Problem>,
    /// How many documents were skipped because they are not Kubernetes objects.
    pub skipped: usize,
    /// The Helm chart, if the file is one of its templates. Templates are not read.
    pub chart: Option<PathBuf>,
}

/// The result for one object.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ObjectReport {
    /// The path as given on the command line; `<stdin>` for standard input.
    pub file: String,
    /// The number of the document in the file, from 1; empty documents are not counted.
    pub document: usize,
    /// `Pod`, `DaemonSet`.
    pub kind: String,
    /// The namespace in the manifest or the request; null if absent.
    pub namespace: Option<String>,
    /// `metadata.name`, otherwise `metadata.generateName`.
    pub name: Option<String>,
    /// The verdict of the findings that are not waived, or of the module.
    pub verdict: Verdict,
    /// The findings of the rules; empty with `--wasm`.
    pub findings: Vec<Diagnostic>,
    /// The answer of the module; `None` with the built-in rules.
    #[serde(flatten)]
    pub response: Option<ModuleResponse>,
    /// Moved to [`FileReport::not_judged`] later.
    #[serde(skip)]
    pub not_judged: Option<Problem>,
    /// The line of the object, from 1.
    #[serde(skip)]
    pub line: usize,
    /// The column of the object in characters, from 1.
    #[serde(skip)]
    pub column: usize,
}

/// The verdict on an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// No findings, or none that count.
    Accept,
    /// Warnings only.
    Warn,
    /// The object would be denied.
    Deny,
}

/// A finding of a rule, with its place in the file.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Diagnostic {
    /// The id of the rule, or `unreadable` or `invalid-settings`. `hostprocess explain` describes each of them.
    pub rule: String,
    /// The effect of the finding: `deny` or `warn`.
    #[serde(serialize_with = "as_name")]
    #[schemars(schema_with = "schema::severity")]
    pub severity: Severity,
    /// The path of the field in the object; empty when the finding is about the whole object.
    pub path: String,
    /// The place of the field, or of its nearest existing ancestor.
    #[serde(flatten)]
    pub place: Place,
    /// A description of the problem.
    pub message: String,
    /// How to fix it; empty if the message already explains it.
    pub fix: String,
    /// The name of the container that the field belongs to.
    #[serde(skip)]
    pub container: Option<String>,
    /// The found and the expected type, if the value has the wrong type.
    #[serde(skip)]
    pub wrong_type: Option<WrongType>,
    /// The fix that `hostprocess fix` applies, as a JSON Patch for the object.
    #[serde(serialize_with = "as_operations", skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::operations")]
    pub patch: Option<Patch>,
    /// Which commands may apply the patch to the text; also `None` if there is no text to edit.
    #[serde(skip)]
    pub fixable: Option<Reach>,
    /// The effect of the patch on the text; empty unless requested.
    #[serde(skip)]
    pub replacements: Vec<Replacement>,
    /// The waiver; absent when the finding counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waived: Option<Waived>,
}

/// A part of a text, and the text that replaces it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    /// In bytes of the text.
    pub range: Range<usize>,
    /// Line and column of its beginning.
    pub start: (usize, usize),
    /// Line and column after its end.
    pub end: (usize, usize),
    /// The new text.
    pub text: String,
}

/// Why a finding does not count.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Waived {
    /// The reason given in the waiver.
    pub reason: String,
    /// Where the waiver is written.
    pub source: WaiverSource,
}

/// Where a waiver is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum WaiverSource {
    /// On the line or above it.
    Comment,
    /// In `.hostprocess.yaml`.
    Configuration,
    /// In the file given with `--baseline`.
    Baseline,
}

/// A module's answer about an object, unchanged.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ModuleResponse {
    /// Why the module denies the object; null when it does not.
    pub message: Option<String>,
    /// The warnings that the API server would show.
    pub warnings: Vec<String>,
}

impl Verdict {
    /// The verdict of the findings that count.
    pub fn of(findings: &[Diagnostic]) -> Verdict {
        match findings.iter().filter(|found| found.waived.is_none()).map(|found| found.severity).max() {
            Some(Severity::Deny) => Verdict::Deny,
            Some(Severity::Warn) => Verdict::Warn,
            Some(Severity::Off) | None => Verdict::Accept,
        }
    }
}

impl Report {
    /// The results for the objects of all files.
    pub fn objects(&self) -> impl Iterator<Item = &ObjectReport> {
        self.files.iter().flat_map(|file| &file.objects)
    }

    /// The number of waived findings.
    pub fn waived_count(&self) -> usize {
        self.objects().flat_map(|object| &object.findings).filter(|found| found.waived.is_some()).count()
    }

    /// The exit code: 2 if part of the input could not be read or nothing was checked; 1 if the verdict on an object is at
    /// least `fails`; otherwise 0.
    pub fn exit_code(&self, fails: Option<Verdict>) -> u8 {
        if self.is_refused_as_empty() || self.files.iter().any(|file| !file.problems.is_empty()) {
            2
        } else {
            u8::from(fails.is_some_and(|fails| self.objects().any(|object| object.verdict >= fails)))
        }
    }
}

impl FileReport {
    /// The path as given on the command line; `<stdin>` for `-` unless another name was given.
    pub fn name(&self) -> &str {
        &self.source.name
    }
}

impl ObjectReport {
    /// A result without findings.
    pub fn new(object: &Object, source: &Source) -> ObjectReport {
        let (line, column) = source.line_and_column(object.node.place().start);
        ObjectReport {
            file: source.name.clone(),
            document: object.document,
            kind: object.kind.clone(),
            namespace: object.namespace().map(str::to_owned),
            name: object.name().map(str::to_owned),
            verdict: Verdict::Accept,
            findings: Vec::new(),
            response: None,
            not_judged: None,
            line,
            column,
        }
    }

    /// `DaemonSet kube-system/agent`.
    pub fn title(&self) -> String {
        let namespace = self.namespace.as_ref().map(|namespace| format!("{namespace}/")).unwrap_or_default();
        escaped(&format!("{} {namespace}{}", self.kind, self.name.as_deref().unwrap_or("(no name)"))).to_string()
    }

    /// Whether the rules could not read the object, so that other findings may be missing.
    pub fn is_unreadable(&self) -> bool {
        self.findings.iter().any(|found| found.rule == UNREADABLE)
    }

    /// Waives the findings for which `reason` returns one. Findings that are already waived keep their first reason.
    pub fn waive(&mut self, mut reason: impl FnMut(&ObjectReport, &Diagnostic) -> Option<Waived>) {
        let reasons: Vec<Option<Waived>> = self.findings.iter().map(|found| reason(self, found)).collect();
        for (found, reason) in self.findings.iter_mut().zip(reasons) {
            found.waived = found.waived.take().or(reason);
        }
        if self.response.is_none() {
            self.verdict = Verdict::of(&self.findings);
        }
    }
}

impl Diagnostic {
    /// A diagnostic without a place yet.
    pub fn new(id: &str, severity: Severity, path: String, message: String) -> Diagnostic {
        Diagnostic {
            rule: id.to_owned(),
            severity,
            path,
            place: Place::default(),
            message,
            fix: String::new(),
            container: None,
            wrong_type: None,
            patch: None,
            fixable: None,
            replacements: Vec::new(),
            waived: None,
        }
    }

    /// The command that fixes it.
    pub fn fix_command(&self) -> Option<&'static str> {
        self.fixable.map(|reach| match reach {
            Reach::Admission | Reach::Command => "hostprocess fix",
            Reach::OnDemand => "hostprocess fix --unsafe",
        })
    }

    /// The field and the message, in one line.
    pub fn summary(&self) -> String {
        if self.path.is_empty() {
            return self.message.clone();
        }
        let container = self.container.as_ref().map(|name| format!(" (container '{name}')")).unwrap_or_default();
        escaped(&format!("{}{container}: {}", self.path, self.message)).to_string()
    }
}

/// The diagnostic has no place yet.
impl From<Finding> for Diagnostic {
    fn from(finding: Finding) -> Diagnostic {
        Diagnostic {
            fix: finding.fix,
            container: finding.container,
            patch: finding.patch,
            ..Diagnostic::new(finding.rule, finding.severity, finding.path, finding.message)
        }
    }
}

fn as_operations<S: serde::Serializer>(patch: &Option<Patch>, serializer: S) -> Result<S::Ok, S::Error> {
    patch.as_ref().map(|patch| &patch.operations).serialize(serializer)
}

fn as_name<S: serde::Serializer>(severity: &Severity, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(severity.name())
}
