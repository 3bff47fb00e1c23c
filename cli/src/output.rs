//! Showing a report.

pub mod github;
pub mod json;
pub mod junit;
pub mod sarif;
pub mod text;

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::path::Path;

use windows_hostprocess_policy::wording::escaped;

use crate::report::Report;

/// How to show a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people: points into the manifests
    Text,
    /// For scripts
    Json,
    /// For code scanning
    Sarif,
    /// For test reports
    Junit,
    /// For annotations in GitHub Actions
    Github,
}

/// Prints a report on standard output. Where the format does not include the parts that could not be read, they go to
/// standard error.
///
/// # Errors
/// The report cannot be expressed in this format.
pub fn print(report: &Report, format: Format) -> Result<(), String> {
    match format {
        Format::Text => {
            let styled = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
            let renderer = text::renderer(styled);
            eprint!("{}", text::problems(report, &renderer));
            write_stdout(&text::render(report, &renderer));
        }
        Format::Json => {
            write_stdout(&json::render(report)?);
            eprint!("{}", json::problems(report));
        }
        Format::Sarif => write_stdout(&sarif::render(report)?),
        Format::Junit => write_stdout(&junit::render(report)?),
        Format::Github => write_stdout(&github::render(report)),
    }
    eprint!("{}", notes(report));
    Ok(())
}

/// What folders hold that was not checked.
fn notes(report: &Report) -> String {
    let mut charts: BTreeMap<&Path, usize> = BTreeMap::new();
    for chart in report.files.iter().filter_map(|file| file.chart.as_deref()) {
        *charts.entry(chart).or_default() += 1;
    }
    let s = |count| if count == 1 { "" } else { "s" };
    let mut text = String::new();
    for (chart, count) in charts {
        let chart = chart.display().to_string();
        let chart = escaped(&chart);
        text += &format!("note: skipped {count} template{} of the Helm chart {chart}; ", s(count));
        text += &format!("to check what it renders: helm template {chart} | hostprocess check -\n");
    }
    for file in &report.files {
        for again in &file.repeated_keys {
            text += &format!("warning: {}\n", escaped(&again.line(&file.name)));
        }
    }
    let count: usize = report.files.iter().map(|file| file.skipped).sum();
    if count > 0 {
        text += &format!("note: skipped {count} document{} without an apiVersion or a kind; ", s(count));
        text += "--strict-input makes this an error\n";
    }
    text
}

/// Writes to standard output. Errors are ignored: a reader such as `head` may close the pipe early.
pub fn write_stdout(text: &str) {
    let mut stdout = std::io::stdout().lock();
    let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
}
