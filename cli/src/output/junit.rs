//! For test reports: a suite for each file, a case for each object, which fails when it is denied.

use quick_junit::{NonSuccessKind, Report as Junit, TestCase, TestCaseStatus, TestSuite};
use windows_hostprocess_policy::settings::severity::Severity;

use crate::check::{FileReport, Record, Report};

/// Prints a report.
pub fn print(report: &Report) {
    match render(report) {
        Ok(text) => super::show(&text),
        Err(error) => eprintln!("error: {error}"),
    }
}

/// The XML.
///
/// # Errors
/// What the serialiser says.
pub fn render(report: &Report) -> Result<String, String> {
    let mut junit = Junit::new("hostprocess check");
    junit.add_test_suites(report.files.iter().map(suite));
    junit.to_string().map_err(|error| error.to_string())
}

fn suite(file: &FileReport) -> TestSuite {
    let mut suite = TestSuite::new(file.file.source.name.as_str());
    for problem in &file.file.problems {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_message(problem.message.as_str());
        suite.add_test_case(TestCase::new("the file", status));
    }
    suite.add_test_cases(file.records.iter().map(case));
    suite
}

fn case(record: &Record) -> TestCase {
    let lines = |severity| -> Vec<String> {
        let findings = record.findings.iter().filter(|found| found.severity == severity);
        findings.map(|found| format!("{}:{}: {}", found.line, found.column, found.long_form())).collect()
    };
    let denied = lines(Severity::Deny);
    let status = if denied.is_empty() {
        TestCaseStatus::success()
    } else {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_message(format!("{} denied", record.title())).set_description(denied.join("\n"));
        status
    };
    let mut case = TestCase::new(record.title(), status);
    case.set_classname(record.file.as_str());
    let warned = lines(Severity::Warn);
    if !warned.is_empty() {
        case.set_system_out(warned.join("\n"));
    }
    case
}
