//! Writes reports.

pub mod annotations;
pub mod azure_devops;
pub mod destination;
pub mod escape;
pub mod excerpt;
pub mod github;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod plan;
pub mod sarif;
pub mod text;

use std::collections::BTreeMap;
use std::io::{self, BufWriter, ErrorKind, StdoutLock, Write};
use std::path::Path;

use anstream::{AutoStream, ColorChoice};
use hostprocess_linter::report::{Note, Notice, Report, Run};
use windows_hostprocess_policy::wording::escaped;

use crate::files::{self, FileError};
use crate::output::destination::{Destination, Format};

/// Why a report cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// Standard output cannot be written.
    #[error("standard output cannot be written: {0}")]
    Stdout(#[from] io::Error),
    /// A file cannot be written.
    #[error(transparent)]
    File(#[from] FileError),
}

/// Writes a report to each destination. Input that could not be read is reported on standard error unless the report on
/// standard output includes it.
///
/// # Errors
/// A file or standard output cannot be written.
pub fn write(report: &Report, destinations: &[Destination]) -> Result<(), OutputError> {
    for Destination { format, file } in destinations {
        if let Some(file) = file {
            files::write(file, |to| render(report, *format, false, to))?;
        }
    }
    let shown = destinations.iter().find(|to| to.file.is_none()).map(|to| to.format);
    match shown {
        Some(Format::Text) => write_stderr(&text::problems(report, &text::renderer(is_styled()))),
        Some(Format::Json) | None => report.files.iter().for_each(|file| write_stderr(&json::problems(file))),
        Some(_) => {}
    }
    if let Some(format) = shown {
        to_stdout(|to| render(report, format, is_styled(), to))?;
    }
    write_stderr(&notes(report));
    Ok(())
}

/// Streams a report in one format: a report may be many times as long as its input.
fn render(report: &Report, format: Format, is_styled: bool, to: &mut impl Write) -> io::Result<()> {
    match format {
        Format::Text => text::render(report, &text::renderer(is_styled), to),
        Format::Json => json::render(report, to),
        Format::JsonV2 => json::render_v2(report, to),
        Format::Sarif => sarif::render(report, to),
        Format::Junit => junit::render(report, to),
        Format::Github => github::render(report, to),
        Format::AzureDevops => azure_devops::render(report, to),
    }
}

/// Whether standard output has colours: on a terminal unless `NO_COLOR` is set, elsewhere with `CLICOLOR_FORCE`.
pub fn is_styled() -> bool {
    AutoStream::choice(&std::io::stdout()) != ColorChoice::Never
}

/// Notes about unchecked input, and warnings about likely mistakes.
pub fn notes(report: &Report) -> String {
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
        text += &format!("to check the rendered chart: helm template {chart} | hostprocess check -\n");
    }
    for file in &report.files {
        for warning in &file.warnings {
            text += &format!("warning: {}\n", escaped(&warning.line(file.name())));
        }
    }
    for file in &report.files {
        for place in &file.not_judged {
            text += &format!("note: {}\n", escaped(&place.line(file.name())));
        }
    }
    for note in &report.notes {
        text += &match note {
            Note::Warning(message) => format!("warning: {}\n", escaped(message)),
            Note::Note(message) => format!("note: {}\n", escaped(message)),
        };
    }
    for Notice { text: notice, is_error, .. } in report.notices() {
        text += &format!("{}: {notice}\n", if is_error { "error" } else { "note" });
    }
    let count: usize = report.files.iter().map(|file| file.skipped).sum();
    if count > 0 {
        text += &format!("note: skipped {count} document{} without an apiVersion or a kind; ", s(count));
        text += "--strict-input makes this an error\n";
    }
    text
}

/// Reports on standard error which inputs decided which files count, for commands without a report.
pub fn report_run(run: Run) {
    write_stderr(&notes(&Report { run, ..Report::default() }));
}

/// Writes lines to standard error, escaped so that a pipeline does not run them as commands.
pub fn write_stderr(lines: &str) {
    eprint!("{}", escape::log(lines));
}

/// Writes a text to standard output.
///
/// # Errors
/// See [`to_stdout`].
pub fn write_stdout(text: &str) -> Result<(), OutputError> {
    to_stdout(|to| to.write_all(text.as_bytes()))
}

/// Writes to standard output. A reader such as `head` may close the pipe early, which is not an error.
///
/// # Errors
/// It cannot be written for another reason, such as a full disk.
pub fn to_stdout(write: impl FnOnce(&mut BufWriter<StdoutLock>) -> io::Result<()>) -> Result<(), OutputError> {
    let mut stdout = BufWriter::with_capacity(files::BUFFER, io::stdout().lock());
    match write(&mut stdout).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}
