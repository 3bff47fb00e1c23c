//! Diagnostics for a document: manifests, a configuration, or the policy's settings.

use std::path::{Path, PathBuf};

use hostprocess_linter::catalogue;
use hostprocess_linter::document::{Document, DocumentError};
use hostprocess_linter::manifest::{File, Problem};
use hostprocess_linter::report::Diagnostic as Finding;
use hostprocess_linter::settings::SettingsError;
use hostprocess_linter::{FileReport, Settings};
use lsp_types::{CodeDescription, Diagnostic, DiagnosticSeverity, NumberOrString, Range};
use same_file::is_same_file;
use windows_hostprocess_policy::finding::severity::Severity;
use windows_hostprocess_policy::wording::escaped;

use crate::config::{Configuration, ConfigurationError, FILE_NAME};
use crate::discover::{found, is_ignored};
use crate::lsp::document::Snapshot;
use crate::lsp::position::Positions;
use crate::lsp::setup::Setup;
use crate::paths::identity;

/// How many diagnostics an editor gets for a document; more of them take longer to show than to fix.
const MAX_DIAGNOSTICS: usize = 1_000;

/// The result for one version of a document.
#[derive(Debug, Default)]
pub struct Checked {
    /// The version.
    pub version: i32,
    /// All diagnostics, those of findings first.
    pub diagnostics: Vec<Diagnostic>,
    /// The findings that count, in the order of their diagnostics.
    pub findings: Vec<Finding>,
    /// Whether manifests were judged: the document is no configuration, no template, and not excluded.
    pub has_manifests: bool,
    /// The file whose settings were used.
    pub settings_file: Option<PathBuf>,
}

/// Checks a document.
pub fn check(document: &Snapshot, setup: Result<Setup, String>) -> Checked {
    let positions = Positions::new(&document.text, document.encoding);
    let path = document.path();
    let is_configuration = path.as_ref().is_some_and(|path| path.ends_with(FILE_NAME));
    let checked = if is_configuration {
        Checked { diagnostics: configuration(document, &positions), ..Checked::default() }
    } else {
        match setup {
            Err(message) => Checked { diagnostics: vec![at_start(&message)], ..Checked::default() },
            Ok(setup) if is_settings_file(path.as_deref(), &setup) => {
                Checked { diagnostics: settings(document, &positions), ..Checked::default() }
            }
            Ok(setup) => manifests(document, &positions, &setup).unwrap_or_else(|message| Checked {
                diagnostics: vec![at_start(&message)],
                settings_file: setup.settings_file,
                ..Checked::default()
            }),
        }
    };
    Checked { version: document.version, ..checked }
}

/// The report for manifests, with the waivers of the configuration applied. `None` for a file that the configuration excludes.
///
/// # Errors
/// The configuration or the settings are not valid.
fn report(document: &Snapshot, positions: &Positions, setup: &Setup) -> Result<Option<FileReport>, String> {
    let configuration = &setup.configuration;
    let excluded = configuration.excluded().map_err(|error| error.to_string())?;
    let mut waivers = configuration.waivers().map_err(|error| error.to_string())?;
    let (name, path) = (document.name(), document.path());
    if path.as_ref().is_some_and(|path| is_ignored(&excluded, &identity(path), false)) {
        return Ok(None);
    }
    let mut report = setup.with_linter(|linter| linter.check(file(document, positions)))?;
    waivers.waive(&name, &mut report.objects);
    Ok(Some(report))
}

/// The objects of a document. Its other documents are none of our business, as in a folder.
pub fn file(document: &Snapshot, positions: &Positions) -> File {
    let text = positions.source().text().to_owned();
    match document.path() {
        Some(path) => found(&path, &document.name(), text),
        None => File::parse(&document.name(), text).without_other_documents(),
    }
}

fn manifests(document: &Snapshot, positions: &Positions, setup: &Setup) -> Result<Checked, String> {
    let settings_file = setup.settings_file.clone();
    let Some(report) = report(document, positions, setup)? else {
        return Ok(Checked { settings_file, ..Checked::default() });
    };
    let has_manifests = report.chart.is_none();
    let findings = report.objects.into_iter().flat_map(|object| object.findings);
    let mut findings: Vec<Finding> = findings.filter(|found| found.waived.is_none()).collect();
    let left_out = findings.len().saturating_sub(MAX_DIAGNOSTICS);
    findings.truncate(MAX_DIAGNOSTICS);
    let mut diagnostics: Vec<Diagnostic> = findings.iter().map(|found| from_finding(found, positions)).collect();
    let mut add = |problems: &[Problem], severity| {
        diagnostics.extend(problems.iter().map(|problem| from_problem(problem, severity, positions)));
    };
    add(&report.problems, DiagnosticSeverity::ERROR);
    add(&report.warnings, DiagnosticSeverity::WARNING);
    add(&report.not_judged, DiagnosticSeverity::INFORMATION);
    if left_out > 0 {
        diagnostics.push(note(&format!("{left_out} more findings are not shown; hostprocess check shows all")));
    }
    Ok(Checked { diagnostics, findings, has_manifests, settings_file, ..Checked::default() })
}

fn is_settings_file(path: Option<&Path>, setup: &Setup) -> bool {
    let (Some(path), Some(settings)) = (path, &setup.settings_file) else { return false };
    is_same_file(path, settings).unwrap_or_default()
}

fn configuration(document: &Snapshot, positions: &Positions) -> Vec<Diagnostic> {
    let name = document.name();
    let parsed = match Document::parse(&name, positions.source().text()) {
        Ok(parsed) => parsed,
        Err(error) => return vec![from_error(&error, positions)],
    };
    let checked = Configuration::read(parsed.clone()).and_then(|configuration| configuration.check());
    let Err(error) = checked else { return Vec::new() };
    vec![match error {
        ConfigurationError::Invalid(error) | ConfigurationError::Settings(SettingsError::Written(error))
            if error.name == name =>
        {
            from_error(&error, positions)
        }
        // Something is wrong in the file with the settings.
        error => from_error(&parsed.error("settings", &error.to_string()), positions),
    }]
}

fn settings(document: &Snapshot, positions: &Positions) -> Vec<Diagnostic> {
    let parsed = Settings::parse(&document.name(), positions.source().text());
    match parsed.map_err(SettingsError::from).and_then(|settings| settings.check()) {
        Ok(()) => Vec::new(),
        Err(SettingsError::Written(error)) => vec![from_error(&error, positions)],
        Err(error) => vec![at_start(&error.to_string())],
    }
}

fn from_finding(found: &Finding, positions: &Positions) -> Diagnostic {
    let fix = if found.fix.is_empty() { String::new() } else { format!("; {}", found.fix) };
    let href = catalogue::url(&found.rule).parse().ok();
    Diagnostic {
        code: Some(NumberOrString::String(found.rule.clone())),
        code_description: href.map(|href| CodeDescription { href }),
        ..diagnostic(
            positions.range(&found.place.range),
            if found.severity == Severity::Deny { DiagnosticSeverity::ERROR } else { DiagnosticSeverity::WARNING },
            &format!("{}{fix}", found.summary()),
        )
    }
}

fn from_problem(problem: &Problem, severity: DiagnosticSeverity, positions: &Positions) -> Diagnostic {
    let range = problem.place.as_ref().map(|place| positions.range(&place.range)).unwrap_or_default();
    diagnostic(range, severity, &problem.message)
}

fn from_error(error: &DocumentError, positions: &Positions) -> Diagnostic {
    let range = positions.rest_of_line(error.line, error.column);
    diagnostic(range, DiagnosticSeverity::ERROR, &error.reason.to_string())
}

/// A remark about the document as a whole.
pub fn note(message: &str) -> Diagnostic {
    diagnostic(Range::default(), DiagnosticSeverity::INFORMATION, message)
}

/// An error about the document as a whole.
fn at_start(message: &str) -> Diagnostic {
    diagnostic(Range::default(), DiagnosticSeverity::ERROR, message)
}

fn diagnostic(range: Range, severity: DiagnosticSeverity, message: &str) -> Diagnostic {
    Diagnostic {
        range,
        severity: Some(severity),
        source: Some("hostprocess".to_owned()),
        message: escaped(message).to_string(),
        ..Diagnostic::default()
    }
}
