//! The format for test reports: a suite for each file and a test case for each object, which fails if the object is
//! denied.

use std::io::{self, Write};

use hostprocess_linter::report::{FileReport, Notice, ObjectReport, Report, Verdict};
use quick_junit::{NonSuccessKind, Report as Junit, TestCase, TestCaseStatus, TestSuite};
use windows_hostprocess_policy::finding::severity::Severity;

use crate::output::escape;

/// Writes the XML.
///
/// # Errors
/// It cannot be written.
pub fn render(report: &Report, to: &mut impl Write) -> io::Result<()> {
    let mut junit = Junit::new("hostprocess check");
    let notices = report.notices();
    if !notices.is_empty() {
        let mut run = TestSuite::new("hostprocess check");
        for Notice { name, text, is_error } in notices {
            let text = escape::lines(&text);
            run.add_property((name, text.as_str()));
            if is_error {
                let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
                status.set_message(text);
                run.add_test_case(TestCase::new("the run", status));
            }
        }
        junit.add_test_suite(run);
    }
    junit.add_test_suites(report.files.iter().map(suite));
    let mut log = escape::Log::new(to);
    junit.serialize(&mut log).map_err(io::Error::other)?;
    log.flush()
}

fn suite(file: &FileReport) -> TestSuite {
    let mut suite = TestSuite::new(escape::lines(file.name()));
    for problem in &file.problems {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_message(escape::lines(&problem.message));
        suite.add_test_case(TestCase::new("the file", status));
    }
    for place in &file.not_judged {
        suite.add_property(("notJudged", escape::lines(&place.line(file.name())).as_ref()));
    }
    suite.add_test_cases(file.objects.iter().map(case));
    suite
}

fn case(object: &ObjectReport) -> TestCase {
    let results = object.flat();
    let lines = |severity| -> Vec<String> {
        let results = results.iter().filter(|result| result.severity == severity);
        results.map(|result| format!("{}:{}: {}", result.line, result.column, escape::lines(&result.text))).collect()
    };
    let mut status = TestCaseStatus::success();
    if object.verdict == Verdict::Deny {
        status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_message(format!("{} denied", object.title())).set_description(lines(Severity::Deny).join("\n"));
    }
    let mut case = TestCase::new(object.title(), status);
    case.set_classname(escape::lines(&object.file));
    let warnings = lines(Severity::Warn);
    if !warnings.is_empty() {
        case.set_system_out(warnings.join("\n"));
    }
    case
}
