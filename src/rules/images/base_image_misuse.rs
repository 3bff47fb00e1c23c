use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::finding::severity::Severity;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, Scope, about, page};
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "base-image-misuse",
    summary: about!(
        "an image for HostProcess containers in an ordinary container: the base image, or a tag such as `v1-windows-hp`"
    ),
    severity: Severity::Warn,
    scope: Scope::AnyPod,
    reads: Fields::of(&["image"]),
    page: page!("base_image_misuse.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    for container in context.pod.containers() {
        let image = container.raw.image.unwrap_or_default();
        if !container.is_host_process() && is_for_host_process(image) {
            findings.container(
                &container,
                container.path("image"),
                format!("{} is made for HostProcess containers", quote(image)),
                "set windowsOptions.hostProcess: true, or use an image for ordinary Windows containers",
            );
        }
    }
}

/// Whether an image has the name of the base image, or a tag such as those of the CSI drivers and sig-windows-tools.
/// The prescan must have all of these strings as marks.
fn is_for_host_process(image: &str) -> bool {
    // The tag, including any digest: the part after the first colon after the last slash.
    let tag = image.rsplit('/').next().and_then(|name| name.split_once(':')).map_or("", |(_, tag)| tag);
    [(image, "windows-host-process-containers-base-image"), (tag, "-windows-hp"), (tag, "-hostprocess")]
        .into_iter()
        .any(|(text, part)| text.contains(part))
}

#[cfg(test)]
mod tests {
    use super::is_for_host_process;

    #[test]
    fn base_image_and_tags_are_recognised() {
        for image in [
            "registry.example:5000/windows-host-process-containers-base-image@sha256:00",
            "smbplugin:v1-windows-hp",
            "registry.example:5000/kube-proxy:v1-calico-hostprocess@sha256:00",
        ] {
            assert!(is_for_host_process(image), "{image}");
        }
        for image in [
            "registry.example:5000/agent-windows-hp/smbplugin:v1",
            "registry.example/agent-windows-hp",
            "agent-hostprocess@sha256:00",
            "policies/windows-hostprocess:v0.1.0",
            "",
        ] {
            assert!(!is_for_host_process(image), "{image}");
        }
    }
}
