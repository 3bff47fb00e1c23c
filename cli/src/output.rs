//! Showing a report.

pub mod github;
pub mod json;
pub mod junit;
pub mod sarif;
pub mod text;

use std::io::{IsTerminal, Write};

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
    Ok(())
}

/// Writes to standard output. Errors are ignored: a reader such as `head` may close the pipe early.
pub fn write_stdout(text: &str) {
    let mut stdout = std::io::stdout().lock();
    let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
}
