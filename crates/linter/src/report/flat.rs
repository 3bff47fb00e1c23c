//! A flat view of a report, with the findings of rules and the messages of modules in one list.

use windows_hostprocess_policy::finding::severity::Severity;

use crate::catalogue::MODULE;
use crate::report::{Diagnostic, ObjectReport, Verdict, Waived};

/// A diagnostic, or a message or warning of a module, for the formats that list both alike.
#[derive(Debug)]
pub struct FlatDiagnostic<'r> {
    /// The id of a rule, or another id of the [`catalogue`](crate::catalogue).
    pub rule: &'r str,
    /// Either `Warn` or `Deny`.
    pub severity: Severity,
    /// The path of the field; `None` when the whole object is affected.
    pub path: Option<&'r str>,
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// The column after the last character; `None` when the whole object is affected.
    pub end_column: Option<usize>,
    /// The whole message. Messages of a module may have several lines.
    pub text: String,
    /// The diagnostic; `None` for a message of a module.
    pub diagnostic: Option<&'r Diagnostic>,
    /// Identifies the finding across runs, independently of line numbers.
    pub fingerprint: String,
    /// The waiver, if it does not count.
    pub waived: Option<&'r Waived>,
}

impl ObjectReport {
    /// The diagnostics that count, or the messages of the module.
    pub fn flat(&self) -> Vec<FlatDiagnostic<'_>> {
        self.flat_with_waived().into_iter().filter(|result| result.waived.is_none()).collect()
    }

    /// All diagnostics, or the messages of the module.
    pub fn flat_with_waived(&self) -> Vec<FlatDiagnostic<'_>> {
        let mut results: Vec<FlatDiagnostic> = self.findings.iter().map(|found| self.flat_diagnostic(found)).collect();
        if let Some(response) = &self.response {
            let (line, column) = (self.line, self.column);
            let result = |severity, text: String| {
                let fingerprint = self.fingerprint([MODULE, "", "", &text]);
                FlatDiagnostic {
                    rule: MODULE,
                    severity,
                    path: None,
                    line,
                    column,
                    end_column: None,
                    text,
                    diagnostic: None,
                    fingerprint,
                    waived: None,
                }
            };
            if self.verdict == Verdict::Deny {
                let message = response.message.clone();
                results.push(result(Severity::Deny, message.unwrap_or_else(|| "denied without a message".to_owned())));
            }
            results.extend(response.warnings.iter().map(|warning| result(Severity::Warn, warning.clone())));
        }
        results
    }

    fn flat_diagnostic<'r>(&self, found: &'r Diagnostic) -> FlatDiagnostic<'r> {
        let mut text = found.summary();
        if !found.fix.is_empty() {
            text = format!("{text}; {}", found.fix);
        }
        FlatDiagnostic {
            rule: &found.rule,
            severity: found.severity,
            path: Some(&found.path),
            line: found.place.line,
            column: found.place.column,
            end_column: Some(found.place.end_column),
            text,
            diagnostic: Some(found),
            fingerprint: self.fingerprint_of(found),
            waived: found.waived.as_ref(),
        }
    }
}

impl FlatDiagnostic<'_> {
    /// The message with the command that fixes it, for formats that show findings one by one.
    pub fn text_with_command(&self) -> String {
        match self.diagnostic.and_then(Diagnostic::fix_command) {
            Some(command) => format!("{}; fixable with `{command}`", self.text),
            None => self.text.clone(),
        }
    }
}
