//! `resize`: reads no field: speaks on the `resize` subresource of a pod that has HostProcess containers.

use crate::finding::Findings;
use crate::rules::{ApiServer, Context, DefaultSeverity, Group, Rule, Scope};
use crate::settings::Severity;

/// A HostProcess pod is resized in place.
pub static RULE: Rule = Rule {
    id: "resize",
    group: Group::Shape,
    severity: DefaultSeverity::Always(Severity::Deny),
    scope: Scope::Resize,
    api_server: ApiServer::Partly("only with `os.name: windows`"),
    summary: "in-place resize of a HostProcess pod",
    page: page!("resize.md"),
    check,
};

fn check(context: &Context, findings: &mut Findings) {
    let pod = context.pod;
    if pod.host_process_containers().next().is_some() {
        findings.pod(
            pod.path("containers"),
            "cannot be resized in place, because they are HostProcess",
            "change the resources in the controller's template, so that new pods replace the old ones",
        );
    }
}
