//! For code scanning: SARIF 2.1.0, with a description of every rule that found something.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_sarif::sarif::{
    ArtifactLocation, Invocation, Location, LogicalLocation, Message, MultiformatMessageString, Notification,
    PhysicalLocation, Region, ReportingDescriptor, Result as SarifResult, ResultLevel, Run, SCHEMA_URL, Sarif, Tool,
    ToolComponent,
};
use windows_hostprocess_policy::outcome::response::RULES_PAGE;
use windows_hostprocess_policy::rules::registry;
use windows_hostprocess_policy::settings::severity::Severity;

use crate::report::{CheckResult, MODULE, ObjectReport, Report};

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
    let driver = ToolComponent::builder()
        .name("hostprocess")
        .version(env!("CARGO_PKG_VERSION"))
        .information_uri(env!("CARGO_PKG_REPOSITORY"))
        .rules(descriptors(report))
        .build();
    let results: Vec<SarifResult> = report
        .objects()
        .flat_map(|object| object.results().into_iter().map(|result| sarif_result(object, &result)))
        .collect();
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
    let fired = |id: &str| report.objects().flat_map(|object| &object.findings).any(|found| found.rule == id);
    let rules = registry::all().filter(|rule| fired(rule.id)).map(|rule| {
        ReportingDescriptor::builder()
            .id(rule.id)
            .short_description(MultiformatMessageString::builder().text(rule.summary).build())
            .help_uri(format!("{RULES_PAGE}#{}", rule.id))
            .build()
    });
    let has_answers = report.objects().any(|object| object.response.is_some());
    let module = has_answers.then(|| {
        let description = "a message or a warning of the module that was asked";
        ReportingDescriptor::builder()
            .id(MODULE)
            .short_description(MultiformatMessageString::builder().text(description).build())
            .build()
    });
    rules.chain(module).collect()
}

fn sarif_result(object: &ObjectReport, result: &CheckResult) -> SarifResult {
    let level = if result.severity == Severity::Deny { ResultLevel::Error } else { ResultLevel::Warning };
    let mut location = place(&object.file, result.line, result.column);
    let field = result.path.map(|path| format!(": {path}")).unwrap_or_default();
    location.logical_locations =
        Some(vec![LogicalLocation::builder().fully_qualified_name(object.title() + &field).build()]);
    SarifResult::builder()
        .rule_id(result.rule)
        .level(level)
        .message(Message::builder().text(result.text.as_str()).build())
        .locations(vec![location])
        .build()
}

/// The parts of the input that could not be read are notifications: results are about rules.
fn invocation(report: &Report) -> Invocation {
    let mut notifications = Vec::new();
    for file in &report.files {
        for problem in &file.problems {
            let (line, column) = problem.line_and_column();
            notifications.push(
                Notification::builder()
                    .level(serde_json::json!("error"))
                    .message(Message::builder().text(problem.message.as_str()).build())
                    .locations(vec![place(&file.name, line, column)])
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
    // A URI has slashes on Windows, too.
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
