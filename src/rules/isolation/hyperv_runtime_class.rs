use crate::cluster::facts::Answer;
use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::settings::pattern::matches_any;
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "hyperv-runtime-class",
    summary: about!("a RuntimeClass for Hyper-V isolation"),
    reads: Fields::of(&["runtimeClassName"]),
    page: page!("hyperv_runtime_class.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    let pod = context.pod;
    let Some(name) = pod.spec.runtime_class_name else { return };
    let classes = &context.settings.runtime_classes;
    let is_one_of = |patterns: &[&str]| matches_any(patterns, name);
    if !is_one_of(&classes.hyperv) && is_one_of(&classes.process) {
        return;
    }
    let what = match handler(context) {
        _ if is_one_of(&classes.hyperv) => quote(name).to_string(),
        Some(PROCESS_HANDLER) => return,
        Some(handler) if suggests_hyperv(handler) => {
            format!("{} (handler {})", quote(name), quote(handler))
        }
        _ if suggests_hyperv(name) => quote(name).to_string(),
        _ => return,
    };
    findings.pod(
        pod.path("runtimeClassName"),
        format!(
            "{what} selects Hyper-V isolation, but HostProcess containers run on the host up to containerd 2.3.2, and later \
             only on Windows Server 2025, in the virtual machine"
        ),
        "remove it, or list the class in the policy's setting runtimeClasses.process if it does not use Hyper-V",
    );
}

/// The handler for process isolation in containerd's default configuration. Other handlers can have any name.
const PROCESS_HANDLER: &str = "runhcs-wcow-process";

/// The handler of the pod's RuntimeClass, if known from the cluster.
fn handler<'c>(context: &'c Context) -> Option<&'c str> {
    match &context.facts.runtime_class {
        Answer::Known(class) => Some(&class.handler),
        Answer::NotAsked | Answer::Unknown(_) => None,
    }
}

/// Whether a name suggests Hyper-V: `runhcs-wcow-hypervisor`, its variants for a build (`-20348`), and other common
/// names.
fn suggests_hyperv(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["hyperv", "hyper-v", "hypervisor"].iter().any(|word| name.contains(word))
        || name.split(['-', '.']).any(|word| matches!(word, "uvm" | "kata"))
}

#[cfg(test)]
mod tests {
    use super::suggests_hyperv;

    #[test]
    fn names_that_suggest_hyperv() {
        for name in [
            "runhcs-wcow-hypervisor",
            "runhcs-wcow-hypervisor-20348",
            "windows-HyperV",
            "hyper-v",
            "uvm",
            "kata-qemu",
            "win2022.uvm",
        ] {
            assert!(suggests_hyperv(name), "{name}");
        }
        for name in ["runhcs-wcow-process", "windows-2022", "katana", "hyper", "luvm", "nvidia", ""] {
            assert!(!suggests_hyperv(name), "{name}");
        }
    }
}
