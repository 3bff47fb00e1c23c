//! The slice of a pod that rules read, and the effective values: a container's own setting over the pod's.
//!
//! Field names and nesting are those of `PodSpec` (k8s.io/api core/v1). Fields that no rule reads are
//! skipped while decoding, whatever they hold. The inheritance of `windowsOptions` follows
//! `DetermineEffectiveSecurityContext` of Kubernetes' `pkg/securitycontext/util.go` (read at v1.32.10).

use std::cell::OnceCell;

use crate::decode::{IsSet, List, Pairs, Quantity, Text, record};

record! {
    /// The slice of `PodSpec` that rules read.
    #[derive(Debug, Default, PartialEq)]
    #[allow(missing_docs, reason = "the fields of PodSpec, documented by Kubernetes")]
    pub struct PodSpec<'a> {
        pub affinity: Option<Affinity<'a>> = "affinity",
        pub automount_service_account_token: Option<bool> = "automountServiceAccountToken",
        pub containers: List<Container<'a>> = "containers",
        pub dns_policy: Option<Text<'a>> = "dnsPolicy",
        pub ephemeral_containers: List<Container<'a>> = "ephemeralContainers",
        pub host_aliases: IsSet = "hostAliases",
        pub host_ipc: Option<bool> = "hostIPC",
        pub host_network: Option<bool> = "hostNetwork",
        pub host_pid: Option<bool> = "hostPID",
        pub host_users: Option<bool> = "hostUsers",
        pub hostname: Option<Text<'a>> = "hostname",
        pub init_containers: List<Container<'a>> = "initContainers",
        pub node_name: Option<Text<'a>> = "nodeName",
        pub node_selector: Pairs<'a> = "nodeSelector",
        pub os: Option<PodOs<'a>> = "os",
        pub resources: Option<Resources<'a>> = "resources",
        pub runtime_class_name: Option<Text<'a>> = "runtimeClassName",
        pub security_context: Option<PodSecurityContext<'a>> = "securityContext",
        /// The deprecated alias of `serviceAccountName`.
        pub service_account: Option<Text<'a>> = "serviceAccount",
        pub service_account_name: Option<Text<'a>> = "serviceAccountName",
        pub set_hostname_as_fqdn: Option<bool> = "setHostnameAsFQDN",
        pub share_process_namespace: Option<bool> = "shareProcessNamespace",
        pub subdomain: Option<Text<'a>> = "subdomain",
        pub termination_grace_period_seconds: Option<i64> = "terminationGracePeriodSeconds",
        pub volumes: List<Volume<'a>> = "volumes",
    }
}

record! {
    /// The slice of `Container` and `EphemeralContainer` that rules read.
    #[derive(Debug, Default, PartialEq)]
    #[allow(missing_docs, reason = "the fields of Container, documented by Kubernetes")]
    pub struct Container<'a> {
        pub args: List<Text<'a>> = "args",
        pub command: List<Text<'a>> = "command",
        pub env: List<EnvVar<'a>> = "env",
        pub image: Option<Text<'a>> = "image",
        pub lifecycle: Option<Lifecycle<'a>> = "lifecycle",
        pub liveness_probe: Option<Handler<'a>> = "livenessProbe",
        pub name: Option<Text<'a>> = "name",
        pub ports: List<ContainerPort<'a>> = "ports",
        pub readiness_probe: Option<Handler<'a>> = "readinessProbe",
        pub resources: Option<Resources<'a>> = "resources",
        pub security_context: Option<SecurityContext<'a>> = "securityContext",
        pub startup_probe: Option<Handler<'a>> = "startupProbe",
        pub termination_message_path: Option<Text<'a>> = "terminationMessagePath",
        pub volume_devices: IsSet = "volumeDevices",
        pub volume_mounts: List<VolumeMount<'a>> = "volumeMounts",
        pub working_dir: Option<Text<'a>> = "workingDir",
    }
}

record! {
    /// `WindowsSecurityContextOptions`, on the pod or on a container.
    #[derive(Debug, Default, PartialEq)]
    #[allow(missing_docs, reason = "documented by Kubernetes")]
    pub struct WindowsOptions<'a> {
        pub gmsa_credential_spec: Option<Text<'a>> = "gmsaCredentialSpec",
        pub gmsa_credential_spec_name: Option<Text<'a>> = "gmsaCredentialSpecName",
        pub host_process: Option<bool> = "hostProcess",
        pub run_as_user_name: Option<Text<'a>> = "runAsUserName",
    }
}

record! {
    /// The slice of `PodSecurityContext` that rules read.
    #[derive(Debug, Default, PartialEq)]
    #[allow(missing_docs, reason = "documented by Kubernetes")]
    pub struct PodSecurityContext<'a> {
        pub app_armor_profile: IsSet = "appArmorProfile",
        pub fs_group: Option<i64> = "fsGroup",
        pub fs_group_change_policy: IsSet = "fsGroupChangePolicy",
        pub run_as_group: Option<i64> = "runAsGroup",
        pub run_as_non_root: Option<bool> = "runAsNonRoot",
        pub run_as_user: Option<i64> = "runAsUser",
        pub se_linux_change_policy: IsSet = "seLinuxChangePolicy",
        pub se_linux_options: IsSet = "seLinuxOptions",
        pub seccomp_profile: IsSet = "seccompProfile",
        pub supplemental_groups: IsSet = "supplementalGroups",
        pub supplemental_groups_policy: IsSet = "supplementalGroupsPolicy",
        pub sysctls: IsSet = "sysctls",
        pub windows_options: Option<WindowsOptions<'a>> = "windowsOptions",
    }
}

record! {
    /// The slice of a container's `SecurityContext` that rules read.
    #[derive(Debug, Default, PartialEq)]
    #[allow(missing_docs, reason = "documented by Kubernetes")]
    pub struct SecurityContext<'a> {
        pub allow_privilege_escalation: Option<bool> = "allowPrivilegeEscalation",
        pub app_armor_profile: IsSet = "appArmorProfile",
        pub capabilities: IsSet = "capabilities",
        pub privileged: Option<bool> = "privileged",
        pub proc_mount: IsSet = "procMount",
        pub read_only_root_filesystem: Option<bool> = "readOnlyRootFilesystem",
        pub run_as_group: Option<i64> = "runAsGroup",
        pub run_as_non_root: Option<bool> = "runAsNonRoot",
        pub run_as_user: Option<i64> = "runAsUser",
        pub se_linux_options: IsSet = "seLinuxOptions",
        pub seccomp_profile: IsSet = "seccompProfile",
        pub windows_options: Option<WindowsOptions<'a>> = "windowsOptions",
    }
}

record! {
    /// `PodOS`.
    #[derive(Debug, Default, PartialEq)]
    pub struct PodOs<'a> {
        /// `windows` or `linux`.
        pub name: Option<Text<'a>> = "name",
    }
}

record! {
    /// `Affinity`, its node part.
    #[derive(Debug, Default, PartialEq)]
    pub struct Affinity<'a> {
        /// The only affinity that speaks of nodes.
        pub node_affinity: Option<NodeAffinity<'a>> = "nodeAffinity",
    }
}

record! {
    /// `NodeAffinity`, its required part: preferences decide nothing.
    #[derive(Debug, Default, PartialEq)]
    pub struct NodeAffinity<'a> {
        /// What a node must satisfy.
        pub required_during_scheduling_ignored_during_execution: Option<NodeSelector<'a>> = "requiredDuringSchedulingIgnoredDuringExecution",
    }
}

record! {
    /// `NodeSelector`: the terms are ORed.
    #[derive(Debug, Default, PartialEq)]
    pub struct NodeSelector<'a> {
        /// One of these must match.
        pub node_selector_terms: List<NodeSelectorTerm<'a>> = "nodeSelectorTerms",
    }
}

record! {
    /// `NodeSelectorTerm`: all its requirements are ANDed; an empty term matches no node.
    #[derive(Debug, Default, PartialEq)]
    pub struct NodeSelectorTerm<'a> {
        /// On labels.
        pub match_expressions: List<NodeSelectorRequirement<'a>> = "matchExpressions",
        /// On fields; Kubernetes knows only `metadata.name`.
        pub match_fields: List<NodeSelectorRequirement<'a>> = "matchFields",
    }
}

record! {
    /// `NodeSelectorRequirement`.
    #[derive(Debug, Default, PartialEq)]
    #[allow(missing_docs, reason = "documented by Kubernetes")]
    pub struct NodeSelectorRequirement<'a> {
        pub key: Option<Text<'a>> = "key",
        pub operator: Option<Text<'a>> = "operator",
        pub values: List<Text<'a>> = "values",
    }
}

record! {
    /// The slice of `Volume` that rules read.
    #[derive(Debug, Default, PartialEq)]
    #[allow(missing_docs, reason = "documented by Kubernetes")]
    pub struct Volume<'a> {
        pub empty_dir: Option<EmptyDir<'a>> = "emptyDir",
        pub host_path: Option<HostPath<'a>> = "hostPath",
        pub name: Option<Text<'a>> = "name",
        pub projected: Option<Projected> = "projected",
    }
}

record! {
    /// `ProjectedVolumeSource`.
    #[derive(Debug, Default, PartialEq)]
    pub struct Projected {
        /// What is projected.
        pub sources: List<ProjectedSource> = "sources",
    }
}

record! {
    /// `VolumeProjection`, whether it is a token.
    #[derive(Debug, Default, PartialEq)]
    pub struct ProjectedSource {
        /// A token of the pod's service account.
        pub service_account_token: IsSet = "serviceAccountToken",
    }
}

record! {
    /// `HostPathVolumeSource`.
    #[derive(Debug, Default, PartialEq)]
    #[allow(missing_docs, reason = "documented by Kubernetes")]
    pub struct HostPath<'a> {
        pub path: Option<Text<'a>> = "path",
        pub type_: Option<Text<'a>> = "type",
    }
}

record! {
    /// `EmptyDirVolumeSource`.
    #[derive(Debug, Default, PartialEq)]
    pub struct EmptyDir<'a> {
        /// `""` or `Memory` (or a huge page size).
        pub medium: Option<Text<'a>> = "medium",
    }
}

record! {
    /// `VolumeMount`.
    #[derive(Debug, Default, PartialEq)]
    #[allow(missing_docs, reason = "documented by Kubernetes")]
    pub struct VolumeMount<'a> {
        pub mount_path: Option<Text<'a>> = "mountPath",
        pub mount_propagation: Option<Text<'a>> = "mountPropagation",
        pub name: Option<Text<'a>> = "name",
        pub read_only: Option<bool> = "readOnly",
        pub recursive_read_only: Option<Text<'a>> = "recursiveReadOnly",
        pub sub_path: Option<Text<'a>> = "subPath",
    }
}

record! {
    /// `EnvVar`, its literal value.
    #[derive(Debug, Default, PartialEq)]
    #[allow(missing_docs, reason = "documented by Kubernetes")]
    pub struct EnvVar<'a> {
        pub name: Option<Text<'a>> = "name",
        pub value: Option<Text<'a>> = "value",
    }
}

record! {
    /// `ContainerPort`.
    #[derive(Debug, Default, PartialEq)]
    #[allow(missing_docs, reason = "documented by Kubernetes")]
    pub struct ContainerPort<'a> {
        pub container_port: Option<i64> = "containerPort",
        pub host_port: Option<i64> = "hostPort",
        pub name: Option<Text<'a>> = "name",
    }
}

record! {
    /// `ResourceRequirements`, its limits.
    #[derive(Debug, Default, PartialEq)]
    pub struct Resources<'a> {
        /// By resource name: `cpu`, `memory` ...
        pub limits: Pairs<'a, Quantity<'a>> = "limits",
    }
}

record! {
    /// A probe or a lifecycle handler, its command.
    #[derive(Debug, Default, PartialEq)]
    pub struct Handler<'a> {
        /// Absent for HTTP, TCP, gRPC and sleep.
        pub exec: Option<Exec<'a>> = "exec",
    }
}

record! {
    /// `ExecAction`.
    #[derive(Debug, Default, PartialEq)]
    pub struct Exec<'a> {
        /// The program and its arguments.
        pub command: List<Text<'a>> = "command",
    }
}

record! {
    /// `Lifecycle`.
    #[derive(Debug, Default, PartialEq)]
    #[allow(missing_docs, reason = "documented by Kubernetes")]
    pub struct Lifecycle<'a> {
        pub post_start: Option<Handler<'a>> = "postStart",
        pub pre_stop: Option<Handler<'a>> = "preStop",
    }
}

/// A pod or pod template, with the place it stands at in its object.
#[derive(Debug, Default)]
pub struct Pod<'a> {
    /// Where the pod's `metadata` and `spec` are: `""` for a Pod, `"spec.template."` for a Deployment.
    pub prefix: &'static str,
    /// The annotations that end up on the pod: a template's, not its controller's.
    pub annotations: Pairs<'a>,
    /// What is written.
    pub spec: PodSpec<'a>,
    /// The containers that are HostProcess, found once: most rules ask for them.
    host_process: OnceCell<Vec<(ContainerList, usize)>>,
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

impl<T> Level<T> {
    /// Another value at the same level.
    pub fn map<U>(self, other: impl FnOnce(T) -> U) -> Level<U> {
        match self {
            Level::Container(value) => Level::Container(other(value)),
            Level::Pod(value) => Level::Pod(other(value)),
        }
    }
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
        let (regular, init) = (self.spec.containers.len(), self.spec.init_containers.len());
        let all = regular + init + self.spec.ephemeral_containers.len();
        (0..all).map(move |n| match n.checked_sub(regular) {
            None => self.container(ContainerList::Regular, n),
            Some(n) if n < init => self.container(ContainerList::Init, n),
            Some(n) => self.container(ContainerList::Ephemeral, n - init),
        })
    }

    /// The containers that are HostProcess by their effective value.
    pub fn host_process_containers(&self) -> impl Iterator<Item = ContainerView<'_, 'a>> {
        let found = self.host_process.get_or_init(|| {
            self.containers().filter(ContainerView::is_host_process).map(|c| (c.list, c.index)).collect()
        });
        found.iter().map(|&(list, index)| self.container(list, index))
    }

    fn container(&self, list: ContainerList, index: usize) -> ContainerView<'_, 'a> {
        ContainerView { pod: self, raw: &self.list(list)[index], list, index }
    }

    fn list(&self, list: ContainerList) -> &[Container<'a>] {
        match list {
            ContainerList::Regular => &self.spec.containers,
            ContainerList::Init => &self.spec.init_containers,
            ContainerList::Ephemeral => &self.spec.ephemeral_containers,
        }
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
