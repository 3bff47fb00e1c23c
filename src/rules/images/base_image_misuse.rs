use crate::decode::Fields;
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::rule::{Rule, Scope, page};
use crate::settings::severity::Severity;
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "base-image-misuse",
    summary: "an image for HostProcess containers in an ordinary one: the base image, or a tag such as `v1-windows-hp`",
    severity: Severity::Warn,
    scope: Scope::AnyPod,
    reads: Fields::of(&["image"]),
    page: page!("base_image_misuse.md"),
    check,
    ..Rule::DEFAULT
};

fn check(context: &Context, findings: &mut Findings) {
    for container in context.pod.containers() {
        let image = container.raw.image.unwrap_or_default();
        if container.is_host_process() {
            continue;
        }
        let problem = if image.contains(BASE_IMAGE) {
            "runs only as a HostProcess container"
        } else if TAGS.iter().any(|part| tag(image).contains(part)) {
            "is built for HostProcess containers, by its tag"
        } else {
            continue;
        };
        findings.container(
            &container,
            container.path("image"),
            format!("{} {problem}", quote(image)),
            "set windowsOptions.hostProcess: true, or use an image for ordinary Windows containers",
        );
    }
}

/// In the name of an image. Each text here is also a mark of the prescan.
const BASE_IMAGE: &str = "windows-host-process-containers-base-image";
/// In a tag: those of the CSI drivers, and of sig-windows-tools.
const TAGS: [&str; 2] = ["-windows-hp", "-hostprocess"];

/// The tag of a reference, which follows the last colon after the last slash; `""` when there is none.
fn tag(image: &str) -> &str {
    let name = image.rsplit('/').next().unwrap_or_default();
    let name = name.split_once('@').map_or(name, |(name, _digest)| name);
    name.split_once(':').map_or("", |(_, tag)| tag)
}

#[cfg(test)]
mod tests {
    use super::tag;

    #[test]
    fn tags() {
        for (image, found) in [
            ("registry.example/smbplugin:v1-windows-hp", "v1-windows-hp"),
            ("registry.example:5000/team/agent:1@sha256:00", "1"),
            ("registry.example:5000/agent-windows-hp", ""),
            ("agent@sha256:00", ""),
            ("", ""),
        ] {
            assert_eq!(tag(image), found, "{image}");
        }
    }
}
