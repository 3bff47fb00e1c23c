//! `run-as-non-root`: reads the effective `securityContext.runAsNonRoot` of every HostProcess container, container over pod.

use crate::finding::Findings;
use crate::pod::{ContainerView, Level};
use crate::rules::identity::written;
use crate::rules::{ApiServer, Context, DefaultSeverity, Group, Rule, Scope};
use crate::settings::Severity;

/// `runAsNonRoot: true`, which is admitted and not enforced.
pub static RULE: Rule = Rule {
    id: "run-as-non-root",
    group: Group::Identity,
    severity: DefaultSeverity::Always(Severity::Deny),
    scope: Scope::HostProcess,
    api_server: ApiServer::Accepts,
    summary: "`runAsNonRoot: true`, admitted and not enforced",
    page: page!("run_as_non_root.md"),
    check,
};

fn check(context: &Context, findings: &mut Findings) {
    for non_root in written(context.pod, run_as_non_root).filter(|non_root| non_root.value()) {
        non_root.report(
            findings,
            "securityContext.runAsNonRoot",
            "is true, which nothing enforces in a HostProcess container",
            "remove it or set it to false, what the account may do is all that limits the process",
        );
    }
}

fn run_as_non_root(container: &ContainerView) -> Option<Level<bool>> {
    let own = container.raw.security_context.as_ref().and_then(|context| context.run_as_non_root);
    let of_pod = || container.pod.spec.security_context.as_ref().and_then(|context| context.run_as_non_root);
    own.map(Level::Container).or_else(|| of_pod().map(Level::Pod))
}
