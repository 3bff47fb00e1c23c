//! What an administrator may configure, and how it is checked.

use serde::Deserialize;
use serde_json::error::Category;

use crate::decode::{List, Pairs, Quantity, Text};
use crate::rules;
use crate::windows::version::Version;

/// What a finding leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Not reported.
    Off,
    /// Reported as a warning.
    Warn,
    /// The request is rejected.
    Deny,
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// Each rule's own default.
    #[default]
    Default,
    /// One step stricter: every warning denies, everything off warns.
    Strict,
}

/// The policy's settings. Every key is optional, unknown keys are refused.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Settings<'a> {
    /// The severities that hold where `rules` says nothing.
    pub profile: Profile,
    /// Severity by rule id.
    #[serde(borrow)]
    pub rules: Pairs<'a, Severity>,
    /// Local groups that the nodes have, compared as Windows does.
    #[serde(borrow)]
    pub local_groups: List<Text<'a>>,
    /// Local groups that make a process an administrator, added to the built-in list (localised names, custom groups).
    #[serde(borrow)]
    pub privileged_local_groups: List<Text<'a>>,
    /// Which RuntimeClasses mean which isolation.
    #[serde(borrow)]
    pub runtime_classes: RuntimeClasses<'a>,
    /// The oldest containerd on any Windows node.
    pub containerd: Version,
    /// The node ports that HostProcess pods may open; absent: any.
    pub host_ports: Option<List<PortRange>>,
    /// What the resource rules want.
    #[serde(borrow)]
    pub resources: ResourceSettings<'a>,
    /// What the policy asks the cluster about nodes and RuntimeClasses.
    pub nodes: NodeSettings,
    /// On UPDATE, what the old object already had is a warning.
    pub ratchet: bool,
}

impl Default for Settings<'_> {
    fn default() -> Self {
        Settings {
            profile: Profile::default(),
            rules: Pairs::default(),
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

/// Names of RuntimeClasses, patterns with `*`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct RuntimeClasses<'a> {
    /// Their pods run in a virtual machine, whatever the name suggests.
    #[serde(borrow)]
    pub hyperv: List<Text<'a>>,
    /// Their pods run on the host, whatever the name suggests.
    #[serde(borrow)]
    pub process: List<Text<'a>>,
}

/// Ports from `min` to `max`, both included.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the names say it")]
pub struct PortRange {
    pub min: u16,
    pub max: u16,
}

/// What the resource rules want.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ResourceSettings<'a> {
    /// The limits that every container must have.
    pub require: List<Resource>,
    /// A memory limit below this is probably a mistake.
    #[serde(borrow)]
    pub memory_floor: Quantity<'a>,
}

impl Default for ResourceSettings<'_> {
    fn default() -> Self {
        ResourceSettings { require: List(vec![Resource::Memory]), memory_floor: Quantity(Text::from("20Mi")) }
    }
}

/// What the policy asks the cluster about nodes and RuntimeClasses, and what it wants to hear.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct NodeSettings {
    /// Whether to ask at all.
    pub check: bool,
    /// Deny what could not be checked.
    pub required: bool,
    /// The oldest kubelet that will do.
    pub min_kubernetes: Version,
    /// The oldest containerd that will do.
    pub min_containerd: Version,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Resource {
    Cpu,
    Memory,
}

impl<'a> Settings<'a> {
    /// Reads and checks settings.
    ///
    /// # Errors
    /// A sentence for the administrator: where, what is wrong, and the nearest valid name.
    pub fn read(json: &'a str) -> Result<Settings<'a>, String> {
        if matches!(json.trim_ascii(), "" | "null") {
            return Ok(Settings::default());
        }
        // serde would read a list as an object's values in order.
        if json.trim_ascii_start().starts_with('[') {
            return Err("settings: a list, write an object".to_owned());
        }
        let settings: Settings = serde_json::from_str(json).map_err(|error| explain(json, &error))?;
        settings.check()?;
        Ok(settings)
    }

    /// What the types alone do not check.
    fn check(&self) -> Result<(), String> {
        for (id, _) in self.rules.iter() {
            if rules::find(id).is_none() {
                let hint = nearest(id, rules::all().map(|rule| rule.id));
                return Err(format!("settings.rules: there is no rule '{id}'{hint}"));
            }
        }
        if self.nodes.required && !self.nodes.check {
            return Err("settings.nodes.required: without nodes.check nothing is asked, set that to true".to_owned());
        }
        Ok(())
    }

    /// What a finding of a rule leads to, given the severity it has by default.
    pub fn severity(&self, rule: &str, default: Severity) -> Severity {
        match (self.rules.get(rule), self.profile, default) {
            (Some(severity), ..) => *severity,
            (None, Profile::Default, severity) => severity,
            (None, Profile::Strict, Severity::Off) => Severity::Warn,
            (None, Profile::Strict, _) => Severity::Deny,
        }
    }
}

/// Says where in the settings an error is, and adds the valid name nearest to a wrong one.
fn explain(json: &str, error: &serde_json::Error) -> String {
    let text = error.to_string();
    let message = text.rsplit_once(" at line ").map_or(text.as_str(), |(message, _)| message);
    if error.classify() == Category::Eof {
        return format!("settings are no JSON: {text}");
    }
    // serde names a wrong key or value first and the valid ones after it, each in backquotes.
    let mut names = message.split('`').skip(1).step_by(2);
    let hint = match (message.starts_with("unknown "), names.next()) {
        (true, Some(wrong)) => nearest(wrong, names),
        _ => String::new(),
    };
    let path = crate::json_path::at(json.as_bytes(), error.line(), error.column());
    format!("settings{}{path}: {message}{hint}", if path.is_empty() { "" } else { "." })
}

/// `, did you mean 'x'?` for the closest candidate, or nothing when none is close.
fn nearest<'n>(wrong: &str, candidates: impl Iterator<Item = &'n str>) -> String {
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
        Settings::read(json).expect_err("must be refused")
    }

    #[test]
    fn nothing_configured_is_the_default() {
        for json in ["", " ", "null", "{}"] {
            let settings = Settings::read(json).expect("valid");
            assert_eq!((settings.profile, settings.ratchet), (Profile::Default, true), "{json}");
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
        assert!(error("[]").starts_with("settings: a list"));
    }

    #[test]
    fn the_profile_moves_every_severity_one_step_and_rules_win() {
        let strict = Settings::read(r#"{"profile": "strict", "rules": {"host-network": "off"}}"#).expect("valid");
        assert_eq!(strict.severity("windows-node", Severity::Warn), Severity::Deny);
        assert_eq!(strict.severity("resource-limits", Severity::Off), Severity::Warn);
        assert_eq!(strict.severity("os-linux", Severity::Deny), Severity::Deny);
        assert_eq!(strict.severity("host-network", Severity::Deny), Severity::Off);
    }
}
