use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::finding::severity::Severity;
use crate::k8s::pod_spec::Resources;
use crate::k8s::quantity::Amount;
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
    for container in context.pod.host_process_containers() {
        if let Some((limit, problem)) = check_limit(container.raw.resources.as_ref(), context) {
            findings.container(&container, container.path(FIELD), problem, fix(limit));
        }
    }
}

const FIELD: &str = "resources.limits.memory";
const MEBIBYTE: Amount = Amount::whole(1 << 20);

/// The memory limit as written, and what is wrong with it. `None` when nothing is, or when it is malformed, which
/// Kubernetes refuses.
fn check_limit<'r>(resources: Option<&'r Resources>, context: &Context) -> Option<(&'r str, String)> {
    let limit = resources?.limits.get("memory")?;
    let amount = limit.amount()?;
    let floor = &context.settings.resources.memory_floor;
    let quoted = quote(&limit.0);
    let problem = if amount < MEBIBYTE {
        format!("{quoted} is below 1Mi, so the runtime drops it and there is no limit")
    } else if amount < floor.amount()? {
        format!("{quoted} is below {}, the minimum for all processes of the container together", floor.0)
    } else {
        return None;
    };
    Some((&limit.0, problem))
}

fn fix(limit: &str) -> &'static str {
    if limit.ends_with('m') {
        "write Mi for mebibytes, because m means thousandths of a byte"
    } else {
        "set a limit that is enough for the program, such as 100Mi"
    }
}
