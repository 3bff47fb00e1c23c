use crate::finding::collector::Findings;
use crate::finding::severity::Severity;
use crate::k8s::pod_spec::{ContainerList, Resources};
use crate::k8s::quantity::Amount;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::settings::Resource;

pub static RULE: Rule = Rule {
    id: "resource-limits",
    summary: about!("missing resource limits, the only isolation from the node"),
    severity: Severity::Off,
    page: page!("resource_limits.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    for (resource, name) in [(Resource::Cpu, "cpu"), (Resource::Memory, "memory")] {
        if !context.settings.resources.requires(resource) {
            continue;
        }
        // Ephemeral containers cannot have limits.
        for container in context.pod.host_process_containers().filter(|c| c.list != ContainerList::Ephemeral) {
            if !has_limit(container.raw.resources.as_ref(), name) {
                findings.container(
                    &container,
                    container.path(&format!("resources.limits.{name}")),
                    "sets no limit, so the container may use everything that the node has",
                    format!("set a {name} limit"),
                );
            }
        }
    }
}

/// Whether there is a limit. Zero means none, which `tiny-memory-limit` reports for memory. A malformed limit counts,
/// because Kubernetes rejects it.
fn has_limit(resources: Option<&Resources>, name: &str) -> bool {
    let limit = resources.and_then(|resources| resources.limits.get(name));
    limit.is_some_and(|limit| name == "memory" || limit.amount() != Some(Amount::ZERO))
}
