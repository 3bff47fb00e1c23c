use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::finding::severity::Severity;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "hyperv-annotations",
    summary: about!("annotations that configure a utility VM or override resource limits"),
    severity: Severity::Warn,
    reads: Fields::of(&["annotations"]),
    page: page!("hyperv_annotations.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    let pod = context.pod;
    for (key, value) in pod.annotations.iter() {
        if let Some(what) = effect_of(key) {
            findings.pod(
                pod.annotation_path(key),
                format!("{} {what}", quote(value)),
                "remove it, and set limits in resources.limits",
            );
        }
    }
}

/// Documented by AKS for every Windows pod: it does not concern virtual machines or limits.
const PROCESS_DUMPS: &str = "io.microsoft.container.processdumplocation";

fn effect_of(key: &str) -> Option<&'static str> {
    if key.starts_with("io.microsoft.virtualmachine.") {
        Some("configures a utility VM, which a HostProcess pod does not have")
    } else if key.starts_with("io.microsoft.container.") && key != PROCESS_DUMPS {
        Some("is for the runtime and overrides resources.limits if the node passes it on")
    } else {
        None
    }
}
