//! What the formats have in common that make annotations on files in a pipeline.

use hostprocess_linter::catalogue::UNREADABLE;
use hostprocess_linter::manifest::Problem;
use hostprocess_linter::report::{Report, slashed};
use windows_hostprocess_policy::finding::severity::Severity;

use crate::output::escape;

/// In place of a rule's id.
const NOT_JUDGED: &str = "not-judged";

/// A result, a part of the input that could not be read, or one that was not judged.
#[derive(Debug)]
pub struct Annotation<'r> {
    /// `error` or `warning`, names that both systems have, or `notice`, which GitHub has.
    pub level: &'static str,
    /// With slashes, as in the repository: pipelines compare it with the names of changed files.
    pub file: String,
    /// Both from 1.
    pub place: (usize, usize),
    /// A rule's id, or what is in its place.
    pub id: &'r str,
    /// The whole message.
    pub message: String,
}

/// The annotations, in the order of the input.
pub fn of(report: &Report) -> impl Iterator<Item = Annotation<'_>> {
    report.files.iter().flat_map(|file| {
        let problem = |problem: &Problem| Annotation {
            level: "error",
            file: escape::lines(&slashed(file.name())),
            place: problem.line_and_column(),
            id: UNREADABLE,
            message: escape::lines(&problem.message),
        };
        let not_judged = move |place: &Problem| Annotation { level: "notice", id: NOT_JUDGED, ..problem(place) };
        let results = file.objects.iter().flat_map(|object| {
            object.flat().into_iter().map(|result| Annotation {
                level: if result.severity == Severity::Deny { "error" } else { "warning" },
                file: escape::lines(&slashed(file.name())),
                place: (result.line, result.column),
                id: result.rule,
                message: escape::lines(&format!("{}: {}", object.title(), result.text_with_command())),
            })
        });
        file.problems.iter().map(problem).chain(file.not_judged.iter().map(not_judged)).chain(results)
    })
}
