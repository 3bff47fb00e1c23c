use crate::cluster::facts::Answer;
use crate::decode::Fields;
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::rule::{Rule, page};
use crate::settings::pattern;
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "hyperv-runtime-class",
    summary: "a RuntimeClass that promises Hyper-V isolation",
    reads: Fields::of(&["runtimeClassName"]),
    page: page!("hyperv_runtime_class.md"),
    check,
    ..Rule::DEFAULT
};

fn check(context: &Context, findings: &mut Findings) {
    let pod = context.pod;
    let Some(name) = pod.spec.runtime_class_name else { return };
    let classes = &context.settings.runtime_classes;
    let is_one_of = |patterns: &[&str]| patterns.iter().any(|pattern| pattern::matches(pattern, name));
    if !is_one_of(&classes.hyperv) && is_one_of(&classes.process) {
        return;
    }
    let what = match handler(context) {
        _ if is_one_of(&classes.hyperv) => quote(name).to_string(),
        Some(PROCESS_HANDLER) => return,
        Some(handler) if sounds_like_a_virtual_machine(handler) => {
            format!("{} (handler {})", quote(name), quote(handler))
        }
        _ if sounds_like_a_virtual_machine(name) => quote(name).to_string(),
        _ => return,
    };
    findings.pod(
        pod.path("runtimeClassName"),
        format!("{what} promises a virtual machine, a HostProcess container runs on the host"),
        "remove it, or list the class under runtimeClasses.process of the policy if it is none of Hyper-V's",
    );
}

/// The handler in containerd's default configuration that isolates processes. Other handlers may be called anything.
const PROCESS_HANDLER: &str = "runhcs-wcow-process";

/// The name of the runtime that the RuntimeClass stands for, when it could be asked.
fn handler<'c>(context: &'c Context) -> Option<&'c str> {
    match &context.facts.runtime_class {
        Answer::Known(class) => Some(&class.handler),
        Answer::NotAsked | Answer::Unknown(_) => None,
    }
}

/// `runhcs-wcow-hypervisor`, its variants with a build (`-20348`), and what people call them.
fn sounds_like_a_virtual_machine(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["hyperv", "hyper-v", "hypervisor"].iter().any(|word| name.contains(word))
        || name.split(['-', '.']).any(|word| matches!(word, "uvm" | "kata"))
}

#[cfg(test)]
mod tests {
    use super::sounds_like_a_virtual_machine;

    #[test]
    fn names() {
        for name in [
            "runhcs-wcow-hypervisor",
            "runhcs-wcow-hypervisor-20348",
            "windows-HyperV",
            "hyper-v",
            "uvm",
            "kata-qemu",
            "win2022.uvm",
        ] {
            assert!(sounds_like_a_virtual_machine(name), "{name}");
        }
        for name in ["runhcs-wcow-process", "windows-2022", "katana", "hyper", "luvm", "nvidia", ""] {
            assert!(!sounds_like_a_virtual_machine(name), "{name}");
        }
    }
}
