//! Profiles, which raise every severity at once, and the resulting severity of a rule.

use crate::decode::{Read, Reader, Result, Value, one_of};
use crate::finding::severity::Severity;
use crate::settings::Settings;

/// The severities of rules that are not listed in `rules`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// Each rule's own default.
    #[default]
    Default,
    /// One step stricter: `warn` becomes `deny`, and `off` becomes `warn`.
    Strict,
}

pub(super) const PROFILES: [(&str, Profile); 2] = [("default", Profile::Default), ("strict", Profile::Strict)];

impl<'t> Read<'t> for Profile {
    fn read(&mut self, value: &'t Value<'t>, _: &mut Reader) -> Result<()> {
        *self = one_of(value, &PROFILES)?;
        Ok(())
    }
}

/// The configuration of the severity of one rule.
#[derive(Clone, Copy, Debug)]
pub struct Configured {
    own: Option<Severity>,
    profile: Profile,
}

impl Configured {
    /// Looks the rule up in the settings.
    pub fn of(settings: &Settings, rule: &str) -> Configured {
        Configured { own: settings.rules.get(rule).copied(), profile: settings.profile }
    }

    /// The severity of the rule's findings: the override in the settings, else `default` as raised by the profile.
    pub fn severity(self, default: Severity) -> Severity {
        match (self.own, self.profile, default) {
            (Some(severity), ..) => severity,
            (None, Profile::Default, severity) => severity,
            (None, Profile::Strict, Severity::Off) => Severity::Warn,
            (None, Profile::Strict, _) => Severity::Deny,
        }
    }
}

/// A shorthand for [`Configured::severity`].
pub fn configured(settings: &Settings, rule: &str, default: Severity) -> Severity {
    Configured::of(settings, rule).severity(default)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::{parse, read};

    #[test]
    fn strict_profile_raises_severities_and_rules_override_it() {
        let tree = parse(br#"{"profile": "strict", "rules": {"host-network": "off"}}"#).expect("JSON");
        let strict: Settings = read(&tree).expect("valid");
        assert_eq!(configured(&strict, "windows-node", Severity::Warn), Severity::Deny);
        assert_eq!(configured(&strict, "resource-limits", Severity::Off), Severity::Warn);
        assert_eq!(configured(&strict, "os-linux", Severity::Deny), Severity::Deny);
        assert_eq!(configured(&strict, "host-network", Severity::Deny), Severity::Off);
    }
}
