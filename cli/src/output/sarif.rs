//! The format for code scanning: SARIF 2.1.0, with the page of every rule that has a finding.
//!
//! GitHub documents its support in "SARIF support for code scanning" (read). It identifies results by
//! `primaryLocationLineHash`, which its upload action computes. It warns about any other value of that name, so the
//! fingerprint for other programs has a different name.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use hostprocess_linter::catalogue::{self, MODULE, Page};
use hostprocess_linter::manifest::Problem;
use hostprocess_linter::report::{
    self, Diagnostic, FileReport, FlatDiagnostic, ObjectReport, Report, Waived, WaiverSource, slashed,
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use windows_hostprocess_policy::finding::severity::Severity;

use crate::output::{escape, markdown};

/// The address of the schema of this version.
const SCHEMA: &str = "https://schemastore.azurewebsites.net/schemas/json/sarif-2.1.0.json";
/// The name of [`FlatDiagnostic::fingerprint`].
const FINGERPRINT: &str = "hostprocess/v1";
/// The groups of rules about security rather than about errors: accounts, isolation and access to the node's file
/// system.
const SECURITY: [&str; 4] = ["access", "identity", "isolation", "volumes"];

/// The characters that must be escaped in the path of a URI.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Writes the log in JSON.
///
/// # Errors
/// It cannot be written.
pub fn render(report: &Report, to: &mut impl io::Write) -> io::Result<()> {
    escape::json(&Log::of(report), to)
}

#[derive(Serialize)]
struct Log<'r> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    runs: [Run<'r>; 1],
    version: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'r> {
    column_kind: &'static str,
    invocations: [Value; 1],
    properties: Value,
    results: Results<'r>,
    tool: Value,
}

/// Serialises one result at a time, because there may be tens of thousands.
struct Results<'r> {
    report: &'r Report,
    pages: Vec<Page>,
}

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // The standard requires suppressions for all results or for none.
        let has_suppressions = self.report.waived_count() > 0;
        let mut results = serializer.serialize_seq(None)?;
        for object in self.report.objects() {
            for found in object.flat_with_waived() {
                let mut result = sarif_result(object, &found, &self.pages);
                if has_suppressions && result["suppressions"].is_null() {
                    result["suppressions"] = json!([]);
                }
                results.serialize_element(&result)?;
            }
        }
        results.end()
    }
}

impl Log<'_> {
    fn of(report: &Report) -> Log<'_> {
        let pages = pages(report);
        let tool = json!({ "driver": {
            "name": "hostprocess",
            "version": env!("CARGO_PKG_VERSION"),
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "informationUri": env!("CARGO_PKG_REPOSITORY"),
            "rules": pages.iter().map(descriptor).collect::<Vec<_>>(),
        } });
        let run = Run {
            column_kind: "unicodeCodePoints",
            invocations: [invocation(report)],
            properties: json!({ "hostprocess": report.summary() }),
            results: Results { report, pages },
            tool,
        };
        Log { schema: SCHEMA, runs: [run], version: "2.1.0" }
    }
}

/// The pages of the ids in the results, in the order of the catalogue.
fn pages(report: &Report) -> Vec<Page> {
    let mut ids: BTreeSet<&str> =
        report.objects().flat_map(|object| &object.findings).map(|found| &*found.rule).collect();
    if report.objects().any(|object| object.response.is_some()) {
        ids.insert(MODULE);
    }
    catalogue::pages().filter(|page| ids.contains(page.id)).collect()
}

fn descriptor(page: &Page) -> Value {
    json!({
        "id": page.id,
        "name": page.id,
        "shortDescription": { "text": page.summary },
        "fullDescription": { "text": full_description(page) },
        "help": { "text": markdown::render(&page.text, false), "markdown": page.text },
        "helpUri": page.url,
        "defaultConfiguration": default_configuration(page.severity),
        "properties": properties(page),
    })
}

/// The summary and the first paragraph of the page, which describes what happens.
fn full_description(page: &Page) -> String {
    // GitHub shows at most 1,024 characters.
    const LIMIT: usize = 1000;
    let plain = markdown::render(&page.text, false);
    let paragraphs: Vec<&str> = plain.split("\n\n").take(2).collect();
    let mut text = paragraphs.join(" ").replace('\n', " ");
    if text.len() > LIMIT {
        text.truncate(text.floor_char_boundary(LIMIT));
        text.push_str("...");
    }
    text.trim_end().to_owned()
}

fn default_configuration(severity: Severity) -> Value {
    let level = match severity {
        Severity::Deny => "error",
        Severity::Warn => "warning",
        Severity::Off => "note",
    };
    json!({ "level": level, "enabled": severity != Severity::Off })
}

/// Properties derived from the group and the default severity. Denials are certain and warnings probable; rules that
/// are off are good practice, which many workloads do not follow. The score is the lowest in its class on GitHub (high,
/// medium, low), because nothing justifies a more exact one.
fn properties(page: &Page) -> Value {
    let (precision, score, problem) = match page.severity {
        Severity::Deny => ("very-high", "7.0", "error"),
        Severity::Warn => ("high", "4.0", "warning"),
        Severity::Off => ("medium", "0.1", "recommendation"),
    };
    let mut tags = vec!["kubernetes", "windows", "hostprocess"];
    tags.extend(page.group);
    if page.group.is_some_and(|group| SECURITY.contains(&group)) {
        tags.insert(0, "security");
        json!({ "tags": tags, "precision": precision, "security-severity": score })
    } else {
        json!({ "tags": tags, "precision": precision, "problem.severity": problem })
    }
}

fn sarif_result(object: &ObjectReport, result: &FlatDiagnostic, pages: &[Page]) -> Value {
    let mut location = place(&object.file, (result.line, result.column), result.end_column);
    let field = result.path.map(|path| format!(": {path}")).unwrap_or_default();
    location["logicalLocations"] = json!([{ "fullyQualifiedName": object.title() + &field }]);
    let index = pages.iter().position(|page| page.id == result.rule).and_then(|index| i64::try_from(index).ok());
    let mut sarif = json!({
        "ruleId": result.rule,
        // -1 stands for a missing descriptor.
        "ruleIndex": index.unwrap_or(-1),
        "level": if result.severity == Severity::Deny { "error" } else { "warning" },
        "message": { "text": result.text },
        "locations": [location],
        "partialFingerprints": { FINGERPRINT: result.fingerprint },
    });
    if let Some(fix) = result.diagnostic.and_then(|found| fix(&object.file, found)) {
        sarif["fixes"] = json!([fix]);
    }
    if let Some(waived) = result.waived {
        sarif["suppressions"] = json!([suppression(waived)]);
    }
    sarif
}

fn suppression(waived: &Waived) -> Value {
    let kind = if waived.source == WaiverSource::Comment { "inSource" } else { "external" };
    json!({ "kind": kind, "justification": waived.reason })
}

/// The effect of `hostprocess fix` for this finding alone, which viewers can apply with one click.
fn fix(file: &str, found: &Diagnostic) -> Option<Value> {
    if found.replacements.is_empty() || found.waived.is_some() {
        return None;
    }
    let replacement = |replaced: &report::Replacement| {
        let (end_line, end_column) = replaced.end;
        json!({
            "deletedRegion": region(replaced.start, (end_line, Some(end_column))),
            "insertedContent": { "text": replaced.text },
        })
    };
    let replacements: Vec<Value> = found.replacements.iter().map(replacement).collect();
    Some(json!({
        "description": { "text": found.fix },
        "artifactChanges": [{ "artifactLocation": { "uri": uri(file) }, "replacements": replacements }],
    }))
}

/// Parts of the input that could not be read are notifications, because results concern rules.
fn invocation(report: &Report) -> Value {
    let notification = |level: &str, file: &FileReport, problem: &Problem| {
        let end = problem.place.as_ref().map(|place| place.end_column);
        json!({
            "level": level,
            "message": { "text": problem.message },
            "locations": [place(file.name(), problem.line_and_column(), end)],
        })
    };
    let mut notifications = Vec::new();
    for file in &report.files {
        notifications.extend(file.problems.iter().map(|problem| notification("error", file, problem)));
    }
    let notices = report.notices();
    let (errors, notes): (Vec<_>, Vec<_>) = notices.iter().partition(|notice| notice.is_error);
    notifications.extend(errors.iter().map(|notice| json!({ "level": "error", "message": { "text": notice.text } })));
    let notes: Vec<Value> =
        notes.iter().map(|notice| json!({ "level": "note", "message": { "text": notice.text } })).collect();
    let is_successful = notifications.is_empty();
    for file in &report.files {
        notifications.extend(file.not_judged.iter().map(|place| notification("note", file, place)));
    }
    json!({
        "executionSuccessful": is_successful,
        "toolConfigurationNotifications": notes,
        "toolExecutionNotifications": notifications,
    })
}

/// A location with a region on one line; without `end_column`, the region is the rest of the line.
fn place(file: &str, (line, column): (usize, usize), end_column: Option<usize>) -> Value {
    json!({ "physicalLocation": {
        "artifactLocation": { "uri": uri(file) },
        "region": region((line, column), (line, end_column)),
    } })
}

fn region((line, column): (usize, usize), (end_line, end_column): (usize, Option<usize>)) -> Value {
    let mut region = json!({ "startLine": line, "startColumn": column, "endLine": end_line });
    if let Some(end_column) = end_column {
        region["endColumn"] = json!(end_column);
    }
    region
}

/// The URI of a file, relative to the current folder unless the path is absolute.
fn uri(file: &str) -> String {
    let path = utf8_percent_encode(&slashed(file), ESCAPED).to_string();
    if Path::new(file).is_absolute() { format!("file:///{}", path.trim_start_matches('/')) } else { path }
}
