//! Reasons why the kubelet rejects a pod, or does not create one of its containers.
//!
//! The capacity and the labels of the node are not considered.

use std::fmt::{Display, Formatter, Result as Written};

use crate::decode::Pairs;
use crate::k8s::pod::{ContainerView, Pod};
use crate::k8s::pod_spec::VolumeMount;
use crate::k8s::quantity::Quantity;
use crate::node::image::ImageConfig;
use crate::windows::account::CONTAINER_ADMINISTRATOR;

const OS_LABEL: &str = "kubernetes.io/os";

/// Why the kubelet rejects a pod, in the order of its checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// A label of the pod names another operating system.
    OsLabel,
    /// `os.name` names another operating system.
    Os,
    /// `supplementalGroupsPolicy: Strict`.
    SupplementalGroupsPolicy,
    /// Pod-level resources.
    PodLevelResources,
    /// A HostProcess container without `hostNetwork`.
    HostNetwork,
    /// Both HostProcess and other containers.
    Mixed,
}

impl Rejection {
    /// All rejections of a pod.
    pub fn of(pod: &Pod) -> Vec<Rejection> {
        let spec = &pod.spec;
        let policy = spec.security_context.as_ref().and_then(|context| context.supplemental_groups_policy);
        let host_process = pod.host_process_containers().count();
        let checks = [
            (pod.labels.get(OS_LABEL).is_some_and(|os| *os != "windows"), Rejection::OsLabel),
            (spec.os.as_ref().is_some_and(|os| os.name.is_some_and(|name| name != "windows")), Rejection::Os),
            (policy == Some("Strict"), Rejection::SupplementalGroupsPolicy),
            (has_pod_level_resources(pod), Rejection::PodLevelResources),
            (host_process > 0 && spec.host_network != Some(true), Rejection::HostNetwork),
            (host_process > 0 && host_process < pod.containers().count(), Rejection::Mixed),
        ];
        checks.into_iter().filter(|(applies, _)| *applies).map(|(_, rejection)| rejection).collect()
    }

    /// Whether the pod's sandbox fails, rather than the kubelet's admission.
    pub fn is_sandbox_error(self) -> bool {
        matches!(self, Rejection::HostNetwork | Rejection::Mixed)
    }
}

/// Whether a pod has pod-level resources. The kubelet ignores an empty object.
pub fn has_pod_level_resources(pod: &Pod) -> bool {
    pod.spec.resources.as_ref().is_some_and(|resources| has_any(&resources.limits) || has_any(&resources.requests))
}

/// Whether any quantity is of a resource that is allowed at pod level.
fn has_any(quantities: &Pairs<Quantity>) -> bool {
    quantities.iter().any(|(name, _)| matches!(*name, "cpu" | "memory") || name.starts_with("hugepages-"))
}

impl Display for Rejection {
    fn fmt(&self, out: &mut Formatter) -> Written {
        out.write_str(match self {
            Rejection::OsLabel => {
                "PodOSSelectorNodeLabelDoesNotMatch: Failed to admit pod as the `kubernetes.io/os` label doesn't match node label"
            }
            Rejection::Os => "PodOSNotSupported: Failed to admit pod as the OS field doesn't match node OS",
            Rejection::SupplementalGroupsPolicy => {
                "SupplementalGroupsPolicyNotSupported: SupplementalGroupsPolicy=Strict is not supported in this node"
            }
            Rejection::PodLevelResources => {
                "PodLevelResourcesNotSupported: pod-level resources are not supported on Windows"
            }
            Rejection::HostNetwork => "hostNetwork is required if Pod contains HostProcess containers",
            Rejection::Mixed => "pod must not contain both HostProcess and non-HostProcess containers",
        })
    }
}

/// Why the kubelet does not create a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContainerError<'t> {
    /// `runAsNonRoot` with an account that counts as root: the field that the kubelet names, and the account.
    RootUser(&'static str, &'t str),
    /// A mount of this volume with `recursiveReadOnly: Enabled`.
    RecursiveReadOnly(&'t str),
}

/// Whether a mount demands recursive read-only mounts, which the runtime does not support.
pub fn demands_recursive_read_only(mount: &VolumeMount) -> bool {
    mount.recursive_read_only == Some("Enabled")
}

impl<'t> ContainerError<'t> {
    /// The first error of a container. The image's user counts if its configuration is known and no name is set.
    pub fn of(container: &ContainerView<'t, '_>, image: &'t ImageConfig) -> Option<ContainerError<'t>> {
        let mounts = container.raw.volume_mounts.iter();
        let recursive = mounts.filter(|mount| demands_recursive_read_only(mount)).map(|mount| mount.name);
        recursive.flatten().next().map(ContainerError::RecursiveReadOnly).or_else(|| root_user(container, image))
    }
}

fn root_user<'t>(container: &ContainerView<'t, '_>, image: &'t ImageConfig) -> Option<ContainerError<'t>> {
    if !container.run_as_non_root().is_some_and(|effective| effective.value) {
        return None;
    }
    let (field, name) = match container.run_as_user_name() {
        Some(account) => ("runAsUserName", account.value.name()),
        None => ("runAsUser", image.user.unwrap_or_default()),
    };
    name.eq_ignore_ascii_case(CONTAINER_ADMINISTRATOR).then_some(ContainerError::RootUser(field, name))
}

impl Display for ContainerError<'_> {
    fn fmt(&self, out: &mut Formatter) -> Written {
        match self {
            ContainerError::RootUser(field, name) => write!(
                out,
                "container's {field} ({name}) which will be regarded as root identity and will break non-root policy"
            ),
            ContainerError::RecursiveReadOnly(volume) => write!(
                out,
                "failed to resolve recursive read-only mode: volume {volume:?} requested recursive read-only mode, but it is \
                 not supported by the runtime"
            ),
        }
    }
}
