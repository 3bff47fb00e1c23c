use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::finding::severity::Severity;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};

pub static RULE: Rule = Rule {
    id: "termination",
    summary: about!("a grace period of 0: the process is killed before it can clean up the node"),
    severity: Severity::Off,
    reads: Fields::of(&["terminationGracePeriodSeconds"]),
    page: page!("termination.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    let pod = context.pod;
    if pod.spec.termination_grace_period_seconds == Some(0) {
        findings.pod(
            pod.path("terminationGracePeriodSeconds"),
            "is 0, so the process is killed before it can clean up the node",
            "remove it, because the default of 30 seconds leaves time to clean up",
        );
    }
}
