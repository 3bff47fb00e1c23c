//! Validates settings beyond the types of their values.

use std::fmt;

use crate::decode::error::WrongType;
use crate::decode::{self, Error, Value};
use crate::finding::severity::Severity;
use crate::k8s::quantity::Quantity;
use crate::settings::mutate::Mutate;
use crate::settings::profile::configured;
use crate::settings::rbac::Rbac;
use crate::settings::{PortRange, Settings};
use crate::wording::did_you_mean;

/// The properties of a rule that validation needs.
#[derive(Clone, Copy, Debug)]
pub struct KnownRule {
    /// Its name in settings.
    pub id: &'static str,
    /// Its default severity.
    pub severity: Severity,
    /// Whether `mutate` may name it, because it has fixes that the policy can apply.
    pub is_mutating: bool,
}

/// Why settings are invalid, for the administrator: the path, the reason and, for an unknown name, the closest valid
/// one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid {
    /// The path of the value in the settings, `allow[0].images`; empty for the settings as a whole.
    pub path: String,
    /// The reason, without the path.
    pub message: String,
    /// The found and expected types, if the type is wrong.
    pub wrong_type: Option<WrongType>,
}

impl Invalid {
    /// An error at a path.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Invalid {
        Invalid { path: path.into(), message: message.into(), wrong_type: None }
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let separator = if self.path.is_empty() { "" } else { "." };
        write!(f, "settings{separator}{}: {}", self.path, self.message)
    }
}

impl From<Error> for Invalid {
    fn from(error: Error) -> Invalid {
        Invalid { wrong_type: error.types().cloned(), ..Invalid::new(error.path(), error.message()) }
    }
}

/// Reads and checks settings; `rules` are all rules. Empty input and `null` result in the default settings.
///
/// # Errors
/// They are not valid.
pub fn validate(json: &[u8], rules: &[KnownRule]) -> Result<(), Invalid> {
    read(json, rules, |_| ())
}

/// Passes valid settings, which borrow from the tree of their JSON, to `inspect`.
fn read<T>(json: &[u8], rules: &[KnownRule], inspect: impl FnOnce(Settings) -> T) -> Result<T, Invalid> {
    if matches!(json.trim_ascii(), b"" | b"null") {
        return Ok(inspect(Settings::default()));
    }
    let tree = decode::parse(json).map_err(|message| Invalid::new("", message))?;
    read_settings(&tree, rules).map(inspect)
}

/// Reads and checks parsed settings.
///
/// # Errors
/// They are not valid.
pub fn read_settings<'t>(tree: &'t Value<'t>, rules: &[KnownRule]) -> Result<Settings<'t>, Invalid> {
    let settings: Settings = decode::read(tree)?;
    check_rules(&settings, rules)?;
    check_mutate(&settings, rules)?;
    check_values(&settings)?;
    Ok(settings)
}

fn check_rules(settings: &Settings, rules: &[KnownRule]) -> Result<(), Invalid> {
    settings.rules.iter().try_for_each(|(id, _)| find(&format!("rules.{id}"), id, rules).map(drop))
}

/// Finds the rule with the ID at a path of the settings.
fn find<'k>(path: &str, id: &str, rules: &'k [KnownRule]) -> Result<&'k KnownRule, Invalid> {
    rules.iter().find(|rule| rule.id == id).ok_or_else(|| {
        let hint = did_you_mean(id, rules.iter().map(|rule| rule.id));
        Invalid::new(path, format!("unknown rule{hint}"))
    })
}

/// Rejects rules that would never fix anything, because the settings would be misleading.
fn check_mutate(settings: &Settings, rules: &[KnownRule]) -> Result<(), Invalid> {
    let Mutate::Rules(ids) = &settings.mutate else { return Ok(()) };
    for (index, id) in ids.iter().enumerate() {
        let path = format!("mutate[{index}]");
        let rule = find(&path, id, rules)?;
        if !rule.is_mutating {
            return Err(Invalid::new(path, format!("'{id}' has no fix that the policy can apply: leave it out")));
        }
        if configured(settings, id, rule.severity) == Severity::Off {
            return Err(Invalid::new(path, format!("'{id}' is off: set rules.{id} to warn as well")));
        }
    }
    Ok(())
}

fn check_values(settings: &Settings) -> Result<(), Invalid> {
    for (index, PortRange { min, max }) in settings.host_ports.iter().flat_map(|list| list.iter()).enumerate() {
        if min > max {
            return Err(Invalid::new(format!("hostPorts[{index}]"), format!("min {min} is above max {max}")));
        }
    }
    let Quantity(floor) = &settings.resources.memory_floor;
    if settings.resources.memory_floor.amount().is_none() {
        let message = format!("'{floor}' is not a quantity: write one like \"20Mi\"");
        return Err(Invalid::new("resources.memoryFloor", message));
    }
    for (index, grant) in settings.allow.iter().flat_map(|grants| grants.iter()).enumerate() {
        grant.lint().map_err(|(path, message)| Invalid::new(format!("allow[{index}]{path}"), message))?;
    }
    if let Some((key, message)) = settings.rbac.as_ref().and_then(Rbac::lint) {
        return Err(Invalid::new(format!("rbac.{key}"), message));
    }
    if settings.nodes.required && !settings.nodes.check {
        return Err(Invalid::new("nodes.required", "has no effect unless nodes.check is true: set that as well"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::profile::Profile;
    use crate::settings::rbac;

    const RULES: [KnownRule; 3] = [
        KnownRule { id: "host-network", severity: Severity::Deny, is_mutating: true },
        KnownRule { id: "host-namespaces", severity: Severity::Off, is_mutating: true },
        KnownRule { id: "local-system", severity: Severity::Warn, is_mutating: false },
    ];

    fn error(json: &str) -> String {
        validate(json.as_bytes(), &RULES).expect_err("must be invalid").to_string()
    }

    fn is_valid(json: &str) -> bool {
        validate(json.as_bytes(), &RULES).is_ok()
    }

    fn read<T>(json: &str, inspect: impl FnOnce(Settings) -> T) -> Result<T, Invalid> {
        super::read(json.as_bytes(), &RULES, inspect)
    }

    #[test]
    fn empty_input_results_in_the_defaults() {
        for json in ["", " ", "null", "{}"] {
            let found = read(json, |settings| (settings.profile, settings.ratchet));
            assert_eq!(found, Ok((Profile::Default, true)), "{json}");
        }
    }

    #[test]
    fn unknown_names_are_invalid_and_suggest_the_closest() {
        assert!(error(r#"{"profil": "strict"}"#).ends_with("did you mean 'profile'?"));
        assert!(error(r#"{"profile": "strikt"}"#).ends_with("did you mean 'strict'?"));
        assert!(error(r#"{"rules": {"host-netwrok": "warn"}}"#).ends_with("did you mean 'host-network'?"));
        assert!(error(r#"{"rules": {"host-network": "wran"}}"#).ends_with("did you mean 'warn'?"));
        assert!(error(r#"{"platform": "OpenShift"}"#).ends_with("did you mean 'openshift'?"));
        assert!(error(r#"{"namespaces": {"chek": true}}"#).ends_with("did you mean 'check'?"));
        assert!(!error(r#"{"rules": {"zzzzzzzzzzzzzzzz": "warn"}}"#).contains("did you mean"));
    }

    #[test]
    fn mutate_rejects_rules_without_applicable_fixes() {
        for valid in [r#""safe""#, "[]", r#"["host-network"]"#] {
            assert!(is_valid(&format!(r#"{{"mutate": {valid}}}"#)), "{valid}");
        }
        assert!(is_valid(r#"{"mutate": ["host-namespaces"], "rules": {"host-namespaces": "warn"}}"#));
        assert!(is_valid(r#"{"mutate": ["host-namespaces"], "profile": "strict"}"#));
        for (settings, expected) in [
            (r#"{"mutate": "save"}"#, "did you mean 'safe'?"),
            (r#"{"mutate": ["host-netwrok"]}"#, "settings.mutate[0]: unknown rule, did you mean 'host-network'?"),
            (
                r#"{"mutate": ["local-system"]}"#,
                "settings.mutate[0]: 'local-system' has no fix that the policy can apply: leave it out",
            ),
            (
                r#"{"mutate": ["host-network", "host-namespaces"]}"#,
                "settings.mutate[1]: 'host-namespaces' is off: set rules.host-namespaces to warn as well",
            ),
            (
                r#"{"mutate": ["host-network"], "rules": {"host-network": "off"}}"#,
                "set rules.host-network to warn as well",
            ),
        ] {
            assert!(error(settings).ends_with(expected), "{}", error(settings));
        }
    }

    #[test]
    fn errors_contain_the_path() {
        assert!(
            error(r#"{"ratchet": true, "runtimeClasses": {"hyperv": ["a", 7]}}"#)
                .starts_with("settings.runtimeClasses.hyperv[1]: ")
        );
        assert!(error(r#"{"rules": {"host-network": 1}}"#).starts_with("settings.rules.host-network: "));
        assert!(error("{").starts_with("settings: not valid JSON: "));
        assert_eq!(error("[]"), "settings: found a list, expected an object");
    }

    #[test]
    fn unquoted_off_is_read_as_a_severity() {
        let off = read(r#"{"rules": {"host-network": false}}"#, |settings| settings.rules.get("host-network").copied());
        assert_eq!(off, Ok(Some(Severity::Off)));
        assert!(!is_valid(r#"{"rules": {"host-network": true}}"#));
    }

    const VERSIONS: [(&str, &str); 3] = [
        ("containerd", r#"{"containerd": VERSION}"#),
        ("nodes.minKubernetes", r#"{"nodes": {"check": true, "minKubernetes": VERSION}}"#),
        ("nodes.minContainerd", r#"{"nodes": {"check": true, "minContainerd": VERSION}}"#),
    ];

    /// An unquoted `1.30` is 1.3, which every kubelet with HostProcess containers satisfies.
    #[test]
    fn numeric_versions_are_invalid_and_suggest_quotes() {
        for (path, settings) in VERSIONS {
            let with = |version: &str| settings.replace("VERSION", version);
            for number in ["1.3", "1.30", "1.7", "2", "0", "-1", "1e3"] {
                let message = error(&with(number));
                assert!(message.starts_with(&format!("settings.{path}: found a number")), "{message}");
                assert!(
                    message.ends_with("write the version in quotes, like \"1.23\" or \"1.30\"")
                        || path != "nodes.minKubernetes",
                    "{message}"
                );
            }
            for other in ["true", "[]", "{}", "\"\"", "\"2\"", "\"latest\""] {
                assert!(!is_valid(&with(other)), "{path} {other}");
            }
            for version in ["\"1.30\"", "\"1.23\"", "\"v1.31.2\"", "\"2.0.0-beta.1\""] {
                assert!(is_valid(&with(version)), "{path} {version}");
            }
        }
    }

    #[test]
    fn minima_below_the_first_version_with_host_process_are_invalid() {
        for (path, settings) in VERSIONS {
            let first = if path == "nodes.minKubernetes" { "1.23" } else { "1.6" };
            let message = error(&settings.replace("VERSION", "\"1.3\""));
            let expected = format!(
                "settings.{path}: '1.3' is below {first}, the first version with HostProcess containers: write \"{first}\" or a later one"
            );
            assert_eq!(message, expected);
            assert!(is_valid(&settings.replace("VERSION", &format!("\"{first}\""))));
        }
        assert!(!is_valid(r#"{"nodes": {"check": true, "minKubernetes": "1.22.17"}}"#));
        assert!(!is_valid(r#"{"containerd": "1.5.18"}"#));
    }

    #[test]
    fn inconsistent_values_are_invalid() {
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
    fn values_that_would_allow_anyone_by_mistake_are_invalid() {
        let grants = |settings: Settings| settings.allow.map(|grants| grants.len());
        assert_eq!(read("{}", grants), Ok(None));
        assert_eq!(read(r#"{"allow": []}"#, grants), Ok(Some(0)));
        // Forms omit empty lists, and an absent list would allow anyone.
        assert_eq!(read(r#"{"allow": "nobody"}"#, grants), Ok(Some(0)));
        assert!(error(r#"{"allow": "noboby"}"#).ends_with("did you mean 'nobody'?"));
        for json in [r#"{"allow": null}"#, r#"{"allow": null, "ratchet": true}"#] {
            assert!(error(json).contains("'allow' is null: write nobody"), "{}", error(json));
        }
        assert!(error(r#"{"allow": [{"namespaces": ["a"]}, {}]}"#).starts_with("settings.allow[1]: an empty grant"));
        assert!(error(r#"{"allow": {}}"#).starts_with("settings.allow: "));
        assert!(error(r#"{"allow": [null]}"#).starts_with("settings.allow[0]: "));
    }

    #[test]
    fn lists_of_a_grant_that_match_nothing_are_invalid() {
        for list in ["null", "[]"] {
            let settings = format!(r#"{{"allow": [{{"kinds": ["Pod"], "images": {list}}}]}}"#);
            assert!(error(&settings).starts_with("settings.allow[0].images: is empty"), "{}", error(&settings));
        }
        for requesters in
            ["{}", r#"{"users": null}"#, r#"{"users": [], "groups": []}"#, r#"{"users": [], "groups": null}"#]
        {
            let settings = format!(r#"{{"allow": [{{"requesters": {requesters}}}]}}"#);
            assert!(error(&settings).starts_with("settings.allow[0].requesters: names nobody"), "{}", error(&settings));
        }
        assert!(error(r#"{"allow": [{"namespaces": ["a", ""]}]}"#).starts_with("settings.allow[0].namespaces[1]: "));
        assert!(error(r#"{"allow": [{"requesters": null}]}"#).starts_with("settings.allow[0].requesters: "));
        assert!(
            error(r#"{"allow": [{"requesters": {"groups": ["a", ""]}}]}"#)
                .starts_with("settings.allow[0].requesters.groups[1]: ")
        );
        assert!(is_valid(r#"{"allow": [{"requesters": {"users": ["a"], "groups": []}}]}"#));
    }

    #[test]
    fn incomplete_rbac_and_empty_selectors_are_invalid() {
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
    fn misspelt_grants_are_invalid() {
        assert!(error(r#"{"allow": [{"image": ["a"]}]}"#).ends_with("did you mean 'images'?"));
        assert!(error(r#"{"allow": [{"kinds": ["daemonsets"]}]}"#).ends_with("did you mean 'DaemonSet'?"));
        assert!(error(r#"{"allow": [{"images": ["mcr.microsoft.com*/oss/x"]}]}"#).contains("also matches other hosts"));
        assert!(error(r#"{"allow": [{"hostPaths": ["C:\\k\\..\\x"]}]}"#).contains("without '..'"));
        assert!(
            error(r#"{"allow": [{"kinds": ["Rollout"]}]}"#).starts_with("settings.allow[0].kinds[0]: 'Rollout' is not")
        );
        assert!(is_valid(r#"{"allow": [{"kinds": ["Rollout.argoproj.io", "Daemon*"]}]}"#));
    }
}
