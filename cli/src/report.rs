//! The result of a check: what the engines produce and the outputs show.

mod schema;

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Serialize;
use sha2::{Digest, Sha256};
use windows_hostprocess_policy::outcome::patch::{Patch, Reach};
use windows_hostprocess_policy::settings::severity::Severity;
use windows_hostprocess_policy::wording::escaped;

use crate::input::source::Place;

/// Used in place of a rule's id for an object that the rules could not read, and for a file that is not a manifest.
pub const UNREADABLE: &str = "unreadable";
/// Used in place of a rule's id for a Kubewarden policy with settings that this policy does not take.
pub const INVALID_SETTINGS: &str = "invalid-settings";
/// Used in place of a rule's id where a module was asked: it answers in text.
pub const MODULE: &str = "module";

/// The result for all files.
#[derive(Debug)]
pub struct Report {
    /// In the order of the command line.
    pub files: Vec<FileReport>,
    /// What there is to say about waivers that are not in these files, a line each.
    pub remarks: Vec<String>,
}

/// The result for one file.
#[derive(Debug)]
pub struct FileReport {
    /// The path as given on the command line; `<stdin>` for `-` unless another name was given.
    pub name: String,
    /// The result for each object, in their order.
    pub objects: Vec<ObjectReport>,
    /// The parts that could not be read.
    pub problems: Vec<Problem>,
    /// What was read, but probably means something else than its author thinks.
    pub warnings: Vec<Problem>,
    /// How many documents were skipped because they are not Kubernetes objects.
    pub skipped: usize,
    /// The Helm chart that the file is a template of. It was not read then.
    pub chart: Option<PathBuf>,
}

/// Why a file or a part of it could not be read.
#[derive(Debug)]
pub struct Problem {
    /// `None` when the whole file is affected.
    pub place: Option<Place>,
    /// What is wrong there.
    pub message: String,
}

impl Problem {
    /// `agent.yaml:3:1: what is wrong`.
    pub fn line(&self, file: &str) -> String {
        match &self.place {
            Some(at) => format!("{file}:{}:{}: {}", at.line, at.column, self.message),
            None => format!("{file}: {}", self.message),
        }
    }

    /// Line and column; the first of the file when all of it is affected.
    pub fn line_and_column(&self) -> (usize, usize) {
        self.place.as_ref().map_or((1, 1), |place| (place.line, place.column))
    }
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

/// One result in the formats that list results without regard to where they come from: a diagnostic, or a message or
/// warning of a module.
#[derive(Debug)]
pub struct CheckResult<'r> {
    /// A rule's id, [`UNREADABLE`], [`INVALID_SETTINGS`] or [`MODULE`].
    pub rule: &'r str,
    /// Either `Warn` or `Deny`.
    pub severity: Severity,
    /// The path of the field; `None` when the result is about the whole object.
    pub path: Option<&'r str>,
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// The column after the last character; `None` when the result is about the whole object.
    pub end_column: Option<usize>,
    /// The whole message. A module's may have several lines.
    pub text: String,
    /// The diagnostic; `None` for what a module said.
    pub diagnostic: Option<&'r Diagnostic>,
    /// The same for as long as nobody changes what the result is about: lines may move.
    pub fingerprint: String,
    /// Why the result does not count.
    pub waived: Option<&'r Waived>,
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

    /// 2 when a part of the input could not be read, else 1 when the verdict on an object is at least `fails`, else 0.
    pub fn exit_code(&self, fails: Option<Verdict>) -> u8 {
        if self.files.iter().any(|file| !file.problems.is_empty()) {
            2
        } else {
            u8::from(fails.is_some_and(|fails| self.objects().any(|object| object.verdict >= fails)))
        }
    }
}

impl ObjectReport {
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

    /// The diagnostics that count, or what the module said.
    pub fn results(&self) -> Vec<CheckResult<'_>> {
        self.results_with_waived().into_iter().filter(|result| result.waived.is_none()).collect()
    }

    /// The diagnostics, or what the module said.
    pub fn results_with_waived(&self) -> Vec<CheckResult<'_>> {
        let mut results: Vec<CheckResult> = self.findings.iter().map(|found| self.result(found)).collect();
        if let Some(response) = &self.response {
            let (line, column) = (self.line, self.column);
            let result = |severity, text: String| {
                let fingerprint = self.fingerprint([MODULE, "", "", &text]);
                CheckResult {
                    rule: MODULE,
                    severity,
                    path: None,
                    line,
                    column,
                    end_column: None,
                    text,
                    diagnostic: None,
                    fingerprint,
                    waived: None,
                }
            };
            if self.verdict == Verdict::Deny {
                let message = response.message.clone();
                results.push(result(Severity::Deny, message.unwrap_or_else(|| "denied without a message".to_owned())));
            }
            results.extend(response.warnings.iter().map(|warning| result(Severity::Warn, warning.clone())));
        }
        results
    }

    fn result<'r>(&self, found: &'r Diagnostic) -> CheckResult<'r> {
        let mut text = found.summary();
        if !found.fix.is_empty() {
            text = format!("{text}; {}", found.fix);
        }
        CheckResult {
            rule: &found.rule,
            severity: found.severity,
            path: Some(&found.path),
            line: found.place.line,
            column: found.place.column,
            end_column: Some(found.place.end_column()),
            text,
            diagnostic: Some(found),
            fingerprint: self.fingerprint_of(found),
            waived: found.waived.as_ref(),
        }
    }

    /// Identifies a diagnostic wherever its lines move: a hash of the object, the rule, the field and the message.
    pub fn fingerprint_of(&self, found: &Diagnostic) -> String {
        self.fingerprint([&found.rule, &found.path, found.container.as_deref().unwrap_or_default(), &found.message])
    }

    /// The file counts by its path, however it was written: `./a.yaml` is `a.yaml`.
    fn fingerprint(&self, [rule, path, container, message]: [&str; 4]) -> String {
        let file = slashed(&self.file);
        let (namespace, name) = (self.namespace.as_deref(), self.name.as_deref());
        let object = [&*file, &self.kind, namespace.unwrap_or_default(), name.unwrap_or_default()];
        let mut hash = Sha256::new();
        for part in object.into_iter().chain([rule, path, container, message]) {
            hash.update(part);
            // No part holds this byte, so that no two lists of parts are the same text.
            hash.update([0xff]);
        }
        hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }
}

/// A path with slashes, on Windows too, and without `./` at its beginning.
pub fn slashed(path: &str) -> String {
    let path = path.replace(std::path::MAIN_SEPARATOR, "/");
    path.strip_prefix("./").map(str::to_owned).unwrap_or(path)
}

impl CheckResult<'_> {
    /// The message with the command that mends it, for formats that show results one by one.
    pub fn text_with_command(&self) -> String {
        match self.diagnostic.and_then(Diagnostic::fix_command) {
            Some(command) => format!("{}; fixable with `{command}`", self.text),
            None => self.text.clone(),
        }
    }
}

impl Diagnostic {
    /// The command that mends it.
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

fn as_operations<S: serde::Serializer>(patch: &Option<Patch>, serializer: S) -> Result<S::Ok, S::Error> {
    patch.as_ref().map(|patch| &patch.operations).serialize(serializer)
}

fn as_name<S: serde::Serializer>(severity: &Severity, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(severity.name())
}
