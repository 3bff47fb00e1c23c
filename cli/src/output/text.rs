//! For people at a terminal: findings point into the manifest as cargo points into code, a module's answers are quoted.

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use windows_hostprocess_policy::settings::severity::Severity;

use crate::input::manifest::Problem;
use crate::input::source::Source;
use crate::report::{Diagnostic, ModuleResponse, ObjectReport, Report, Verdict};

/// A renderer with or without colours.
pub fn renderer(styled: bool) -> Renderer {
    if styled { Renderer::styled() } else { Renderer::plain() }
}

/// The findings, or the module's answers, and the summary.
pub fn render(report: &Report, renderer: &Renderer) -> String {
    let mut text = String::new();
    for file in &report.files {
        for object in &file.objects {
            for diagnostic in &object.findings {
                text += &renderer.render(&[diagnostic_group(&file.file.source, object, diagnostic)]);
                text += "\n\n";
            }
            if let Some(response) = &object.response {
                text += &answer(object, response);
                text += "\n";
            }
        }
    }
    text + &summary(report) + "\n"
}

/// The parts of the input that could not be read.
pub fn problems(report: &Report, renderer: &Renderer) -> String {
    let mut text = String::new();
    for file in report.files.iter().map(|report| &report.file) {
        for problem in &file.problems {
            text += &renderer.render(&[problem_group(&file.source, problem)]);
            text += "\n\n";
        }
    }
    text
}

fn diagnostic_group<'r>(source: &'r Source, object: &'r ObjectReport, diagnostic: &'r Diagnostic) -> Group<'r> {
    let level = if diagnostic.severity == Severity::Deny { Level::ERROR } else { Level::WARNING };
    let title = level.primary_title(printable(&diagnostic.summary())).id(&diagnostic.rule);
    let annotation = AnnotationKind::Primary.span(diagnostic.place.clone()).label(printable(&object.title()));
    let group = title.element(Snippet::source(&source.text).path(&source.name).annotation(annotation));
    if diagnostic.fix.is_empty() { group } else { group.element(Level::HELP.message(printable(&diagnostic.fix))) }
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

/// The object, its file and the verdict, then the module's own lines.
fn answer(object: &ObjectReport, response: &ModuleResponse) -> String {
    let verdict = match object.verdict {
        Verdict::Accept => "accepted",
        Verdict::Warn => "accepted with warnings",
        Verdict::Deny => "denied",
    };
    let mut lines = vec![format!("{} in {}: {verdict}", object.title(), object.file)];
    lines.extend(response.message.iter().flat_map(|message| message.lines()).map(|line| format!("  {line}")));
    for warning in &response.warnings {
        let mut indent = "  warning: ";
        for line in warning.lines() {
            lines.push(format!("{indent}{line}"));
            indent = "    ";
        }
    }
    lines.iter().map(|line| printable(line) + "\n").collect()
}

fn summary(report: &Report) -> String {
    let count = |verdict| report.objects().filter(|object| object.verdict == verdict).count();
    let problems: usize = report.files.iter().map(|file| file.file.problems.len()).sum();
    let objects = report.objects().count();
    let mut text = format!(
        "{objects} object{}: {} accepted, {} with warnings, {} denied",
        if objects == 1 { "" } else { "s" },
        count(Verdict::Accept),
        count(Verdict::Warn),
        count(Verdict::Deny)
    );
    match problems {
        0 => {}
        1 => text += "; 1 part could not be read",
        more => text += &format!("; {more} parts could not be read"),
    }
    text
}

/// Replaces control characters: a name in a manifest could hold escape sequences for the terminal.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
