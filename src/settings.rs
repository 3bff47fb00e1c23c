//! The settings that an administrator may configure.

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
    /// The policy's settings. Every key is optional, unknown keys are refused.
    #[derive(Debug)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(default, deny_unknown_fields, rename_all = "camelCase"))]
    pub struct Settings<'a>: strict {
        /// The severities that hold where `rules` says nothing.
        pub profile: Profile = "profile",
        /// Severity by rule id.
        pub rules: Pairs<'a, Severity> = "rules",
        /// Who may run HostProcess workloads. Absent: anyone. Empty: nobody.
        #[cfg_attr(feature = "schema", schemars(with = "Grants"))]
        pub allow: Option<Grants<'a>> = "allow" not_null,
        /// One more grant, by the cluster's RBAC.
        pub rbac: Option<Rbac<'a>> = "rbac" not_null,
        /// Local groups that the nodes have, compared as Windows does.
        pub local_groups: List<&'a str> = "localGroups",
        /// Local groups that make a process an administrator, added to the built-in list (localised names, custom groups).
        pub privileged_local_groups: List<&'a str> = "privilegedLocalGroups",
        /// Which RuntimeClasses mean which isolation.
        pub runtime_classes: RuntimeClasses<'a> = "runtimeClasses",
        /// The oldest containerd on any Windows node, in quotes.
        pub containerd: AtLeast<1, 6> = "containerd",
        /// Whether the Windows nodes have the bind filter (`bindfltapi.dll`); absent: some may have it and others not.
        pub bind_filter: Option<bool> = "bindFilter",
        /// The node ports that HostProcess pods may open; absent: any.
        pub host_ports: Option<List<PortRange>> = "hostPorts",
        /// What the resource rules want.
        pub resources: ResourceSettings<'a> = "resources",
        /// What the policy asks the cluster about nodes and RuntimeClasses.
        pub nodes: NodeSettings = "nodes",
        /// What the policy asks the cluster about namespaces.
        pub namespaces: NamespaceSettings = "namespaces",
        /// Whose conventions hold in the cluster.
        pub platform: Platform = "platform",
        /// On UPDATE, what the old object already had is a warning.
        pub ratchet: bool = "ratchet",
        /// The rules whose certain fixes are applied to pods on CREATE.
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

    /// Whether nodes of such an era may be in the cluster.
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
        /// Their pods run in a virtual machine, whatever the name suggests.
        pub hyperv: List<&'a str> = "hyperv",
        /// Their pods run on the host, whatever the name suggests.
        pub process: List<&'a str> = "process",
    }
}

record! {
    /// Ports from `min` to `max`, both included.
    #[derive(Clone, Copy, Debug, Default)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(deny_unknown_fields, rename_all = "camelCase"))]
    #[allow(missing_docs, reason = "the names say it")]
    pub struct PortRange: strict {
        pub min: u16 = "min" required,
        pub max: u16 = "max" required,
    }
}

record! {
    /// What the resource rules want.
    #[derive(Debug)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(default, deny_unknown_fields, rename_all = "camelCase"))]
    pub struct ResourceSettings<'a>: strict {
        /// The limits that every container must have, memory if nothing is said.
        pub require: Option<List<Resource>> = "require",
        /// A memory limit below this is probably a mistake.
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
    /// What the policy asks the cluster about nodes and RuntimeClasses, and the versions that it requires.
    #[derive(Clone, Copy, Debug, Default)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(default, deny_unknown_fields, rename_all = "camelCase"))]
    pub struct NodeSettings: strict {
        /// Whether to ask at all.
        pub check: bool = "check",
        /// Deny what could not be checked.
        pub required: bool = "required",
        /// The oldest kubelet that will do, in quotes: "1.30".
        pub min_kubernetes: AtLeast<1, 23> = "minKubernetes",
        /// The oldest containerd that will do, in quotes: "1.7".
        pub min_containerd: AtLeast<1, 6> = "minContainerd",
    }
}

record! {
    /// What the policy asks the cluster about namespaces, except for the selectors of grants.
    #[derive(Clone, Copy, Debug, Default)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(default, deny_unknown_fields, rename_all = "camelCase"))]
    pub struct NamespaceSettings: strict {
        /// Whether to ask for the Pod Security level that a workload's namespace enforces.
        pub check: bool = "check",
    }
}

/// The kind of cluster.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Platform {
    /// Any that does not treat Windows pods in a way of its own.
    #[default]
    Kubernetes,
    /// With SecurityContextConstraints, from which pods with `os.name: windows` are exempt.
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
