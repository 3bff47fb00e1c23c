//! The part of a pod that rules read. Field names and nesting are those of `PodSpec` (k8s.io/api core/v1); decoding
//! skips all other fields, regardless of their types.

use crate::decode::{List, NonEmpty, Pairs, Presence, record};
use crate::k8s::quantity::Quantity;
use crate::k8s::tolerations::ToleratesAll;
use crate::windows::account::Account;

record! {
    /// The fields of `PodSpec` that rules read.
    #[derive(Debug, Default)]
    #[allow(missing_docs, reason = "the fields of PodSpec, documented by Kubernetes")]
    pub struct PodSpec<'a> {
        pub affinity: Option<Affinity<'a>> = "affinity",
        pub automount_service_account_token: Option<bool> = "automountServiceAccountToken",
        pub containers: List<Container<'a>> = "containers",
        pub dns_policy: Option<&'a str> = "dnsPolicy",
        pub ephemeral_containers: List<Container<'a>> = "ephemeralContainers",
        pub host_aliases: NonEmpty = "hostAliases",
        pub host_ipc: Option<bool> = "hostIPC",
        pub host_network: Option<bool> = "hostNetwork",
        pub host_pid: Option<bool> = "hostPID",
        pub host_users: Option<bool> = "hostUsers",
        pub hostname: Option<&'a str> = "hostname",
        pub hostname_override: Presence = "hostnameOverride",
        pub init_containers: List<Container<'a>> = "initContainers",
        pub node_name: Option<&'a str> = "nodeName",
        pub node_selector: Pairs<'a> = "nodeSelector",
        pub os: Option<PodOs<'a>> = "os",
        pub resource_claims: NonEmpty = "resourceClaims",
        pub resources: Option<Resources<'a>> = "resources",
        pub runtime_class_name: Option<&'a str> = "runtimeClassName",
        pub security_context: Option<PodSecurityContext<'a>> = "securityContext",
        /// The deprecated alias of `serviceAccountName`.
        pub service_account: Option<&'a str> = "serviceAccount",
        pub service_account_name: Option<&'a str> = "serviceAccountName",
        pub set_hostname_as_fqdn: Option<bool> = "setHostnameAsFQDN",
        pub share_process_namespace: Option<bool> = "shareProcessNamespace",
        pub subdomain: Option<&'a str> = "subdomain",
        pub termination_grace_period_seconds: Option<i64> = "terminationGracePeriodSeconds",
        pub tolerations: ToleratesAll = "tolerations",
        pub volumes: List<Volume<'a>> = "volumes",
    }
}

/// The three lists of containers, in the order in which they are visited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ContainerList {
    /// `containers`.
    Regular,
    /// `initContainers`, sidecars (`restartPolicy: Always`) included.
    Init,
    /// `ephemeralContainers`, which only an update of a running pod can add.
    Ephemeral,
}

impl ContainerList {
    /// The field of `PodSpec`.
    pub fn field(self) -> &'static str {
        match self {
            ContainerList::Regular => "containers",
            ContainerList::Init => "initContainers",
            ContainerList::Ephemeral => "ephemeralContainers",
        }
    }
}

record! {
    /// The fields of `Container` and `EphemeralContainer` that rules read.
    #[derive(Debug, Default)]
    #[allow(missing_docs, reason = "the fields of Container, documented by Kubernetes")]
    pub struct Container<'a> {
        pub args: List<&'a str> = "args",
        pub command: List<&'a str> = "command",
        pub env: List<EnvVar<'a>> = "env",
        pub image: Option<&'a str> = "image",
        pub lifecycle: Option<Lifecycle<'a>> = "lifecycle",
        pub liveness_probe: Option<Handler<'a>> = "livenessProbe",
        pub name: Option<&'a str> = "name",
        pub ports: List<ContainerPort<'a>> = "ports",
        pub readiness_probe: Option<Handler<'a>> = "readinessProbe",
        pub resources: Option<Resources<'a>> = "resources",
        pub security_context: Option<SecurityContext<'a>> = "securityContext",
        pub startup_probe: Option<Handler<'a>> = "startupProbe",
        pub termination_message_path: Option<&'a str> = "terminationMessagePath",
        pub volume_devices: NonEmpty = "volumeDevices",
        pub volume_mounts: List<VolumeMount<'a>> = "volumeMounts",
        pub working_dir: Option<&'a str> = "workingDir",
    }
}

record! {
    /// `WindowsSecurityContextOptions`, on the pod or on a container.
    #[derive(Debug, Default)]
    #[allow(missing_docs, reason = "documented by Kubernetes")]
    pub struct WindowsOptions<'a> {
        pub gmsa_credential_spec: Option<&'a str> = "gmsaCredentialSpec",
        pub gmsa_credential_spec_name: Option<&'a str> = "gmsaCredentialSpecName",
        pub host_process: Option<bool> = "hostProcess" or_true,
        pub run_as_user_name: Option<Account<'a>> = "runAsUserName",
    }
}

record! {
    /// The fields of `PodSecurityContext` that rules read.
    #[derive(Debug, Default)]
    #[allow(missing_docs, reason = "documented by Kubernetes")]
    pub struct PodSecurityContext<'a> {
        pub app_armor_profile: Presence = "appArmorProfile",
        pub fs_group: Option<i64> = "fsGroup",
        pub fs_group_change_policy: Presence = "fsGroupChangePolicy",
        pub run_as_group: Option<i64> = "runAsGroup",
        pub run_as_non_root: Option<bool> = "runAsNonRoot",
        pub run_as_user: Option<i64> = "runAsUser",
        pub se_linux_change_policy: Presence = "seLinuxChangePolicy",
        pub se_linux_options: Presence = "seLinuxOptions",
        pub seccomp_profile: Presence = "seccompProfile",
        pub supplemental_groups: Presence = "supplementalGroups",
        pub supplemental_groups_policy: Option<&'a str> = "supplementalGroupsPolicy",
        pub sysctls: NonEmpty = "sysctls",
        pub windows_options: Option<WindowsOptions<'a>> = "windowsOptions",
    }
}

record! {
    /// The fields of a container's `SecurityContext` that rules read.
    #[derive(Debug, Default)]
    #[allow(missing_docs, reason = "documented by Kubernetes")]
    pub struct SecurityContext<'a> {
        pub allow_privilege_escalation: Option<bool> = "allowPrivilegeEscalation",
        pub app_armor_profile: Presence = "appArmorProfile",
        pub capabilities: Presence = "capabilities",
        pub privileged: Option<bool> = "privileged",
        pub proc_mount: Presence = "procMount",
        pub read_only_root_filesystem: Option<bool> = "readOnlyRootFilesystem",
        pub run_as_group: Option<i64> = "runAsGroup",
        pub run_as_non_root: Option<bool> = "runAsNonRoot",
        pub run_as_user: Option<i64> = "runAsUser",
        pub se_linux_options: Presence = "seLinuxOptions",
        pub seccomp_profile: Presence = "seccompProfile",
        pub windows_options: Option<WindowsOptions<'a>> = "windowsOptions",
    }
}

record! {
    /// `PodOS`.
    #[derive(Debug, Default)]
    pub struct PodOs<'a> {
        /// `windows` or `linux`.
        pub name: Option<&'a str> = "name",
    }
}

record! {
    /// The node affinity of `Affinity`.
    #[derive(Debug, Default)]
    pub struct Affinity<'a> {
        /// The only affinity that concerns nodes; the other kinds concern pods.
        pub node_affinity: Option<NodeAffinity<'a>> = "nodeAffinity",
    }
}

record! {
    /// The required part of `NodeAffinity`; preferences do not exclude nodes.
    #[derive(Debug, Default)]
    pub struct NodeAffinity<'a> {
        /// The requirements that a node must satisfy.
        pub required_during_scheduling_ignored_during_execution: Option<NodeSelector<'a>> = "requiredDuringSchedulingIgnoredDuringExecution",
    }
}

record! {
    /// `NodeSelector`: the terms are ORed.
    #[derive(Debug, Default)]
    pub struct NodeSelector<'a> {
        /// One of these must match.
        pub node_selector_terms: List<NodeSelectorTerm<'a>> = "nodeSelectorTerms",
    }
}

record! {
    /// `NodeSelectorTerm`: all its requirements are ANDed; an empty term matches no node.
    #[derive(Debug, Default)]
    pub struct NodeSelectorTerm<'a> {
        /// Requirements on labels.
        pub match_expressions: List<NodeSelectorRequirement<'a>> = "matchExpressions",
        /// Requirements on fields; Kubernetes supports only `metadata.name`.
        pub match_fields: List<NodeSelectorRequirement<'a>> = "matchFields",
    }
}

record! {
    /// `NodeSelectorRequirement`.
    #[derive(Debug, Default)]
    #[allow(missing_docs, reason = "documented by Kubernetes")]
    pub struct NodeSelectorRequirement<'a> {
        pub key: Option<&'a str> = "key",
        pub operator: Option<&'a str> = "operator",
        pub values: List<&'a str> = "values",
    }
}

record! {
    /// The fields of `Volume` that rules read.
    #[derive(Debug, Default)]
    #[allow(missing_docs, reason = "documented by Kubernetes")]
    pub struct Volume<'a> {
        pub config_map: Presence = "configMap",
        pub downward_api: Presence = "downwardAPI",
        pub empty_dir: Option<EmptyDir<'a>> = "emptyDir",
        pub host_path: Option<HostPath<'a>> = "hostPath",
        pub image: Option<ImageSource<'a>> = "image",
        pub name: Option<&'a str> = "name",
        pub projected: Option<Projected> = "projected",
        pub secret: Presence = "secret",
    }
}

record! {
    /// `ImageVolumeSource`.
    #[derive(Debug, Default)]
    pub struct ImageSource<'a> {
        /// The image whose files are mounted.
        pub reference: Option<&'a str> = "reference",
    }
}

record! {
    /// `ProjectedVolumeSource`.
    #[derive(Debug, Default)]
    pub struct Projected {
        /// The projected sources.
        pub sources: List<ProjectedSource> = "sources",
    }
}

record! {
    /// The part of `VolumeProjection` that rules read.
    #[derive(Debug, Default)]
    pub struct ProjectedSource {
        /// A token of the pod's service account.
        pub service_account_token: Presence = "serviceAccountToken",
    }
}

record! {
    /// `HostPathVolumeSource`.
    #[derive(Debug, Default)]
    #[allow(missing_docs, reason = "documented by Kubernetes")]
    pub struct HostPath<'a> {
        pub path: Option<&'a str> = "path",
        pub type_: Option<&'a str> = "type",
    }
}

record! {
    /// `EmptyDirVolumeSource`.
    #[derive(Debug, Default)]
    pub struct EmptyDir<'a> {
        /// `""` or `Memory` (or a huge page size).
        pub medium: Option<&'a str> = "medium",
    }
}

record! {
    /// `VolumeMount`.
    #[derive(Debug, Default)]
    #[allow(missing_docs, reason = "documented by Kubernetes")]
    pub struct VolumeMount<'a> {
        pub mount_path: Option<&'a str> = "mountPath",
        pub mount_propagation: Option<&'a str> = "mountPropagation",
        pub name: Option<&'a str> = "name",
        pub read_only: Option<bool> = "readOnly",
        pub recursive_read_only: Option<&'a str> = "recursiveReadOnly",
        pub sub_path: Option<&'a str> = "subPath",
    }
}

record! {
    /// The name and literal value of `EnvVar`, and whether its value comes from another source.
    #[derive(Debug, Default)]
    #[allow(missing_docs, reason = "documented by Kubernetes")]
    pub struct EnvVar<'a> {
        pub name: Option<&'a str> = "name",
        pub value: Option<&'a str> = "value",
        pub value_from: Presence = "valueFrom",
    }
}

record! {
    /// `ContainerPort`.
    #[derive(Debug, Default)]
    #[allow(missing_docs, reason = "documented by Kubernetes")]
    pub struct ContainerPort<'a> {
        pub container_port: Option<i64> = "containerPort",
        pub host_port: Option<i64> = "hostPort",
        pub name: Option<&'a str> = "name",
    }
}

record! {
    /// The quantities of `ResourceRequirements`, by resource name: `cpu`, `memory` ...
    #[derive(Debug, Default)]
    #[allow(missing_docs, reason = "documented by Kubernetes")]
    pub struct Resources<'a> {
        pub limits: Pairs<'a, Quantity<'a>> = "limits",
        pub requests: Pairs<'a, Quantity<'a>> = "requests",
    }
}

record! {
    /// The command of a probe or a lifecycle handler.
    #[derive(Debug, Default)]
    pub struct Handler<'a> {
        /// Absent for HTTP, TCP, gRPC and sleep.
        pub exec: Option<Exec<'a>> = "exec",
    }
}

record! {
    /// `ExecAction`.
    #[derive(Debug, Default)]
    pub struct Exec<'a> {
        /// The program and its arguments.
        pub command: List<&'a str> = "command",
    }
}

record! {
    /// `Lifecycle`.
    #[derive(Debug, Default)]
    #[allow(missing_docs, reason = "documented by Kubernetes")]
    pub struct Lifecycle<'a> {
        pub post_start: Option<Handler<'a>> = "postStart",
        pub pre_stop: Option<Handler<'a>> = "preStop",
    }
}
