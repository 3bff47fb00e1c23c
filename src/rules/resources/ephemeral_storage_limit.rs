use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::finding::severity::Severity;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};

pub static RULE: Rule = Rule {
    id: "ephemeral-storage-limit",
    summary: about!("a limit for `ephemeral-storage`, which does not count what the process writes to the node"),
    severity: Severity::Off,
    reads: Fields::of(&["limits"]),
    page: page!("ephemeral_storage_limit.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    const LIMIT: &str = "ephemeral-storage";
    for container in context.pod.host_process_containers() {
        if container.raw.resources.as_ref().is_some_and(|resources| resources.limits.get(LIMIT).is_some()) {
            findings.container(
                &container,
                container.path("resources.limits.ephemeral-storage"),
                "counts only the container's own volume and logs, not what the process writes to the node",
                "limit such files in the program itself, for example by rotating its logs",
            );
        }
    }
}
