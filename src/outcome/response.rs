//! The response to policy-server: accept, warn or deny, with messages for the requester.

use std::collections::HashMap;
use std::fmt;

use kubewarden_policy_sdk::response::ValidationResponse;

use crate::admission::request::Request;
use crate::finding::Finding;
use crate::finding::ratchet::Ratchet;
use crate::finding::severity::Severity;
use crate::outcome::mutation::Mutation;
use crate::wording::line;

/// The URL of the rules page, which has an anchor for every rule.
pub const RULES_PAGE: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/docs/rules.md");

/// Kubernetes may truncate warnings of more than 256 characters.
const MAX_WARNING_BYTES: usize = 250;
/// Kubernetes drops warnings if there are too many.
const MAX_WARNINGS: usize = 10;
/// The maximum length of a line, which may quote a key of any size.
pub const MAX_LINE_BYTES: usize = 1000;
/// More than anyone reads in a terminal, and a third of the maximum message of a condition (32,768 bytes,
/// `metav1.Condition`): controllers and audit reports copy denials into conditions.
const MAX_MESSAGE_BYTES: usize = 10_000;

/// All findings of a request, with their final severity.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The findings in rule order, then by path.
    pub findings: Vec<Finding>,
    /// The mutation, if any; the findings are those of the mutated pod.
    pub mutation: Option<Mutation>,
}

impl Outcome {
    /// Whether there is nothing to report.
    pub fn is_silent(&self) -> bool {
        self.findings.is_empty() && self.mutation.is_none()
    }

    /// Whether the request is denied.
    pub fn is_denied(&self) -> bool {
        self.of(Severity::Deny).next().is_some()
    }

    fn of(&self, severity: Severity) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |finding| finding.severity == severity)
    }

    /// The response to policy-server.
    pub fn into_response(self, request: &Request) -> ValidationResponse {
        let denied = self.is_denied();
        ValidationResponse {
            accepted: !denied,
            message: denied.then(|| self.message(request)),
            code: None,
            audit_annotations: self.audit_annotations(),
            warnings: self.warnings(request),
            mutated_object: self.mutation.filter(|_| !denied).and_then(Mutation::into_object),
        }
    }

    /// The message of a denial: the name of the object, a line for each finding that denies (up to a limit), the URL of
    /// the rules page, and the command for readers without access to it.
    pub fn message(&self, request: &Request) -> String {
        let mut message = line(&Name(request), MAX_LINE_BYTES) + " is denied by windows-hostprocess-policy:\n";
        let (mut rules, mut more, mut rules_of_more) = (Vec::new(), 0, Vec::new());
        for finding in self.of(Severity::Deny) {
            add_new(&mut rules, finding.rule);
            if message.len() <= MAX_MESSAGE_BYTES - MAX_LINE_BYTES {
                message += &format!("- {}\n", line(finding, MAX_LINE_BYTES));
            } else {
                add_new(&mut rules_of_more, finding.rule);
                more += 1;
            }
        }
        if more > 0 {
            message += &format!("- and {more} more findings [{}]\n", rules_of_more.join(", "));
        }
        message.push_str("See ");
        message.push_str(RULES_PAGE);
        if let [rule] = rules[..] {
            message.push('#');
            message.push_str(rule);
        }
        message.push_str(", or run: hostprocess explain ");
        message.push_str(if let [rule] = rules[..] { rule } else { "RULE" });
        message
    }

    /// The fixed findings. A denied pod is not mutated.
    fn fixed(&self) -> &[Finding] {
        self.mutation.as_ref().filter(|_| !self.is_denied()).map_or(&[], |mutation| &mutation.fixed)
    }

    /// One warning for each rule, in at most `MAX_WARNINGS` lines: the last one counts the omitted rules.
    fn warnings(&self, request: &Request) -> Option<Vec<String>> {
        let mut warnings: Vec<(&Finding, usize)> = Vec::new();
        for finding in self.fixed().iter().chain(self.of(Severity::Warn)) {
            match warnings.last_mut() {
                Some((shown, more)) if shown.rule == finding.rule => {
                    *more += 1;
                    // Prefer the old finding, because its note about new pods matters more.
                    if finding.is_old && !shown.is_old {
                        *shown = finding;
                    }
                }
                _ => warnings.push((finding, 0)),
            }
        }
        let left_out = warnings.len().saturating_sub(MAX_WARNINGS - 1);
        let shown = if left_out > 1 { MAX_WARNINGS - 1 } else { warnings.len() };
        let is_fixed = |finding: &Finding| self.fixed().iter().any(|fixed| std::ptr::eq(fixed, finding));
        let line = |(finding, more): &(&Finding, usize)| {
            let note = if is_fixed(finding) { FIXED } else { old_finding_note(finding, request) };
            warning_line(finding, *more, note)
        };
        let mut lines: Vec<String> = warnings[..shown].iter().map(line).collect();
        if left_out > 1 {
            lines.push(format!("and {left_out} more rules warn about this object"));
        }
        (!lines.is_empty()).then_some(lines)
    }

    fn audit_annotations(&self) -> Option<HashMap<String, String>> {
        let of = |severity| self.of(severity).collect::<Vec<_>>();
        let annotations: HashMap<String, String> = [
            ("denied-rules", of(Severity::Deny)),
            ("warned-rules", of(Severity::Warn)),
            ("mutated-rules", self.fixed().iter().collect()),
        ]
        .into_iter()
        .filter_map(|(key, findings)| {
            let mut rules: Vec<&str> = findings.iter().map(|finding| finding.rule).collect();
            rules.dedup();
            (!rules.is_empty()).then(|| (key.to_owned(), rules.join(",")))
        })
        .collect();
        (!annotations.is_empty()).then_some(annotations)
    }
}

/// Adds a rule to a list, unless it is the last one.
fn add_new(rules: &mut Vec<&'static str>, rule: &'static str) {
    if rules.last() != Some(&rule) {
        rules.push(rule);
    }
}

/// The note after the message of a fixed finding.
const FIXED: &str = " (fixed by the policy)";

/// `note` follows the message.
fn warning_line(finding: &Finding, more: usize, note: &str) -> String {
    let and_more = if more == 0 { String::new() } else { format!(" (and {more} more)") };
    let end = format!("{note}{and_more} [{}]", finding.rule);
    line(&finding.warning(), MAX_WARNING_BYTES - end.len()) + &end
}

/// The note after the message of an old finding in a template: each pod that is created from it will be judged, too.
fn old_finding_note(finding: &Finding, request: &Request) -> &'static str {
    match finding.ratchet {
        _ if !finding.is_old || request.kind.kind == "Pod" => "",
        Ratchet::SameFinding => " (accepted because not new; new pods are denied)",
        Ratchet::SameWorkload => " (accepted because not new; new pods are denied without a grant)",
    }
}

/// `DaemonSet kube-system/name`.
struct Name<'r, 'a>(&'r Request<'a>);

impl fmt::Display for Name<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Name(request) = self;
        let metadata = request.object.as_ref().map(|workload| &workload.metadata);
        let own_name = metadata.and_then(|m| m.name.or(m.generate_name));
        let name = if request.name.is_empty() { own_name.unwrap_or("(no name)") } else { request.name };
        let slash = if request.namespace.is_empty() { "" } else { "/" };
        write!(f, "{} {}{slash}{name}", request.kind.kind, request.namespace)
    }
}
