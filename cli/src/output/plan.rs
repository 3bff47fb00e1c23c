//! Plans as text: each part of a start once, with the names of the nodes where they differ.

use std::borrow::Cow;
use std::fmt::Write;

use anstyle::{Effects, Style};
use hostprocess_linter::plan::FilePlan;
use hostprocess_linter::plan::outline::{LEGEND, Outline, Part, outline};
use hostprocess_linter::report::{Diagnostic, ObjectReport};
use windows_hostprocess_policy::wording::escaped;

/// The width of the titles, including the space after them.
const INDENT: usize = 17;

/// The plans of all files, each object with its findings.
pub fn render(files: &[FilePlan], processors: u32, is_styled: bool) -> String {
    let bold = if is_styled { Style::new().effects(Effects::BOLD) } else { Style::new() };
    let mut text = String::new();
    for file in files {
        for containers in file.containers.chunk_by(|one, next| one.object == next.object) {
            for plan in containers {
                let outline = outline(plan, processors);
                let title = format!("{}:{}: {}", plan.file, plan.line, outline.title);
                // Writing to a string cannot fail.
                let _ = writeln!(text, "{bold}{}{bold:#}\n{}", escaped(&title), parts(&outline));
            }
            let report = containers.first().and_then(|plan| file.report.objects.get(plan.object));
            text += &report.map(findings).unwrap_or_default();
        }
    }
    if text.is_empty() {
        return text;
    }
    let is_known = files.iter().flat_map(|file| &file.containers).all(|plan| plan.is_image_known);
    let hint = if is_known { "" } else { " Use --image-config FILE to give the configuration of an image." };
    format!("{text}{LEGEND}{hint}\n")
}

/// The parts of a plan, one below the other.
pub fn parts(outline: &Outline) -> String {
    let mut text = String::new();
    outline.parts.iter().for_each(|part| push(&mut text, part));
    text
}

/// One line for each object that the rules could not read.
pub fn unreadable(files: &[FilePlan]) -> String {
    let mut text = String::new();
    for object in files.iter().flat_map(|file| &file.report.objects).filter(|object| object.is_unreadable()) {
        for found in &object.findings {
            let (line, column) = (found.place.line, found.place.column);
            let message = format!("{}:{line}:{column}: {}: {}", object.file, object.title(), found.summary());
            let _ = writeln!(text, "error: {}", escaped(&message));
        }
    }
    text
}

/// A part, with its title before the first line.
fn push(text: &mut String, part: &Part) {
    let mut title = part.title;
    for line in lines(part) {
        let _ = writeln!(text, "  {title:width$}{}", escaped(&line), width = INDENT - 2);
        title = "";
    }
}

/// The lines of a part, with the names of nodes above their lines.
fn lines(part: &Part) -> impl Iterator<Item = Cow<'_, str>> {
    part.groups.iter().flat_map(|group| {
        let nodes = group.nodes.iter().map(|nodes| Cow::Owned(format!("[{nodes}]")));
        nodes.chain(group.lines.iter().map(|line| Cow::Borrowed(&**line)))
    })
}

/// The findings of an object that count, with their places.
fn findings(object: &ObjectReport) -> String {
    let counting = object.findings.iter().filter(|found| found.waived.is_none());
    let line = |found: &Diagnostic| {
        let fix = if found.fix.is_empty() { String::new() } else { format!("; {}", found.fix) };
        let place = format!("{}:{}:{}", object.file, found.place.line, found.place.column);
        format!("{place}: {}: {}{fix} [{}]", found.severity.name(), found.summary(), found.rule)
    };
    let lines: String = counting.map(|found| format!("{}\n", escaped(&line(found)))).collect();
    if lines.is_empty() { lines } else { lines + "\n" }
}
