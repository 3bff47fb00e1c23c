//! For GitHub Actions: a workflow command for each result, which becomes an annotation on the file.
//!
//! The format is in GitHub's "Workflow commands for GitHub Actions"; the escapes follow its toolkit
//! (`packages/core/src/command.ts`, recalled).

use std::fmt::Write;

use windows_hostprocess_policy::settings::severity::Severity;

use crate::report::{Report, UNREADABLE, slashed};

/// The workflow commands.
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

/// GitHub compares the path with those of the changed files.
fn command(text: &mut String, level: &str, file: &str, (line, column): (usize, usize), title: &str, message: &str) {
    let (file, title) = (property(&slashed(file)), property(title));
    // Writing to a string cannot fail.
    let _ = writeln!(text, "::{level} file={file},line={line},col={column},title={title}::{}", data(message));
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
