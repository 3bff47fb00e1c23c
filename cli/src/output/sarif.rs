//! For code scanning: SARIF 2.1.0, with every rule that found something and where in which file.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_sarif::sarif::{
    ArtifactLocation, Invocation, Location, LogicalLocation, Message, MultiformatMessageString, Notification,
    PhysicalLocation, Region, ReportingDescriptor, Result as Finding, ResultLevel, Run, SCHEMA_URL, Sarif, Tool,
    ToolComponent,
};
use windows_hostprocess_policy::outcome::response::RULES_PAGE;
use windows_hostprocess_policy::rules::registry;
use windows_hostprocess_policy::settings::severity::Severity;

use crate::check::{Found, Record, Report};
use crate::source::Source;

/// Of a path in a URI.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Prints a report.
pub fn print(report: &Report) {
    match serde_json::to_string_pretty(&sarif(report)) {
        Ok(text) => super::show(&(text + "\n")),
        Err(error) => eprintln!("error: {error}"),
    }
}

/// The log: one run.
pub fn sarif(report: &Report) -> Sarif {
    let driver = ToolComponent::builder()
        .name("hostprocess")
        .version(env!("CARGO_PKG_VERSION"))
        .information_uri(env!("CARGO_PKG_REPOSITORY"))
        .rules(descriptors(report))
        .build();
    let results: Vec<Finding> =
        report.records().flat_map(|record| record.findings.iter().map(|found| result(record, found))).collect();
    let run = Run::builder()
        .tool(Tool::builder().driver(driver).build())
        .invocations(vec![invocation(report)])
        .column_kind(serde_json::json!("unicodeCodePoints"))
        .results(results)
        .build();
    Sarif::builder().schema(SCHEMA_URL).version(serde_json::json!("2.1.0")).runs(vec![run]).build()
}

/// The rules that found something, in the order of the catalogue.
fn descriptors(report: &Report) -> Vec<ReportingDescriptor> {
    let fired = |id: &str| report.records().flat_map(|record| &record.findings).any(|found| found.rule == id);
    let rules = registry::all().filter(|rule| fired(rule.id));
    rules
        .map(|rule| {
            ReportingDescriptor::builder()
                .id(rule.id)
                .short_description(MultiformatMessageString::builder().text(rule.summary).build())
                .help_uri(format!("{RULES_PAGE}#{}", rule.id))
                .build()
        })
        .collect()
}

fn result(record: &Record, found: &Found) -> Finding {
    let level = if found.severity == Severity::Deny { ResultLevel::Error } else { ResultLevel::Warning };
    let mut location = place(&record.file, found.line, found.column);
    location.logical_locations = Some(vec![
        LogicalLocation::builder().fully_qualified_name(format!("{}: {}", record.title(), found.path)).build(),
    ]);
    Finding::builder()
        .rule_id(found.rule.as_str())
        .level(level)
        .message(Message::builder().text(found.long_form()).build())
        .locations(vec![location])
        .build()
}

/// What could not be read is about the run, not about a manifest.
fn invocation(report: &Report) -> Invocation {
    let mut notifications = Vec::new();
    for file in &report.files {
        for problem in &file.file.problems {
            let source: &Source = &file.file.source;
            let (line, column) = source.line_and_column(problem.offset.unwrap_or_default());
            notifications.push(
                Notification::builder()
                    .level(serde_json::json!("error"))
                    .message(Message::builder().text(problem.message.as_str()).build())
                    .locations(vec![place(&source.name, line, column)])
                    .build(),
            );
        }
    }
    Invocation::builder()
        .execution_successful(notifications.is_empty())
        .tool_execution_notifications(notifications)
        .build()
}

fn place(file: &str, line: usize, column: usize) -> Location {
    // On Windows, too, a URI has slashes.
    let uri = utf8_percent_encode(&file.replace(std::path::MAIN_SEPARATOR, "/"), ESCAPED).to_string();
    let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    Location::builder()
        .physical_location(
            PhysicalLocation::builder()
                .artifact_location(ArtifactLocation::builder().uri(uri).build())
                .region(Region::builder().start_line(number(line)).start_column(number(column)).build())
                .build(),
        )
        .build()
}
