use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::finding::severity::Severity;
use crate::node::limits::mebibytes;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "tiny-memory-limit",
    summary: about!("a memory limit that is too small; below 1 MiB it is silently dropped"),
    severity: Severity::Warn,
    reads: Fields::of(&["limits"]),
    page: page!("tiny_memory_limit.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    let floor = &context.settings.resources.memory_floor;
    let least = floor.amount();
    for container in context.pod.host_process_containers() {
        let limit = container.raw.resources.as_ref().and_then(|resources| resources.limits.get("memory"));
        // Kubernetes rejects a malformed limit.
        let Some((limit, amount)) = limit.and_then(|limit| Some((&limit.0, limit.amount()?))) else { continue };
        let quoted = quote(limit);
        let problem = if mebibytes(amount) == 0 {
            format!("{quoted} is below 1Mi, so the runtime drops it and there is no limit")
        } else if least.is_some_and(|least| amount < least) {
            format!("{quoted} is below {}, the minimum for all processes of the container together", floor.0)
        } else {
            continue;
        };
        findings.container(&container, container.path("resources.limits.memory"), problem, fix(limit));
    }
}

fn fix(limit: &str) -> &'static str {
    if limit.ends_with('m') {
        "write Mi for mebibytes, because m means thousandths of a byte"
    } else {
        "set a limit that is enough for the program, such as 100Mi"
    }
}
