use crate::decode::Fields;
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::rule::{Rule, page};
use crate::settings::severity::Severity;
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "hyperv-annotations",
    summary: "utility-VM annotations",
    severity: Severity::Warn,
    reads: Fields::of(&["annotations"]),
    page: page!("hyperv_annotations.md"),
    check,
    ..Rule::DEFAULT
};

fn check(context: &Context, findings: &mut Findings) {
    let pod = context.pod;
    for (key, value) in pod.annotations.iter() {
        if let Some(what) = what_it_configures(key) {
            findings.pod(
                pod.annotation_path(key),
                format!("{} is for {what}", quote(value)),
                "remove it, limits belong into resources.limits",
            );
        }
    }
}

/// Documented by AKS for every Windows pod: it neither belongs to a virtual machine nor changes a limit.
const PROCESS_DUMPS: &str = "io.microsoft.container.processdumplocation";

fn what_it_configures(key: &str) -> Option<&'static str> {
    if key.starts_with("io.microsoft.virtualmachine.") {
        Some("a utility VM, which a HostProcess pod does not have")
    } else if key.starts_with("io.microsoft.container.") && key != PROCESS_DUMPS {
        Some("the runtime, which overrides resources.limits where the node lets it through")
    } else {
        None
    }
}
