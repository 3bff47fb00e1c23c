use crate::decode::Fields;
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::rule::{Rule, Scope, page};
use crate::settings::severity::Severity;
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "base-image-misuse",
    summary: "the HostProcess base image in an ordinary container",
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
        if !container.is_host_process() && image.contains(BASE_IMAGE) {
            findings.container(
                &container,
                container.path("image"),
                format!("{} runs only as a HostProcess container", quote(image)),
                "set windowsOptions.hostProcess: true, or use a Windows base image",
            );
        }
    }
}

const BASE_IMAGE: &str = "windows-host-process-containers-base-image";
