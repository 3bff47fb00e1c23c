//! For programs: a list of records on standard output, problems on standard error.

use crate::check::{Record, Report};

/// Prints a report.
pub fn print(report: &Report) {
    let records: Vec<&Record> = report.records().collect();
    match serde_json::to_string_pretty(&records) {
        Ok(text) => super::show(&(text + "\n")),
        Err(error) => eprintln!("error: {error}"),
    }
    for report in &report.files {
        for problem in &report.file.problems {
            let source = &report.file.source;
            match problem.offset.map(|offset| source.line_and_column(offset)) {
                Some((line, column)) => eprintln!("error: {}:{line}:{column}: {}", source.name, problem.message),
                None => eprintln!("error: {}: {}", source.name, problem.message),
            }
        }
    }
}
