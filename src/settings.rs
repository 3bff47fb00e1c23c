//! What an administrator may configure, and how it is checked.

use crate::decode::{List, Pairs, Quantity, Read, Text, from_json, record};
use crate::json::{Document, Error, Reader};
use crate::rules;
use crate::windows::version::Version;

pub mod grant;
pub mod label_selector;
pub mod rbac;

use grant::Grants;
use rbac::Rbac;

/// What a finding leads to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Not reported.
    Off,
    /// Reported as a warning.
    Warn,
    /// The request is rejected.
    #[default]
    Deny,
}

impl Read<'_> for Severity {
    fn read(&mut self, reader: &mut Reader) -> Result<(), Error> {
        *self = reader.one_of(&[("deny", Severity::Deny), ("warn", Severity::Warn), ("off", Severity::Off)])?;
        Ok(())
    }
}

impl Severity {
    /// As written in settings.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Off => "off",
            Severity::Warn => "warn",
            Severity::Deny => "deny",
        }
    }
}

/// The severities that hold where `rules` says nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// Each rule's own default.
    #[default]
    Default,
    /// One step stricter: every warning denies, everything off warns.
    Strict,
}

impl Read<'_> for Profile {
    fn read(&mut self, reader: &mut Reader) -> Result<(), Error> {
        *self = reader.one_of(&[("default", Profile::Default), ("strict", Profile::Strict)])?;
        Ok(())
    }
}

record! {
    /// The policy's settings. Every key is optional, unknown keys are refused.
    #[derive(Debug)]
    pub struct Settings<'a>: strict {
        /// The severities that hold where `rules` says nothing.
        pub profile: Profile = "profile",
        /// Severity by rule id.
        pub rules: Pairs<'a, Severity> = "rules",
        /// Who may run HostProcess workloads. Absent: anyone. Empty: nobody.
        pub allow: Option<Grants<'a>> = "allow" not_null,
        /// One more grant, by the cluster's RBAC.
        pub rbac: Option<Rbac<'a>> = "rbac" not_null,
        /// Local groups that the nodes have, compared as Windows does.
        pub local_groups: List<Text<'a>> = "localGroups",
        /// Local groups that make a process an administrator, added to the built-in list (localised names, custom groups).
        pub privileged_local_groups: List<Text<'a>> = "privilegedLocalGroups",
        /// Which RuntimeClasses mean which isolation.
        pub runtime_classes: RuntimeClasses<'a> = "runtimeClasses",
        /// The oldest containerd on any Windows node.
        pub containerd: Version = "containerd",
        /// The node ports that HostProcess pods may open; absent: any.
        pub host_ports: Option<List<PortRange>> = "hostPorts",
        /// What the resource rules want.
        pub resources: ResourceSettings<'a> = "resources",
        /// What the policy asks the cluster about nodes and RuntimeClasses.
        pub nodes: NodeSettings = "nodes",
        /// On UPDATE, what the old object already had is a warning.
        pub ratchet: bool = "ratchet",
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
            containerd: Version::new(1, 6),
            host_ports: None,
            resources: ResourceSettings::default(),
            nodes: NodeSettings::default(),
            ratchet: true,
        }
    }
}

record! {
    /// Names of RuntimeClasses, patterns with `*`.
    #[derive(Debug, Default)]
    pub struct RuntimeClasses<'a>: strict {
        /// Their pods run in a virtual machine, whatever the name suggests.
        pub hyperv: List<Text<'a>> = "hyperv",
        /// Their pods run on the host, whatever the name suggests.
        pub process: List<Text<'a>> = "process",
    }
}

record! {
    /// Ports from `min` to `max`, both included.
    #[derive(Clone, Copy, Debug, Default)]
    #[allow(missing_docs, reason = "the names say it")]
    pub struct PortRange: strict {
        pub min: u16 = "min" required,
        pub max: u16 = "max" required,
    }
}

record! {
    /// What the resource rules want.
    #[derive(Debug)]
    pub struct ResourceSettings<'a>: strict {
        /// The limits that every container must have, memory if nothing is said.
        pub require: Option<List<Resource>> = "require",
        /// A memory limit below this is probably a mistake.
        pub memory_floor: Quantity<'a> = "memoryFloor",
    }
}

impl ResourceSettings<'_> {
    /// The limits that every container must have.
    pub fn required(&self) -> &[Resource] {
        self.require.as_deref().unwrap_or(&[Resource::Memory])
    }
}

const MEMORY_FLOOR: &str = "20Mi";

impl Default for ResourceSettings<'_> {
    fn default() -> Self {
        ResourceSettings { require: None, memory_floor: Quantity(Text::from(MEMORY_FLOOR)) }
    }
}

record! {
    /// What the policy asks the cluster about nodes and RuntimeClasses, and what it wants to hear.
    #[derive(Clone, Copy, Debug)]
    pub struct NodeSettings: strict {
        /// Whether to ask at all.
        pub check: bool = "check",
        /// Deny what could not be checked.
        pub required: bool = "required",
        /// The oldest kubelet that will do.
        pub min_kubernetes: Version = "minKubernetes",
        /// The oldest containerd that will do.
        pub min_containerd: Version = "minContainerd",
    }
}

impl Default for NodeSettings {
    fn default() -> Self {
        NodeSettings {
            check: false,
            required: false,
            min_kubernetes: Version::new(1, 23),
            min_containerd: Version::new(1, 6),
        }
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

impl Read<'_> for Resource {
    fn read(&mut self, reader: &mut Reader) -> Result<(), Error> {
        *self = reader.one_of(&[("cpu", Resource::Cpu), ("memory", Resource::Memory)])?;
        Ok(())
    }
}

impl<'a> Settings<'a> {
    /// Reads and checks settings.
    ///
    /// # Errors
    /// A sentence for the administrator: where, what is wrong, and the nearest valid name.
    pub fn read(json: &'a Document) -> Result<Settings<'a>, String> {
        if matches!(json.text().trim_ascii(), b"" | b"null") {
            return Ok(Settings::default());
        }
        let settings: Settings = from_json(json).map_err(|error| explain(json.text(), &error))?;
        settings.check()?;
        Ok(settings)
    }

    /// What the types alone do not check.
    ///
    /// # Errors
    /// A sentence for the administrator.
    fn check(&self) -> Result<(), String> {
        for (id, _) in self.rules.iter() {
            if rules::find(id).is_none() {
                let hint = nearest(id, rules::all().map(|rule| rule.id));
                return Err(format!("settings.rules: there is no rule '{id}'{hint}"));
            }
        }
        for (index, PortRange { min, max }) in self.host_ports.iter().flat_map(|list| list.iter()).enumerate() {
            if min > max {
                return Err(format!("settings.hostPorts[{index}]: min {min} is above max {max}"));
            }
        }
        let Quantity(floor) = &self.resources.memory_floor;
        if **floor != *MEMORY_FLOOR && self.resources.memory_floor.amount().is_none() {
            return Err(format!("settings.resources.memoryFloor: '{floor}' is no quantity, write one like \"20Mi\""));
        }
        for (index, grant) in self.allow.iter().flat_map(|grants| grants.iter()).enumerate() {
            grant.check().map_err(|(path, message)| format!("settings.allow[{index}]{path}: {message}"))?;
        }
        if let Some((key, message)) = self.rbac.as_ref().and_then(Rbac::mistake) {
            return Err(format!("settings.rbac.{key}: {message}"));
        }
        if self.nodes.required && !self.nodes.check {
            return Err("settings.nodes.required: without nodes.check nothing is asked, set that to true".to_owned());
        }
        Ok(())
    }

    /// What a finding of a rule leads to, given the severity it has by default.
    #[inline(always)]
    pub fn severity(&self, rule: &str, default: Severity) -> Severity {
        // As nearly everywhere.
        if self.rules.is_empty() && self.profile == Profile::Default {
            return default;
        }
        self.configured_severity(rule, default)
    }

    fn configured_severity(&self, rule: &str, default: Severity) -> Severity {
        match (self.rules.get(rule), self.profile, default) {
            (Some(severity), ..) => *severity,
            (None, Profile::Default, severity) => severity,
            (None, Profile::Strict, Severity::Off) => Severity::Warn,
            (None, Profile::Strict, _) => Severity::Deny,
        }
    }
}

/// Says where in the settings an error is.
fn explain(json: &[u8], error: &Error) -> String {
    let message = error.message(json);
    if error.is_syntax() {
        return format!("settings are no JSON: {message}");
    }
    let path = error.path(json);
    format!("settings{}{path}: {message}", if path.is_empty() { "" } else { "." })
}

/// `, did you mean 'x'?` for the closest candidate, or nothing when none is close.
pub fn nearest<'n>(wrong: &str, candidates: impl Iterator<Item = &'n str>) -> String {
    candidates
        .map(|name| (edit_distance(wrong, name), name))
        .min()
        .filter(|(distance, name)| *distance <= name.len() / 2)
        .map_or_else(String::new, |(_, name)| format!(", did you mean '{name}'?"))
}

/// Levenshtein distance in characters.
fn edit_distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, cb) in b.chars().enumerate() {
            let substitution = diagonal + usize::from(ca != cb);
            diagonal = row[j + 1];
            row[j + 1] = substitution.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.chars().count()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(json: &str) -> String {
        read(json, |_| ()).expect_err("must be refused")
    }

    fn is_valid(json: &str) -> bool {
        read(json, |_| ()).is_ok()
    }

    fn read<T>(json: &str, looked_at: impl Fn(Settings) -> T) -> Result<T, String> {
        Settings::read(&Document::new(json.as_bytes())).map(looked_at)
    }

    #[test]
    fn nothing_configured_is_the_default() {
        for json in ["", " ", "null", "{}"] {
            let found = read(json, |settings| (settings.profile, settings.ratchet));
            assert_eq!(found, Ok((Profile::Default, true)), "{json}");
        }
    }

    #[test]
    fn unknown_names_are_refused_with_the_nearest_valid_one() {
        assert!(error(r#"{"profil": "strict"}"#).ends_with("did you mean 'profile'?"));
        assert!(error(r#"{"profile": "strikt"}"#).ends_with("did you mean 'strict'?"));
        assert!(error(r#"{"rules": {"host-netwrok": "warn"}}"#).ends_with("did you mean 'host-network'?"));
        assert!(error(r#"{"rules": {"host-network": "wran"}}"#).ends_with("did you mean 'warn'?"));
        assert!(!error(r#"{"rules": {"zzzzzzzzzzzzzzzz": "warn"}}"#).contains("did you mean"));
    }

    #[test]
    fn an_error_says_where() {
        assert!(
            error(r#"{"ratchet": true, "runtimeClasses": {"hyperv": ["a", 7]}}"#)
                .starts_with("settings.runtimeClasses.hyperv[1]: ")
        );
        assert!(error(r#"{"rules": {"host-network": 1}}"#).starts_with("settings.rules.host-network: "));
        assert!(error("{").starts_with("settings are no JSON: "));
        assert_eq!(error("[]"), "settings: found a list, expected an object");
    }

    #[test]
    fn values_that_make_no_sense_are_refused() {
        assert_eq!(
            error(r#"{"hostPorts": [{"min": 1, "max": 1}, {"min": 9200, "max": 9100}]}"#),
            "settings.hostPorts[1]: min 9200 is above max 9100"
        );
        assert!(
            error(r#"{"resources": {"memoryFloor": "20 MB"}}"#).starts_with("settings.resources.memoryFloor: '20 MB'")
        );
        assert!(is_valid(r#"{"resources": {"memoryFloor": 1048576}}"#));
    }

    #[test]
    fn what_would_open_the_cluster_by_mistake_is_refused() {
        let grants = |settings: Settings| settings.allow.map(|grants| grants.len());
        assert_eq!(read("{}", grants), Ok(None));
        assert_eq!(read(r#"{"allow": []}"#, grants), Ok(Some(0)));
        for json in [r#"{"allow": null}"#, r#"{"allow": null, "ratchet": true}"#] {
            assert!(error(json).contains("'allow' is null: write [] to allow nobody"), "{}", error(json));
        }
        assert!(error(r#"{"allow": [{"namespaces": ["a"]}, {}]}"#).starts_with("settings.allow[1]: an empty grant"));
        assert!(error(r#"{"allow": {}}"#).starts_with("settings.allow: "));
        assert!(error(r#"{"allow": [null]}"#).starts_with("settings.allow[0]: "));
    }

    #[test]
    fn a_list_of_a_grant_that_matches_nothing_is_refused() {
        for list in ["null", "[]"] {
            let settings = format!(r#"{{"allow": [{{"kinds": ["Pod"], "images": {list}}}]}}"#);
            assert!(error(&settings).starts_with("settings.allow[0].images: is empty"), "{}", error(&settings));
        }
        for requesters in ["{}", r#"{"users": null}"#] {
            let settings = format!(r#"{{"allow": [{{"requesters": {requesters}}}]}}"#);
            assert!(error(&settings).starts_with("settings.allow[0].requesters: names nobody"), "{}", error(&settings));
        }
        assert!(error(r#"{"allow": [{"namespaces": ["a", ""]}]}"#).starts_with("settings.allow[0].namespaces[1]: "));
        assert!(error(r#"{"allow": [{"requesters": null}]}"#).starts_with("settings.allow[0].requesters: "));
        assert!(is_valid(r#"{"allow": [{"requesters": {"users": ["a"], "groups": []}}]}"#));
    }

    #[test]
    fn what_the_cluster_is_asked_for_is_complete() {
        let rbac = r#"{"rbac": {"verb": "use", "group": "example.com", "resource": "hostprocesses"}}"#;
        let subject = read(rbac, |settings| settings.rbac.map(|rbac| rbac.subject));
        assert_eq!(subject, Ok(Some(rbac::Subject::ServiceAccount)));
        assert!(error(r#"{"rbac": null}"#).contains("null"));
        assert!(error(r#"{"rbac": {"verb": "use"}}"#).contains("missing field `group`"));
        assert!(error(r#"{"rbac": {"verb": "", "group": "", "resource": "x"}}"#).starts_with("settings.rbac.verb: "));
        assert!(
            error(&rbac.replace("hostprocesses\"", "x\", \"subject\": \"requestor\""))
                .ends_with("did you mean 'requester'?")
        );
        let selector = |selector: &str| format!(r#"{{"allow": [{{"namespaceSelector": {selector}}}]}}"#);
        assert!(error(&selector("{}")).starts_with("settings.allow[0].namespaceSelector: an empty selector"));
        assert!(error(&selector("null")).contains("null"));
        assert!(is_valid(&selector(r#"{"matchLabels": {"tier": "system"}}"#)));
    }

    #[test]
    fn a_grant_with_a_slip_of_the_pen_is_refused() {
        assert!(error(r#"{"allow": [{"image": ["a"]}]}"#).ends_with("did you mean 'images'?"));
        assert!(error(r#"{"allow": [{"kinds": ["daemonsets"]}]}"#).ends_with("did you mean 'DaemonSet'?"));
        assert!(error(r#"{"allow": [{"images": ["mcr.microsoft.com*/oss/x"]}]}"#).contains("lets other hosts in"));
        assert!(error(r#"{"allow": [{"hostPaths": ["C:\\k\\..\\x"]}]}"#).contains("without '..'"));
        assert!(is_valid(r#"{"allow": [{"kinds": ["Rollout", "Daemon*"]}]}"#));
    }

    #[test]
    fn the_profile_moves_every_severity_one_step_and_rules_win() {
        let strict = Document::new(br#"{"profile": "strict", "rules": {"host-network": "off"}}"#.as_slice());
        let strict = Settings::read(&strict).expect("valid");
        assert_eq!(strict.severity("windows-node", Severity::Warn), Severity::Deny);
        assert_eq!(strict.severity("resource-limits", Severity::Off), Severity::Warn);
        assert_eq!(strict.severity("os-linux", Severity::Deny), Severity::Deny);
        assert_eq!(strict.severity("host-network", Severity::Deny), Severity::Off);
    }
}
