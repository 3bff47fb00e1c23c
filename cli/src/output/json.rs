//! For scripts: a list with the report of each object.

use std::fmt::Write;

use hostprocess_linter::report::{ObjectReport, Report};
use windows_hostprocess_policy::wording::escaped;

/// The list of objects.
///
/// # Errors
/// Serialisation failed.
pub fn render(report: &Report) -> Result<String, String> {
    let objects: Vec<&ObjectReport> = report.objects().collect();
    serde_json::to_string_pretty(&objects).map(|text| text + "\n").map_err(|error| error.to_string())
}

/// A line for each part of the input that could not be read.
pub fn problems(report: &Report) -> String {
    let mut text = String::new();
    for file in &report.files {
        for problem in &file.problems {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "error: {}", escaped(&problem.line(file.name())));
        }
    }
    text
}
