//! For code scanning: SARIF 2.1.0, with the page of every rule that found something.
//!
//! What GitHub makes of it is in "SARIF support for code scanning" of its documentation (read). GitHub tells results apart by
//! `primaryLocationLineHash`, which its upload action computes: it warns about every other value of that name, so the
//! fingerprint has a name of its own, for other programs.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;
use serde_sarif::sarif::{
    ArtifactChange, ArtifactContent, ArtifactLocation, Fix, Invocation, Location, LogicalLocation, Message,
    MultiformatMessageString, Notification, PhysicalLocation, PropertyBag, Region, Replacement, ReportingConfiguration,
    ReportingDescriptor, Result as SarifResult, ResultLevel, Run, SCHEMA_URL, Sarif, Suppression, Tool, ToolComponent,
};
use windows_hostprocess_policy::settings::severity::Severity;

use crate::input::source::Place;
use crate::output::markdown;
use crate::pages::{self, Page};
use crate::report::{self, CheckResult, Diagnostic, MODULE, ObjectReport, Report, Waived, WaiverSource, slashed};

/// The name of [`CheckResult::fingerprint`].
const FINGERPRINT: &str = "hostprocess/v1";
/// The groups whose findings are about what an attacker could do, rather than about what will not work: who may run as whom,
/// behind which walls, with which parts of the node's file system.
const SECURITY: [&str; 4] = ["access", "identity", "isolation", "volumes"];

/// All characters that a path in a URI must not contain.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The log in JSON.
///
/// # Errors
/// Serialisation failed.
pub fn render(report: &Report) -> Result<String, String> {
    serde_json::to_string_pretty(&sarif(report)).map(|text| text + "\n").map_err(|error| error.to_string())
}

fn sarif(report: &Report) -> Sarif {
    let pages = pages(report);
    let driver = ToolComponent::builder()
        .name("hostprocess")
        .version(env!("CARGO_PKG_VERSION"))
        .semantic_version(env!("CARGO_PKG_VERSION"))
        .information_uri(env!("CARGO_PKG_REPOSITORY"))
        .rules(pages.iter().map(descriptor).collect::<Vec<_>>())
        .build();
    let mut results: Vec<SarifResult> = report
        .objects()
        .flat_map(|object| object.results_with_waived().into_iter().map(|result| sarif_result(object, &result, &pages)))
        .collect();
    // The standard wants them for all results or for none.
    if report.waived_count() > 0 {
        results.iter_mut().for_each(|result| result.suppressions = result.suppressions.take().or(Some(Vec::new())));
    }
    let run = Run::builder()
        .tool(Tool::builder().driver(driver).build())
        .invocations(vec![invocation(report)])
        .column_kind(json!("unicodeCodePoints"))
        .results(results)
        .build();
    Sarif::builder().schema(SCHEMA_URL).version(json!("2.1.0")).runs(vec![run]).build()
}

/// The pages of the ids that results have, in the order of the catalogue.
fn pages(report: &Report) -> Vec<Page> {
    let mut ids: BTreeSet<&str> =
        report.objects().flat_map(|object| &object.findings).map(|found| &*found.rule).collect();
    if report.objects().any(|object| object.response.is_some()) {
        ids.insert(MODULE);
    }
    pages::all().filter(|page| ids.contains(page.id)).collect()
}

fn descriptor(page: &Page) -> ReportingDescriptor {
    let text = |text: String| MultiformatMessageString::builder().text(text).build();
    let plain = markdown::render(&page.text, false);
    let help = MultiformatMessageString::builder().text(plain).markdown(page.text.as_str()).build();
    ReportingDescriptor::builder()
        .id(page.id)
        .name(page.id)
        .short_description(text(page.summary.to_owned()))
        .full_description(text(full_description(page)))
        .help(help)
        .help_uri(page.url.as_str())
        .default_configuration(default_configuration(page.severity))
        .properties(properties(page))
        .build()
}

/// The summary and, of the page, the first paragraph: what happens.
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

fn default_configuration(severity: Severity) -> ReportingConfiguration {
    let level = match severity {
        Severity::Deny => "error",
        Severity::Warn => "warning",
        Severity::Off => "note",
    };
    ReportingConfiguration::builder().level(json!(level)).enabled(severity != Severity::Off).build()
}

/// Derived from the group and the default severity. A denial is certain, a warning probable, and what is off is good practice,
/// which many workloads do without. The score is the lowest of a class of GitHub's (high, medium, low): nothing is known that
/// would make it more exact.
fn properties(page: &Page) -> PropertyBag {
    let (precision, score, problem) = match page.severity {
        Severity::Deny => ("very-high", "7.0", "error"),
        Severity::Warn => ("high", "4.0", "warning"),
        Severity::Off => ("medium", "0.1", "recommendation"),
    };
    let mut tags = vec!["kubernetes", "windows", "hostprocess"];
    tags.extend(page.group);
    let mut others = BTreeMap::from([("precision".to_owned(), json!(precision))]);
    if page.group.is_some_and(|group| SECURITY.contains(&group)) {
        tags.insert(0, "security");
        others.insert("security-severity".to_owned(), json!(score));
    } else {
        others.insert("problem.severity".to_owned(), json!(problem));
    }
    let tags: Vec<String> = tags.into_iter().map(str::to_owned).collect();
    PropertyBag::builder().tags(tags).additional_properties(others).build()
}

fn sarif_result(object: &ObjectReport, result: &CheckResult, pages: &[Page]) -> SarifResult {
    let level = if result.severity == Severity::Deny { ResultLevel::Error } else { ResultLevel::Warning };
    let mut location = place(&object.file, (result.line, result.column), result.end_column);
    let field = result.path.map(|path| format!(": {path}")).unwrap_or_default();
    location.logical_locations =
        Some(vec![LogicalLocation::builder().fully_qualified_name(object.title() + &field).build()]);
    let index = pages.iter().position(|page| page.id == result.rule).and_then(|index| i64::try_from(index).ok());
    let mut sarif = SarifResult::builder()
        .rule_id(result.rule)
        // -1 stands for a missing descriptor.
        .rule_index(index.unwrap_or(-1))
        .level(level)
        .message(Message::builder().text(result.text.as_str()).build())
        .locations(vec![location])
        .partial_fingerprints(BTreeMap::from([(FINGERPRINT.to_owned(), result.fingerprint.clone())]))
        .build();
    sarif.fixes = result.diagnostic.and_then(|found| fix(&object.file, found)).map(|fix| vec![fix]);
    sarif.suppressions = result.waived.map(|waived| vec![suppression(waived)]);
    sarif
}

fn suppression(waived: &Waived) -> Suppression {
    let kind = if waived.source == WaiverSource::Comment { "inSource" } else { "external" };
    Suppression::builder().kind(json!(kind)).justification(waived.reason.as_str()).build()
}

/// What `hostprocess fix` does to the file because of this finding alone: viewers apply it at the press of a button.
fn fix(file: &str, found: &Diagnostic) -> Option<Fix> {
    if found.replacements.is_empty() || found.waived.is_some() {
        return None;
    }
    let replacement = |replaced: &report::Replacement| {
        let (end_line, end_column) = replaced.end;
        Replacement::builder()
            .deleted_region(region(replaced.start, (end_line, Some(end_column))))
            .inserted_content(ArtifactContent::builder().text(replaced.text.as_str()).build())
            .build()
    };
    let change = ArtifactChange::builder()
        .artifact_location(ArtifactLocation::builder().uri(uri(file)).build())
        .replacements(found.replacements.iter().map(replacement).collect::<Vec<_>>())
        .build();
    let description = Message::builder().text(found.fix.as_str()).build();
    Some(Fix::builder().description(description).artifact_changes(vec![change]).build())
}

/// The parts of the input that could not be read are notifications: results are about rules.
fn invocation(report: &Report) -> Invocation {
    let mut notifications = Vec::new();
    for file in &report.files {
        for problem in &file.problems {
            let end = problem.place.as_ref().map(Place::end_column);
            notifications.push(
                Notification::builder()
                    .level(json!("error"))
                    .message(Message::builder().text(problem.message.as_str()).build())
                    .locations(vec![place(&file.name, problem.line_and_column(), end)])
                    .build(),
            );
        }
    }
    Invocation::builder()
        .execution_successful(notifications.is_empty())
        .tool_execution_notifications(notifications)
        .build()
}

/// A region ends on its line; without an end it is the rest of the line.
fn place(file: &str, (line, column): (usize, usize), end_column: Option<usize>) -> Location {
    Location::builder()
        .physical_location(
            PhysicalLocation::builder()
                .artifact_location(ArtifactLocation::builder().uri(uri(file)).build())
                .region(region((line, column), (line, end_column)))
                .build(),
        )
        .build()
}

fn region((line, column): (usize, usize), (end_line, end_column): (usize, Option<usize>)) -> Region {
    let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let mut region = Region::builder().start_line(number(line)).start_column(number(column)).build();
    region.end_line = Some(number(end_line));
    region.end_column = end_column.map(number);
    region
}

/// Relative to the current folder unless the path is absolute.
fn uri(file: &str) -> String {
    let path = utf8_percent_encode(&slashed(file), ESCAPED).to_string();
    if Path::new(file).is_absolute() { format!("file:///{}", path.trim_start_matches('/')) } else { path }
}
