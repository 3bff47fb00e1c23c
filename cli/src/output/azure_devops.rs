//! For Azure Pipelines: a logging command for each result, which becomes an issue of the task.
//!
//! The agent parses them in `src/Microsoft.VisualStudio.Services.Agent/Command.cs` and decodes them in
//! `src/Agent.Sdk/CommandStringConvertor.cs` (microsoft/azure-pipelines-agent, read in source). The exit code tells whether the
//! task failed: `task.complete` is not written, because it would override `continueOnError` and the codes of later commands.

use std::fmt::Write;

use windows_hostprocess_policy::settings::severity::Severity;

use crate::report::{Report, UNREADABLE, slashed};

/// The logging commands.
pub fn render(report: &Report) -> String {
    let mut text = String::new();
    for file in &report.files {
        for problem in &file.problems {
            command(&mut text, "error", &file.name, problem.line_and_column(), UNREADABLE, &problem.message);
        }
        for object in &file.objects {
            for result in object.results() {
                let level = if result.severity == Severity::Deny { "error" } else { "warning" };
                let message = format!("{}: {}", object.title(), result.text_with_command());
                command(&mut text, level, &file.name, (result.line, result.column), result.rule, &message);
            }
        }
    }
    text
}

fn command(text: &mut String, level: &str, file: &str, (line, column): (usize, usize), code: &str, message: &str) {
    let (file, code, message) = (encoded(&slashed(file)), encoded(code), encoded(message));
    let place = format!("sourcepath={file};linenumber={line};columnnumber={column}");
    // Writing to a string cannot fail.
    let _ = writeln!(text, "##vso[task.logissue type={level};{place};code={code}]{message}");
}

/// The agent decodes properties and messages alike, `%AZP25` last.
fn encoded(text: &str) -> String {
    let text = text.replace('%', "%AZP25").replace(';', "%3B");
    text.replace('\r', "%0D").replace('\n', "%0A").replace(']', "%5D")
}
