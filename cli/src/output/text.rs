//! For a person at a terminal: one diagnostic for each finding, pointing into the manifest as cargo points into code.

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use windows_hostprocess_policy::settings::severity::Severity;

use crate::check::{Answer, FileReport, Found, Record, Report};
use crate::manifest::Problem;
use crate::source::Source;

/// Prints a report: findings on standard output, problems on standard error.
pub fn print(report: &Report, styled: bool) {
    let renderer = if styled { Renderer::styled() } else { Renderer::plain() };
    for file in &report.files {
        for problem in &file.file.problems {
            eprintln!("{}\n", renderer.render(&[problem_group(&file.file.source, problem)]));
        }
    }
    super::show(&render(report, &renderer));
}

/// The findings and the summary.
pub fn render(report: &Report, renderer: &Renderer) -> String {
    let mut text = String::new();
    for FileReport { file, records } in &report.files {
        for record in records {
            for found in &record.findings {
                text += &renderer.render(&groups(&file.source, record, found));
                text += "\n\n";
            }
        }
    }
    text + &summary(report) + "\n"
}

fn groups<'r>(source: &'r Source, record: &'r Record, found: &'r Found) -> Vec<Group<'r>> {
    let level = if found.severity == Severity::Deny { Level::ERROR } else { Level::WARNING };
    let title = level.primary_title(printable(&found.short_form())).id(&found.rule);
    let annotation = AnnotationKind::Primary.span(found.place.clone()).label(printable(&record.title()));
    let group = title.element(Snippet::source(&source.text).path(&source.name).annotation(annotation));
    if found.fix.is_empty() {
        return vec![group];
    }
    vec![group.element(Level::HELP.message(printable(&found.fix)))]
}

fn problem_group<'r>(source: &'r Source, problem: &'r Problem) -> Group<'r> {
    let title = Level::ERROR.primary_title(printable(&problem.message));
    match problem.offset {
        None => title.element(Origin::path(&source.name)),
        Some(offset) => {
            let place = source.first_line(offset..source.text.len());
            title.element(
                Snippet::source(&source.text).path(&source.name).annotation(AnnotationKind::Primary.span(place)),
            )
        }
    }
}

fn summary(report: &Report) -> String {
    let count = |answer| report.records().filter(|record| record.verdict == answer).count();
    let problems: usize = report.files.iter().map(|file| file.file.problems.len()).sum();
    let objects = report.records().count();
    let mut text = format!(
        "{objects} object{}: {} accepted, {} with warnings, {} denied",
        if objects == 1 { "" } else { "s" },
        count(Answer::Accept),
        count(Answer::Warn),
        count(Answer::Deny)
    );
    match problems {
        0 => {}
        1 => text += "; 1 part could not be read",
        more => text += &format!("; {more} parts could not be read"),
    }
    text
}

/// Names in a manifest must not steer the terminal.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
