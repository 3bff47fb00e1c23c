//! `base-image-misuse`: reads `image` of every container of every pod that is not HostProcess by its effective value.

use crate::finding::{Findings, quote};
use crate::rules::{ApiServer, Context, DefaultSeverity, Group, Rule, Scope};
use crate::settings::Severity;

/// The HostProcess base image in an ordinary container.
pub static RULE: Rule = Rule {
    id: "base-image-misuse",
    group: Group::Images,
    severity: DefaultSeverity::Always(Severity::Warn),
    scope: Scope::AnyPod,
    api_server: ApiServer::Accepts,
    summary: "the HostProcess base image in an ordinary container",
    page: page!("base_image_misuse.md"),
    check,
};

fn check(context: &Context, findings: &mut Findings) {
    for container in context.pod.containers() {
        let image = container.raw.image.as_deref().unwrap_or_default();
        if !container.is_host_process() && image.contains(BASE_IMAGE) {
            findings.container(
                &container,
                container.path("image"),
                format!("{} runs as a HostProcess container only", quote(image)),
                "set windowsOptions.hostProcess: true, or use a base image of Windows",
            );
        }
    }
}

const BASE_IMAGE: &str = "windows-host-process-containers-base-image";
