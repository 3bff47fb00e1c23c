use crate::decode::Fields;
use crate::k8s::pod_spec::Resources;
use crate::k8s::quantity::Amount;
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::rule::{Rule, page};
use crate::settings::severity::Severity;
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "tiny-memory-limit",
    summary: "a limit under 1 MiB is dropped silently",
    severity: Severity::Warn,
    reads: Fields::of(&["limits"]),
    page: page!("tiny_memory_limit.md"),
    check,
    ..Rule::DEFAULT
};

fn check(context: &Context, findings: &mut Findings) {
    let pod = context.pod;
    if let Some((limit, problem)) = problem_with(pod.spec.resources.as_ref(), context) {
        findings.pod(pod.path(FIELD), problem, fix(limit));
    }
    for container in pod.host_process_containers() {
        if let Some((limit, problem)) = problem_with(container.raw.resources.as_ref(), context) {
            findings.container(&container, container.path(FIELD), problem, fix(limit));
        }
    }
}

const FIELD: &str = "resources.limits.memory";
const MEBIBYTE: Amount = Amount::whole(1 << 20);

/// The memory limit as written, and what is wrong with it. Malformed ones are for Kubernetes to refuse.
fn problem_with<'r>(resources: Option<&'r Resources>, context: &Context) -> Option<(&'r str, String)> {
    let limit = resources?.limits.get("memory")?;
    let amount = limit.amount()?;
    let floor = &context.settings.resources.memory_floor;
    let quoted = quote(&limit.0);
    let problem = if amount < MEBIBYTE {
        format!("{quoted} is under 1Mi, which the runtime drops: there is no limit")
    } else if amount < floor.amount()? {
        format!("{quoted} is under {}, for all processes of the container together", floor.0)
    } else {
        return None;
    };
    Some((&limit.0, problem))
}

fn fix(limit: &str) -> &'static str {
    if limit.ends_with('m') {
        "write Mi for mebibytes, m is a thousandth of a byte"
    } else {
        "set a limit that the program can live with, such as 100Mi"
    }
}
