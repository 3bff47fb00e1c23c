//! The policy's settings.

use crate::decode::{List, Pairs, Read, Reader, Result, Value, one_of, record};
use crate::finding::severity::Severity;
use crate::k8s::quantity::Quantity;
use crate::node::era::Era;

pub mod at_least;
pub mod grant;
pub mod label_selector;
pub mod mutate;
pub mod pattern;
pub mod profile;
pub mod rbac;
#[cfg(feature = "schema")]
mod schema;
pub mod validation;

use at_least::AtLeast;
use grant::Grants;
use mutate::Mutate;
use profile::Profile;
use rbac::Rbac;

record! {
    /// The policy's settings. Every key is optional; unknown keys are errors.
    #[derive(Debug)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(default, deny_unknown_fields, rename_all = "camelCase"))]
    pub struct Settings<'a>: strict {
        /// The severities of rules that are not listed in `rules`.
        pub profile: Profile = "profile",
        /// Severity by rule id.
        pub rules: Pairs<'a, Severity> = "rules",
        /// Grants that allow HostProcess workloads. Absent: all are allowed. Empty: none is allowed.
        #[cfg_attr(feature = "schema", schemars(with = "Grants"))]
        pub allow: Option<Grants<'a>> = "allow" not_null,
        /// An additional grant through the cluster's RBAC.
        pub rbac: Option<Rbac<'a>> = "rbac" not_null,
        /// Local groups that exist on the nodes; case is ignored.
        pub local_groups: List<&'a str> = "localGroups",
        /// Additional local groups whose members are administrators, such as localised names and custom groups.
        pub privileged_local_groups: List<&'a str> = "privilegedLocalGroups",
        /// The isolation of RuntimeClasses.
        pub runtime_classes: RuntimeClasses<'a> = "runtimeClasses",
        /// The oldest containerd on any Windows node, in quotes.
        pub containerd: AtLeast<1, 6> = "containerd",
        /// Whether the Windows nodes have the bind filter (`bindfltapi.dll`); absent: it may differ between nodes.
        pub bind_filter: Option<bool> = "bindFilter",
        /// The host ports that HostProcess pods may open; absent: any.
        pub host_ports: Option<List<PortRange>> = "hostPorts",
        /// Required limits and the memory floor.
        pub resources: ResourceSettings<'a> = "resources",
        /// Checks of nodes and RuntimeClasses in the cluster.
        pub nodes: NodeSettings = "nodes",
        /// Checks of namespaces in the cluster.
        pub namespaces: NamespaceSettings = "namespaces",
        /// The kind of cluster, whose conventions are followed.
        pub platform: Platform = "platform",
        /// On UPDATE, findings that the old object already had are only warnings.
        pub ratchet: bool = "ratchet",
        /// The rules whose safe fixes are applied to pods on CREATE.
        pub mutate: Mutate<'a> = "mutate",
    }
}

impl Default for Settings<'_> {
    fn default() -> Self {
        Settings {
            profile: Profile::default(),
            rules: Pairs::default(),
            allow: None,
            rbac: None,
            local_groups: List::default(),
            privileged_local_groups: List::default(),
            runtime_classes: RuntimeClasses::default(),
            containerd: AtLeast::default(),
            bind_filter: None,
            host_ports: None,
            resources: ResourceSettings::default(),
            nodes: NodeSettings::default(),
            namespaces: NamespaceSettings::default(),
            platform: Platform::default(),
            ratchet: true,
            mutate: Mutate::default(),
        }
    }
}

impl Settings<'_> {
    /// The eras of the cluster's nodes, the oldest first.
    pub fn eras(&self) -> impl Iterator<Item = Era> {
        Era::possible(*self.containerd, self.bind_filter)
    }

    /// Whether the cluster may have nodes of such an era.
    #[inline(never)]
    pub fn may_have(&self, is_such: fn(Era) -> bool) -> bool {
        self.eras().any(is_such)
    }
}

record! {
    /// Names of RuntimeClasses, patterns with `*`.
    #[derive(Debug, Default)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(default, deny_unknown_fields, rename_all = "camelCase"))]
    pub struct RuntimeClasses<'a>: strict {
        /// RuntimeClasses whose pods run in a virtual machine, regardless of the name.
        pub hyperv: List<&'a str> = "hyperv",
        /// RuntimeClasses whose pods run on the host, regardless of the name.
        pub process: List<&'a str> = "process",
    }
}

record! {
    /// Ports from `min` to `max`, inclusive.
    #[derive(Clone, Copy, Debug, Default)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(deny_unknown_fields, rename_all = "camelCase"))]
    #[allow(missing_docs, reason = "the names say it")]
    pub struct PortRange: strict {
        pub min: u16 = "min" required,
        pub max: u16 = "max" required,
    }
}

record! {
    /// Required limits and the memory floor.
    #[derive(Debug)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(default, deny_unknown_fields, rename_all = "camelCase"))]
    pub struct ResourceSettings<'a>: strict {
        /// The limits that every container must have; absent: memory.
        pub require: Option<List<Resource>> = "require",
        /// The memory limit below which a limit is probably a mistake.
        pub memory_floor: Quantity<'a> = "memoryFloor",
    }
}

impl ResourceSettings<'_> {
    /// Whether every container must have a limit of this resource.
    pub fn requires(&self, resource: Resource) -> bool {
        self.require.as_deref().unwrap_or(&[Resource::Memory]).contains(&resource)
    }
}

const MEMORY_FLOOR: &str = "20Mi";

impl Default for ResourceSettings<'_> {
    fn default() -> Self {
        ResourceSettings { require: None, memory_floor: Quantity(MEMORY_FLOOR.into()) }
    }
}

record! {
    /// Checks of nodes and RuntimeClasses in the cluster, and the versions that they require.
    #[derive(Clone, Copy, Debug, Default)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(default, deny_unknown_fields, rename_all = "camelCase"))]
    pub struct NodeSettings: strict {
        /// Whether to query the cluster.
        pub check: bool = "check",
        /// Whether to deny pods that could not be checked.
        pub required: bool = "required",
        /// The oldest acceptable kubelet, in quotes: "1.30".
        pub min_kubernetes: AtLeast<1, 23> = "minKubernetes",
        /// The oldest acceptable containerd, in quotes: "1.7".
        pub min_containerd: AtLeast<1, 6> = "minContainerd",
    }
}

record! {
    /// Checks of namespaces in the cluster, in addition to the selectors of grants.
    #[derive(Clone, Copy, Debug, Default)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(default, deny_unknown_fields, rename_all = "camelCase"))]
    pub struct NamespaceSettings: strict {
        /// Whether to query the Pod Security level that a workload's namespace enforces.
        pub check: bool = "check",
    }
}

/// The kind of cluster.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Platform {
    /// Any cluster without special treatment of Windows pods.
    #[default]
    Kubernetes,
    /// A cluster with SecurityContextConstraints, from which pods with `os.name: windows` are exempt.
    OpenShift,
}

const PLATFORMS: [(&str, Platform); 2] = [("kubernetes", Platform::Kubernetes), ("openshift", Platform::OpenShift)];

impl<'t> Read<'t> for Platform {
    fn read(&mut self, value: &'t Value<'t>, _: &mut Reader) -> Result<()> {
        *self = one_of(value, &PLATFORMS)?;
        Ok(())
    }
}

/// A resource that can be limited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Resource {
    Cpu,
    #[default]
    Memory,
}

const RESOURCES: [(&str, Resource); 2] = [("cpu", Resource::Cpu), ("memory", Resource::Memory)];

impl<'t> Read<'t> for Resource {
    fn read(&mut self, value: &'t Value<'t>, _: &mut Reader) -> Result<()> {
        *self = one_of(value, &RESOURCES)?;
        Ok(())
    }
}
