//! The JSON formats: version 1 has the report on each object, version 2 the whole report.

use std::io;

use hostprocess_linter::manifest::Problem;
use hostprocess_linter::report::{FileReport, Note, ObjectReport, Report, Summary};
use schemars::JsonSchema;
use serde::Serialize;
use windows_hostprocess_policy::wording::escaped;

use crate::output::escape;

/// The version. It changes when a key is removed or changes its meaning; keys may be added at any time.
const VERSION: u8 = 2;

/// The output of `json-v2`. (Version 1 is `json`: only the list of objects.)
#[derive(Debug, Serialize, JsonSchema)]
pub struct Output<'r> {
    /// The version of this format: 2.
    version: u8,
    /// The result for each object that was judged.
    objects: Vec<&'r ObjectReport>,
    /// The parts of the input that could not be read and therefore were not judged.
    unreadable: Vec<Message<'r>>,
    /// Files that were not judged because they are not manifests.
    skipped: Vec<Skipped<'r>>,
    /// Where `hostProcess` is set but was not judged, because it is not in a pod template.
    #[serde(rename = "notJudged")]
    not_judged: Vec<Message<'r>>,
    /// Likely mistakes in the parts that could be read.
    warnings: Vec<Message<'r>>,
    /// Notes about waivers outside these files.
    notes: Vec<&'r str>,
    /// The inputs that decided which files and findings count.
    run: Summary<'r>,
}

/// A message about a part of a file.
#[derive(Debug, Serialize, JsonSchema)]
struct Message<'r> {
    /// The path as given on the command line; `<stdin>` for standard input.
    file: &'r str,
    /// The line, from 1.
    line: usize,
    /// The column in characters, from 1.
    column: usize,
    /// A description of the problem.
    message: &'r str,
}

/// A file that was not judged completely.
#[derive(Debug, Serialize, JsonSchema)]
struct Skipped<'r> {
    /// The path as given on the command line.
    file: &'r str,
    /// The number of documents in it that are not Kubernetes objects.
    documents: usize,
    /// The Helm chart, if the file is one of its unrendered templates.
    chart: Option<String>,
}

impl<'r> Output<'r> {
    fn of(report: &'r Report) -> Output<'r> {
        let skips = |file: &&FileReport| file.skipped > 0 || file.chart.is_some();
        Output {
            version: VERSION,
            objects: report.objects().collect(),
            unreadable: messages(report, |file| &file.problems),
            skipped: report.files.iter().filter(skips).map(Skipped::of).collect(),
            not_judged: messages(report, |file| &file.not_judged),
            warnings: messages(report, |file| &file.warnings),
            run: report.summary(),
            notes: report.notes.iter().map(|(Note::Warning(text) | Note::Note(text))| text.as_str()).collect(),
        }
    }
}

impl<'r> Skipped<'r> {
    fn of(file: &'r FileReport) -> Skipped<'r> {
        let chart = file.chart.as_ref().map(|chart| chart.display().to_string());
        Skipped { file: file.name(), documents: file.skipped, chart }
    }
}

fn messages(report: &Report, of: impl Fn(&FileReport) -> &[Problem]) -> Vec<Message<'_>> {
    let mut messages = Vec::new();
    for file in &report.files {
        messages.extend(of(file).iter().map(|problem| {
            let (line, column) = problem.line_and_column();
            Message { file: file.name(), line, column, message: &problem.message }
        }));
    }
    messages
}

/// Writes the list of objects.
///
/// # Errors
/// It cannot be written.
pub fn render(report: &Report, to: &mut impl io::Write) -> io::Result<()> {
    escape::json(&report.objects().collect::<Vec<&ObjectReport>>(), to)
}

/// Writes version 2.
///
/// # Errors
/// It cannot be written.
pub fn render_v2(report: &Report, to: &mut impl io::Write) -> io::Result<()> {
    escape::json(&Output::of(report), to)
}

/// One line for each part of a file that could not be read.
pub fn problems(file: &FileReport) -> String {
    let line = |problem: &Problem| format!("error: {}\n", escaped(&problem.line(file.name())));
    file.problems.iter().map(line).collect()
}
