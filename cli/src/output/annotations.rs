//! Annotations on files, shared by the formats for pipelines.

use hostprocess_linter::catalogue::UNREADABLE;
use hostprocess_linter::manifest::Problem;
use hostprocess_linter::report::{Report, slashed};
use windows_hostprocess_policy::finding::severity::Severity;

use crate::output::escape;

/// The id of annotations without a rule.
const NOT_JUDGED: &str = "not-judged";

/// A result, or a part of the input that could not be read or was not judged.
#[derive(Debug)]
pub struct Annotation<'r> {
    /// `error` or `warning`, which both systems support, or `notice`, which only GitHub supports.
    pub level: &'static str,
    /// The path with slashes, because pipelines compare it with the names of changed files.
    pub file: String,
    /// Line and column, from 1.
    pub place: (usize, usize),
    /// The id of the rule, or a substitute.
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
