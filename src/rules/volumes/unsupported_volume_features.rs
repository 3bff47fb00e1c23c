use super::mounts::mounts;
use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::finding::patch::Reach;
use crate::finding::severity::Severity;
use crate::k8s::pod::Pod;
use crate::k8s::quantity::Amount;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "unsupported-volume-features",
    summary: about!(
        "volumes, mounts and devices that Windows does not support: in memory, of images, propagation, huge pages ..."
    ),
    severity_varies: about!("warn; deny for huge pages and resource claims, which the pod does not get"),
    reads: Fields::of(&["image", "limits", "medium", "mountPropagation", "resourceClaims", "volumeDevices"]),
    patches: Some(Reach::Admission),
    page: page!("unsupported_volume_features.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    report_resources(context.pod, findings);
    report_volumes(context.pod, findings);
    let findings = &mut findings.at(Severity::Warn);
    for mount in mounts(context.pod) {
        let propagation = mount.raw.mount_propagation;
        if let Some(propagation) = propagation.filter(|propagation| !matches!(*propagation, "" | "None")) {
            findings
                .container(
                    &mount.container,
                    mount.field("mountPropagation"),
                    format!("{} has no effect on Windows, which does not propagate mounts", quote(propagation)),
                    "remove it, because the paths of the host are visible anyway",
                )
                .removable(Reach::Admission);
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

/// Huge pages, and devices of resource claims.
fn report_resources(pod: &Pod, findings: &mut Findings) {
    if pod.spec.resource_claims.0 {
        findings.pod(
            pod.path("resourceClaims"),
            "is set, but kubelets on Windows do not prepare the devices of resource claims",
            "remove it, and request the device from a device plugin",
        );
    }
    for container in pod.host_process_containers() {
        for (name, limit) in container.raw.resources.iter().flat_map(|resources| resources.limits.iter()) {
            if name.starts_with("hugepages-") && limit.amount() != Some(Amount::ZERO) {
                findings.container(
                    &container,
                    container.path(&format!("resources.limits.{name}")),
                    "keeps the pod from being scheduled, because Windows nodes have no huge pages",
                    "remove it",
                );
            }
        }
    }
}

fn report_volumes(pod: &Pod, findings: &mut Findings) {
    for (index, volume) in pod.spec.volumes.iter().enumerate() {
        let Some(container) = pod.first_host_process_user(index) else { continue };
        let medium = volume.empty_dir.as_ref().and_then(|dir| dir.medium).unwrap_or_default();
        let (severity, field, message, fix) = if volume.image.is_some() {
            (
                Severity::Warn,
                "image",
                "may be an empty folder on Windows once containerd has restarted",
                "put the files into the container's image",
            )
        } else if medium.starts_with("HugePages") {
            (
                Severity::Deny,
                "emptyDir.medium",
                "requests huge pages, which Windows nodes cannot mount, so the pod does not start",
                "remove medium",
            )
        } else if !medium.is_empty() {
            (
                Severity::Warn,
                "emptyDir.medium",
                "has no effect on Windows, where the volume is on the node's disk",
                "remove medium, and keep no secrets in the volume",
            )
        } else {
            continue;
        };
        findings.at(severity).container(&container, pod.path(&format!("volumes[{index}].{field}")), message, fix);
    }
}
