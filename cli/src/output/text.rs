//! The format for terminals: findings point into the manifest like cargo's messages point into code; a module's answers
//! are quoted.

use std::collections::BTreeSet;
use std::io::{self, Write};

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet, Title};
use hostprocess_linter::catalogue;
use hostprocess_linter::manifest::Problem;
use hostprocess_linter::report::{Diagnostic, ModuleResponse, ObjectReport, Report, Verdict};
use windows_hostprocess_policy::finding::patch::Reach;
use windows_hostprocess_policy::finding::severity::Severity;
use windows_hostprocess_policy::wording::escaped;

use crate::output::escape;
use crate::output::excerpt::Excerpt;

/// A renderer with or without colours.
pub fn renderer(styled: bool) -> Renderer {
    if styled { Renderer::styled() } else { Renderer::plain() }
}

/// Writes the findings, or the module's answers, and the summary. The first finding of each rule names its page.
///
/// # Errors
/// It cannot be written.
pub fn render(report: &Report, renderer: &Renderer, to: &mut impl Write) -> io::Result<()> {
    let mut known = BTreeSet::new();
    for file in &report.files {
        for object in &file.objects {
            for diagnostic in object.findings.iter().filter(|found| found.waived.is_none()) {
                let url = known.insert(&*diagnostic.rule).then(|| catalogue::url(&diagnostic.rule));
                let excerpt = Excerpt::of(&file.source, &diagnostic.place);
                let text = renderer.render(&[diagnostic_group(object, diagnostic, &excerpt, url)]);
                writeln!(to, "{}\n", escape::log(&text))?;
            }
            if let Some(response) = &object.response {
                writeln!(to, "{}", escape::log(&answer(object, response)))?;
            }
        }
    }
    writeln!(to, "{}", escape::log(&summary(report)))
}

/// The parts of the input that could not be read.
pub fn problems(report: &Report, renderer: &Renderer) -> String {
    let mut text = String::new();
    for file in &report.files {
        for problem in &file.problems {
            let excerpt = problem.place.as_ref().map(|place| Excerpt::of(&file.source, place));
            text += &renderer.render(&[problem_group(file.name(), problem, excerpt.as_ref())]);
            text += "\n\n";
        }
    }
    text
}

fn diagnostic_group<'r>(
    object: &'r ObjectReport,
    diagnostic: &'r Diagnostic,
    excerpt: &'r Excerpt,
    url: Option<String>,
) -> Group<'r> {
    let level = if diagnostic.severity == Severity::Deny { Level::ERROR } else { Level::WARNING };
    let title = level.primary_title(diagnostic.summary()).id(&diagnostic.rule);
    let mut group = with_excerpt(title, &object.file, excerpt, Some(object.title()));
    let mark = match diagnostic.fixable {
        Some(Reach::Admission | Reach::Command) => " (fixable)",
        Some(Reach::OnDemand) => " (fixable with --unsafe)",
        None => "",
    };
    if !diagnostic.fix.is_empty() {
        group = group.element(Level::HELP.message(escaped(&diagnostic.fix).to_string() + mark));
    }
    match url {
        None => group,
        Some(url) => group.element(Level::NOTE.message(url)),
    }
}

fn problem_group<'r>(file: &'r str, problem: &'r Problem, excerpt: Option<&'r Excerpt>) -> Group<'r> {
    let title = Level::ERROR.primary_title(escaped(&problem.message).to_string());
    match excerpt {
        None => title.element(Origin::path(escaped(file).to_string())),
        Some(excerpt) => with_excerpt(title, file, excerpt, None),
    }
}

fn with_excerpt<'r>(title: Title<'r>, file: &str, excerpt: &'r Excerpt, label: Option<String>) -> Group<'r> {
    let path = escaped(file).to_string();
    let mark = AnnotationKind::Primary.span(excerpt.marked.clone()).label(label);
    let snippet = Snippet::source(&*excerpt.text).line_start(excerpt.line).annotation(mark);
    match excerpt.column_if_cut {
        // The renderer would show the column in the excerpt.
        Some(column) => title.element(Origin::path(path).line(excerpt.line).char_column(column)).element(snippet),
        None => title.element(snippet.path(path)),
    }
}

/// The object, its file and the verdict, followed by the module's messages.
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
    lines.iter().map(|line| format!("{}\n", escaped(line))).collect()
}

fn summary(report: &Report) -> String {
    let count = |verdict| report.objects().filter(|object| object.verdict == verdict).count();
    let problems: usize = report.files.iter().map(|file| file.problems.len()).sum();
    let objects = report.objects().count();
    let mut text = format!(
        "{objects} object{}: {} accepted, {} with warnings, {} denied",
        if objects == 1 { "" } else { "s" },
        count(Verdict::Accept),
        count(Verdict::Warn),
        count(Verdict::Deny)
    );
    match report.waived_count() {
        0 => {}
        1 => text += "; 1 finding waived",
        more => text += &format!("; {more} findings waived"),
    }
    match problems {
        0 => {}
        1 => text += "; 1 part could not be read",
        more => text += &format!("; {more} parts could not be read"),
    }
    text + &fixable(report)
}

/// The numbers of findings that each command fixes; empty if there are none.
fn fixable(report: &Report) -> String {
    let findings = report.objects().flat_map(|object| &object.findings).filter(|found| found.waived.is_none());
    let (unsafely, safely): (Vec<_>, Vec<_>) =
        findings.filter_map(|found| found.fixable).partition(|reach| *reach == Reach::OnDemand);
    let findings = |count| match count {
        1 => "1 finding is".to_owned(),
        more => format!("{more} findings are"),
    };
    match (safely.len(), unsafely.len()) {
        (0, 0) => String::new(),
        (0, more) => format!("\n{} fixable with `hostprocess fix --unsafe`", findings(more)),
        (count, 0) => format!("\n{} fixable with `hostprocess fix`", findings(count)),
        (count, more) => {
            format!("\n{} fixable with `hostprocess fix`, and {more} more with `--unsafe`", findings(count))
        }
    }
}
