use super::mounts::mounts;
use crate::decode::Fields;
use crate::k8s::pod::{ContainerView, Pod};
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::rule::{Rule, page};
use crate::settings::severity::Severity;
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "unsupported-volume-features",
    summary: "memory-backed volumes, mount propagation and block devices, which Windows does not have",
    severity: Severity::Warn,
    reads: Fields::of(&["medium", "mountPropagation", "volumeDevices"]),
    page: page!("unsupported_volume_features.md"),
    check,
    ..Rule::DEFAULT
};

fn check(context: &Context, findings: &mut Findings) {
    report_media(context.pod, findings);
    for mount in mounts(context.pod) {
        let propagation = mount.raw.mount_propagation;
        if let Some(propagation) = propagation.filter(|propagation| !matches!(*propagation, "" | "None")) {
            findings.container(
                &mount.container,
                mount.field("mountPropagation"),
                format!("{} has no effect on Windows, which does not propagate mounts", quote(propagation)),
                "remove it, because the paths of the host are visible anyway",
            );
        }
    }
    for container in context.pod.host_process_containers().filter(|container| container.raw.volume_devices.0) {
        findings.container(
            &container,
            container.path("volumeDevices"),
            "is set, but Windows does not support raw block volumes",
            "mount the volume as a filesystem",
        );
    }
}

fn report_media(pod: &Pod, findings: &mut Findings) {
    for (index, volume) in pod.spec.volumes.iter().enumerate() {
        let medium = volume.empty_dir.as_ref().and_then(|dir| dir.medium).unwrap_or_default();
        let mut users = pod.containers_mounting(volume.name.unwrap_or_default());
        let user = users.find(ContainerView::is_host_process);
        if let (false, Some(container)) = (medium.is_empty(), user) {
            findings.container(
                &container,
                pod.path(&format!("volumes[{index}].emptyDir.medium")),
                format!("{} has no effect on Windows, where the volume is on the node's disk", quote(medium)),
                "remove medium, and keep no secrets in the volume",
            );
        }
    }
}
