//! For GitHub Actions: one workflow command for each finding, which becomes an annotation of the changed lines.
//!
//! The format is GitHub's "Workflow commands for GitHub Actions", as its toolkit escapes them
//! (`packages/core/src/command.ts`, recalled).

use std::fmt::Write;

use windows_hostprocess_policy::settings::severity::Severity;

use crate::check::{Found, Record, Report};
use crate::source::Source;

/// Prints a report.
pub fn print(report: &Report) {
    super::show(&render(report));
}

/// The commands.
pub fn render(report: &Report) -> String {
    let mut text = String::new();
    for file in &report.files {
        let source = &file.file.source;
        for problem in &file.file.problems {
            let (line, column) = source.line_and_column(problem.offset.unwrap_or_default());
            command(&mut text, "error", source, (line, column), "unreadable", &problem.message);
        }
        for record in &file.records {
            for found in &record.findings {
                let name = if found.severity == Severity::Deny { "error" } else { "warning" };
                command(&mut text, name, source, (found.line, found.column), &found.rule, &message(record, found));
            }
        }
    }
    text
}

fn message(record: &Record, found: &Found) -> String {
    format!("{}: {}", record.title(), found.long_form())
}

fn command(text: &mut String, name: &str, source: &Source, (line, column): (usize, usize), title: &str, message: &str) {
    let (file, title) = (property(&source.name), property(title));
    // A string takes everything.
    let _ = writeln!(text, "::{name} file={file},line={line},col={column},title={title}::{}", data(message));
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
