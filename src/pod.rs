//! The slice of a pod that rules read, and the effective values: a container's own setting over the pod's.
//!
//! Field names and nesting are those of `PodSpec` (k8s.io/api core/v1). Fields that no rule reads are
//! skipped while decoding, whatever they hold. The inheritance of `windowsOptions` follows
//! `DetermineEffectiveSecurityContext` of Kubernetes' `pkg/securitycontext/util.go` (read at v1.32.10).

use serde::Deserialize;

use crate::decode::{IsSet, List, Pairs, Quantity, Text};

/// The slice of `PodSpec` that rules read.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs, reason = "the fields of PodSpec, documented by Kubernetes")]
pub struct PodSpec<'a> {
    #[serde(borrow)]
    pub containers: List<Container<'a>>,
    #[serde(borrow)]
    pub init_containers: List<Container<'a>>,
    #[serde(borrow)]
    pub ephemeral_containers: List<Container<'a>>,
    #[serde(borrow)]
    pub security_context: Option<PodSecurityContext<'a>>,
    pub host_network: Option<bool>,
    #[serde(rename = "hostPID")]
    pub host_pid: Option<bool>,
    #[serde(rename = "hostIPC")]
    pub host_ipc: Option<bool>,
    pub share_process_namespace: Option<bool>,
    pub host_users: Option<bool>,
    #[serde(borrow)]
    pub os: Option<PodOs<'a>>,
    #[serde(borrow)]
    pub node_selector: Pairs<'a>,
    #[serde(borrow)]
    pub affinity: Option<Affinity<'a>>,
    #[serde(borrow)]
    pub node_name: Option<Text<'a>>,
    #[serde(borrow)]
    pub runtime_class_name: Option<Text<'a>>,
    #[serde(borrow)]
    pub service_account_name: Option<Text<'a>>,
    /// The deprecated alias of `serviceAccountName`.
    #[serde(borrow)]
    pub service_account: Option<Text<'a>>,
    pub automount_service_account_token: Option<bool>,
    #[serde(borrow)]
    pub volumes: List<Volume<'a>>,
    #[serde(borrow)]
    pub dns_policy: Option<Text<'a>>,
    pub host_aliases: IsSet,
    #[serde(borrow)]
    pub hostname: Option<Text<'a>>,
    #[serde(borrow)]
    pub subdomain: Option<Text<'a>>,
    #[serde(rename = "setHostnameAsFQDN")]
    pub set_hostname_as_fqdn: Option<bool>,
    #[serde(borrow)]
    pub resources: Option<Resources<'a>>,
    pub termination_grace_period_seconds: Option<i64>,
}

/// The slice of `Container` and `EphemeralContainer` that rules read.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs, reason = "the fields of Container, documented by Kubernetes")]
pub struct Container<'a> {
    #[serde(borrow)]
    pub name: Option<Text<'a>>,
    #[serde(borrow)]
    pub image: Option<Text<'a>>,
    #[serde(borrow)]
    pub command: List<Text<'a>>,
    #[serde(borrow)]
    pub args: List<Text<'a>>,
    #[serde(borrow)]
    pub working_dir: Option<Text<'a>>,
    #[serde(borrow)]
    pub env: List<EnvVar<'a>>,
    #[serde(borrow)]
    pub ports: List<ContainerPort<'a>>,
    #[serde(borrow)]
    pub volume_mounts: List<VolumeMount<'a>>,
    pub volume_devices: IsSet,
    #[serde(borrow)]
    pub resources: Option<Resources<'a>>,
    #[serde(borrow)]
    pub security_context: Option<SecurityContext<'a>>,
    #[serde(borrow)]
    pub liveness_probe: Option<Handler<'a>>,
    #[serde(borrow)]
    pub readiness_probe: Option<Handler<'a>>,
    #[serde(borrow)]
    pub startup_probe: Option<Handler<'a>>,
    #[serde(borrow)]
    pub lifecycle: Option<Lifecycle<'a>>,
    #[serde(borrow)]
    pub termination_message_path: Option<Text<'a>>,
}

/// `WindowsSecurityContextOptions`, on the pod or on a container.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs, reason = "documented by Kubernetes")]
pub struct WindowsOptions<'a> {
    pub host_process: Option<bool>,
    #[serde(borrow)]
    pub run_as_user_name: Option<Text<'a>>,
    #[serde(borrow)]
    pub gmsa_credential_spec_name: Option<Text<'a>>,
    #[serde(borrow)]
    pub gmsa_credential_spec: Option<Text<'a>>,
}

/// The slice of `PodSecurityContext` that rules read.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs, reason = "documented by Kubernetes")]
pub struct PodSecurityContext<'a> {
    #[serde(borrow)]
    pub windows_options: Option<WindowsOptions<'a>>,
    pub run_as_non_root: Option<bool>,
    pub run_as_user: Option<i64>,
    pub run_as_group: Option<i64>,
    pub fs_group: Option<i64>,
    pub app_armor_profile: IsSet,
    pub se_linux_options: IsSet,
    pub seccomp_profile: IsSet,
    pub fs_group_change_policy: IsSet,
    pub sysctls: IsSet,
    pub supplemental_groups: IsSet,
    pub supplemental_groups_policy: IsSet,
    #[serde(rename = "seLinuxChangePolicy")]
    pub se_linux_change_policy: IsSet,
}

/// The slice of a container's `SecurityContext` that rules read.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs, reason = "documented by Kubernetes")]
pub struct SecurityContext<'a> {
    #[serde(borrow)]
    pub windows_options: Option<WindowsOptions<'a>>,
    pub run_as_non_root: Option<bool>,
    pub run_as_user: Option<i64>,
    pub run_as_group: Option<i64>,
    pub read_only_root_filesystem: Option<bool>,
    pub app_armor_profile: IsSet,
    pub se_linux_options: IsSet,
    pub seccomp_profile: IsSet,
    pub capabilities: IsSet,
    pub privileged: Option<bool>,
    pub allow_privilege_escalation: Option<bool>,
    pub proc_mount: IsSet,
}

/// `PodOS`.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct PodOs<'a> {
    /// `windows` or `linux`.
    #[serde(borrow)]
    pub name: Option<Text<'a>>,
}

/// `Affinity`, its node part.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Affinity<'a> {
    /// The only affinity that speaks of nodes.
    #[serde(borrow)]
    pub node_affinity: Option<NodeAffinity<'a>>,
}

/// `NodeAffinity`, its required part: preferences decide nothing.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NodeAffinity<'a> {
    /// What a node must satisfy.
    #[serde(borrow)]
    pub required_during_scheduling_ignored_during_execution: Option<NodeSelector<'a>>,
}

/// `NodeSelector`: the terms are ORed.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NodeSelector<'a> {
    /// One of these must match.
    #[serde(borrow)]
    pub node_selector_terms: List<NodeSelectorTerm<'a>>,
}

/// `NodeSelectorTerm`: all its requirements are ANDed; an empty term matches no node.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NodeSelectorTerm<'a> {
    /// On labels.
    #[serde(borrow)]
    pub match_expressions: List<NodeSelectorRequirement<'a>>,
    /// On fields; Kubernetes knows only `metadata.name`.
    #[serde(borrow)]
    pub match_fields: List<NodeSelectorRequirement<'a>>,
}

/// `NodeSelectorRequirement`.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
#[allow(missing_docs, reason = "documented by Kubernetes")]
pub struct NodeSelectorRequirement<'a> {
    #[serde(borrow)]
    pub key: Option<Text<'a>>,
    #[serde(borrow)]
    pub operator: Option<Text<'a>>,
    #[serde(borrow)]
    pub values: List<Text<'a>>,
}

/// The slice of `Volume` that rules read.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs, reason = "documented by Kubernetes")]
pub struct Volume<'a> {
    #[serde(borrow)]
    pub name: Option<Text<'a>>,
    #[serde(borrow)]
    pub host_path: Option<HostPath<'a>>,
    #[serde(borrow)]
    pub empty_dir: Option<EmptyDir<'a>>,
    pub projected: Option<Projected>,
}

/// `ProjectedVolumeSource`.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Projected {
    /// What is projected.
    pub sources: List<ProjectedSource>,
}

/// `VolumeProjection`, whether it is a token.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ProjectedSource {
    /// A token of the pod's service account.
    pub service_account_token: IsSet,
}

/// `HostPathVolumeSource`.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
#[allow(missing_docs, reason = "documented by Kubernetes")]
pub struct HostPath<'a> {
    #[serde(borrow)]
    pub path: Option<Text<'a>>,
    #[serde(borrow, rename = "type")]
    pub type_: Option<Text<'a>>,
}

/// `EmptyDirVolumeSource`.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct EmptyDir<'a> {
    /// `""` or `Memory` (or a huge page size).
    #[serde(borrow)]
    pub medium: Option<Text<'a>>,
}

/// `VolumeMount`.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs, reason = "documented by Kubernetes")]
pub struct VolumeMount<'a> {
    #[serde(borrow)]
    pub name: Option<Text<'a>>,
    #[serde(borrow)]
    pub mount_path: Option<Text<'a>>,
    #[serde(borrow)]
    pub sub_path: Option<Text<'a>>,
    pub read_only: Option<bool>,
    #[serde(borrow)]
    pub recursive_read_only: Option<Text<'a>>,
    #[serde(borrow)]
    pub mount_propagation: Option<Text<'a>>,
}

/// `EnvVar`, its literal value.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
#[allow(missing_docs, reason = "documented by Kubernetes")]
pub struct EnvVar<'a> {
    #[serde(borrow)]
    pub name: Option<Text<'a>>,
    #[serde(borrow)]
    pub value: Option<Text<'a>>,
}

/// `ContainerPort`.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs, reason = "documented by Kubernetes")]
pub struct ContainerPort<'a> {
    #[serde(borrow)]
    pub name: Option<Text<'a>>,
    pub container_port: Option<i64>,
    pub host_port: Option<i64>,
}

/// `ResourceRequirements`, its limits.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Resources<'a> {
    /// By resource name: `cpu`, `memory` ...
    #[serde(borrow)]
    pub limits: Pairs<'a, Quantity<'a>>,
}

/// A probe or a lifecycle handler, its command.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Handler<'a> {
    /// Absent for HTTP, TCP, gRPC and sleep.
    #[serde(borrow)]
    pub exec: Option<Exec<'a>>,
}

/// `ExecAction`.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Exec<'a> {
    /// The program and its arguments.
    #[serde(borrow)]
    pub command: List<Text<'a>>,
}

/// `Lifecycle`.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs, reason = "documented by Kubernetes")]
pub struct Lifecycle<'a> {
    #[serde(borrow)]
    pub post_start: Option<Handler<'a>>,
    #[serde(borrow)]
    pub pre_stop: Option<Handler<'a>>,
}

/// A pod or pod template, with the place it stands at in its object.
#[derive(Debug)]
pub struct Pod<'a> {
    /// Where the pod's `metadata` and `spec` are: `""` for a Pod, `"spec.template."` for a Deployment.
    pub prefix: &'static str,
    /// The annotations that end up on the pod: a template's, not its controller's.
    pub annotations: Pairs<'a>,
    /// What is written.
    pub spec: PodSpec<'a>,
}

/// One of the three lists of containers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// A value that a container takes over from its pod when it has none of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Level<T> {
    /// Set on the container.
    Container(T),
    /// Inherited from the pod.
    Pod(T),
}

impl<T: Copy> Level<T> {
    /// The value, wherever it is set.
    pub fn value(&self) -> T {
        match self {
            Level::Container(value) | Level::Pod(value) => *value,
        }
    }
}

/// A container with its pod: effective values and paths.
#[derive(Clone, Copy, Debug)]
pub struct ContainerView<'p, 'a> {
    /// The pod that it inherits from.
    pub pod: &'p Pod<'a>,
    /// What is written on the container itself.
    pub raw: &'p Container<'a>,
    /// The list that it stands in.
    pub list: ContainerList,
    /// Its place in the list, from 0.
    pub index: usize,
}

impl<'a> Pod<'a> {
    /// Every container: regular, init and ephemeral, the three lists that Kubernetes' own validation visits.
    pub fn containers(&self) -> impl Iterator<Item = ContainerView<'_, 'a>> {
        [
            (ContainerList::Regular, &self.spec.containers),
            (ContainerList::Init, &self.spec.init_containers),
            (ContainerList::Ephemeral, &self.spec.ephemeral_containers),
        ]
        .into_iter()
        .flat_map(move |(list, containers)| {
            containers.iter().enumerate().map(move |(index, raw)| ContainerView { pod: self, raw, list, index })
        })
    }

    /// The containers that are HostProcess by their effective value.
    pub fn host_process_containers(&self) -> impl Iterator<Item = ContainerView<'_, 'a>> {
        self.containers().filter(ContainerView::is_host_process)
    }

    /// Whether `hostProcess: true` is written anywhere, at pod or container level: what Pod Security Admission
    /// forbids, and the pods that rules look at. A pod whose containers all override a `true` is one too.
    pub fn asks_for_host_process(&self) -> bool {
        self.windows_options().is_some_and(|options| options.host_process == Some(true))
            || self.containers().any(|c| c.own_windows_options().is_some_and(|o| o.host_process == Some(true)))
    }

    /// `securityContext.windowsOptions` of the pod.
    pub fn windows_options(&self) -> Option<&WindowsOptions<'a>> {
        self.spec.security_context.as_ref()?.windows_options.as_ref()
    }

    /// Whether `os.name` is this.
    pub fn os_is(&self, name: &str) -> bool {
        self.spec.os.as_ref().and_then(|os| os.name.as_deref()) == Some(name)
    }

    /// The path of a field of the spec in the object, as `kubectl explain` spells it.
    pub fn path(&self, field: &str) -> String {
        [self.prefix, "spec.", field].concat()
    }

    /// The path of an annotation of the pod.
    pub fn annotation_path(&self, key: &str) -> String {
        format!("{}metadata.annotations[{key}]", self.prefix)
    }

    /// The volume that a mount names.
    pub fn volume(&self, name: &str) -> Option<&Volume<'a>> {
        self.spec.volumes.iter().find(|volume| volume.name.as_deref() == Some(name))
    }
}

impl<'p, 'a> ContainerView<'p, 'a> {
    /// The container's name, `""` when it has none.
    pub fn name(&self) -> &'p str {
        self.raw.name.as_deref().unwrap_or_default()
    }

    /// `securityContext.windowsOptions` of the container itself.
    pub fn own_windows_options(&self) -> Option<&'p WindowsOptions<'a>> {
        self.raw.security_context.as_ref()?.windows_options.as_ref()
    }

    /// Effective `hostProcess`: its own, else the pod's, else false.
    pub fn is_host_process(&self) -> bool {
        self.windows_option(|options| options.host_process).is_some_and(|level| level.value())
    }

    /// Effective `runAsUserName`, independent of where `hostProcess` is set.
    pub fn run_as_user_name(&self) -> Option<Level<&'p str>> {
        self.windows_option(|options| options.run_as_user_name.as_deref())
    }

    /// Effective value of one field of `windowsOptions`.
    pub fn windows_option<T>(&self, field: impl Fn(&'p WindowsOptions<'a>) -> Option<T>) -> Option<Level<T>> {
        self.own_windows_options()
            .and_then(&field)
            .map(Level::Container)
            .or_else(|| self.pod.windows_options().and_then(&field).map(Level::Pod))
    }

    /// The path of this container in the object.
    pub fn place(&self) -> String {
        format!("{}spec.{}[{}]", self.pod.prefix, self.list.field(), self.index)
    }

    /// The path of a field of this container in the object.
    pub fn path(&self, field: &str) -> String {
        format!("{}spec.{}[{}].{field}", self.pod.prefix, self.list.field(), self.index)
    }

    /// The path of a field that exists on both levels, at the level where its effective value is set.
    pub fn path_of<T>(&self, level: &Level<T>, field: &str) -> String {
        match level {
            Level::Container(_) => self.path(field),
            Level::Pod(_) => self.pod.path(field),
        }
    }
}
