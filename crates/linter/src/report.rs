//! The result of a check: what the linter and other engines produce and outputs show.

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
    /// What there is to say that is about none of these files.
    pub notes: Vec<Note>,
    /// What decided which files and findings count.
    pub run: Run,
}

/// A remark about a run, apart from any file.
#[derive(Debug)]
pub enum Note {
    /// Something that is probably a mistake.
    Warning(String),
    /// Something to know.
    Note(String),
}

/// The result for one file.
#[derive(Debug, Default)]
pub struct FileReport {
    /// Its name, and its text if anything below points into it.
    pub source: Source,
    /// The result for each object, in their order.
    pub objects: Vec<ObjectReport>,
    /// The parts that could not be read.
    pub problems: Vec<Problem>,
    /// What was read, but probably means something else than its author thinks.
    pub warnings: Vec<Problem>,
    /// What holds `hostProcess` and was not judged, because it is no pod template.
    pub not_judged: Vec<Problem>,
    /// How many documents were skipped because they are not Kubernetes objects.
    pub skipped: usize,
    /// The Helm chart that the file is a template of. It was not read then.
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
    /// As the manifest or the request has it; null when it names none.
    pub namespace: Option<String>,
    /// `metadata.name`, or else `metadata.generateName`.
    pub name: Option<String>,
    /// That of the findings that are not waived, or of the module.
    pub verdict: Verdict,
    /// What the rules found; empty when a module was asked.
    pub findings: Vec<Diagnostic>,
    /// `None` when the built-in rules were asked.
    #[serde(flatten)]
    pub response: Option<ModuleResponse>,
    /// Until the report of the file has it: see [`FileReport::not_judged`].
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
    /// Nothing was found, or nothing that counts.
    Accept,
    /// There are warnings, but nothing that denies.
    Warn,
    /// The object would be rejected.
    Deny,
}

/// A finding of a rule, with its place in the file.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Diagnostic {
    /// The id of the rule, or in its place `unreadable` or `invalid-settings`, which `hostprocess explain` explains.
    pub rule: String,
    /// What the finding does to the object: `deny` or `warn`.
    #[serde(serialize_with = "as_name")]
    #[schemars(schema_with = "schema::severity")]
    pub severity: Severity,
    /// The path of the field in the object; empty when the finding is about the whole object.
    pub path: String,
    /// Where the field is, or the nearest one above it that is there.
    #[serde(flatten)]
    pub place: Place,
    /// What is wrong.
    pub message: String,
    /// What to write instead; empty when the message says it.
    pub fix: String,
    /// The name of the container that the field belongs to.
    #[serde(skip)]
    pub container: Option<String>,
    /// The types, where the value is of another one than expected.
    #[serde(skip)]
    pub wrong_type: Option<WrongType>,
    /// What `hostprocess fix` does about it, as JSON Patch on the object.
    #[serde(serialize_with = "as_operations", skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::operations")]
    pub patch: Option<Patch>,
    /// Who may apply the patch to the text; `None` also where there is no text to edit.
    #[serde(skip)]
    pub fixable: Option<Reach>,
    /// What that does to the text. Empty unless it was asked for.
    #[serde(skip)]
    pub replacements: Vec<Replacement>,
    /// Present when the finding does not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waived: Option<Waived>,
}

/// A part of a text, and what takes its place.
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
    /// As whoever waived it wrote it.
    pub reason: String,
    /// Where the waiver is.
    pub source: WaiverSource,
}

/// Where a waiver is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum WaiverSource {
    /// On the line, or above it.
    Comment,
    /// In `.hostprocess.yaml`.
    Configuration,
    /// In the file of `--baseline`.
    Baseline,
}

/// A module's answer about an object, unchanged.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ModuleResponse {
    /// Why the module denies the object; null when it does not.
    pub message: Option<String>,
    /// Those that the API server would show.
    pub warnings: Vec<String>,
}

impl Verdict {
    /// That of the findings that count.
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

    /// How many findings do not count.
    pub fn waived_count(&self) -> usize {
        self.objects().flat_map(|object| &object.findings).filter(|found| found.waived.is_some()).count()
    }

    /// 2 when a part of the input could not be read or nothing was checked, else 1 when the verdict on an object is at least `fails`, else 0.
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
    /// The result for an object in which nothing was found yet.
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

    /// Whether the rules could not read it, so that they found nothing else.
    pub fn is_unreadable(&self) -> bool {
        self.findings.iter().any(|found| found.rule == UNREADABLE)
    }

    /// Waives the findings for which there is a reason. One that is waived already keeps its first reason.
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
    /// A diagnostic that no rule reports, not yet with a place.
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

    /// The field and what is wrong with it, in one line.
    pub fn summary(&self) -> String {
        if self.path.is_empty() {
            return self.message.clone();
        }
        let container = self.container.as_ref().map(|name| format!(" (container '{name}')")).unwrap_or_default();
        escaped(&format!("{}{container}: {}", self.path, self.message)).to_string()
    }
}

/// Not yet with a place.
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
