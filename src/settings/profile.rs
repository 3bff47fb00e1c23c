//! The profile that raises every severity at once, and the severity that results for a rule.

use crate::decode::{Read, Reader, Result, Value, one_of};
use crate::finding::severity::Severity;
use crate::settings::Settings;

/// The severities of the rules for which the settings name none.
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

/// What the settings say about the severity of one rule.
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

    /// The severity of the rule's findings: the override in the settings, else `default` adjusted by the profile.
    pub fn severity(self, default: Severity) -> Severity {
        match (self.own, self.profile, default) {
            (Some(severity), ..) => severity,
            (None, Profile::Default, severity) => severity,
            (None, Profile::Strict, Severity::Off) => Severity::Warn,
            (None, Profile::Strict, _) => Severity::Deny,
        }
    }
}

/// [`Configured::severity`] for a single question.
pub fn configured(settings: &Settings, rule: &str, default: Severity) -> Severity {
    Configured::of(settings, rule).severity(default)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::{parse, read};

    #[test]
    fn the_profile_moves_every_severity_one_step_and_rules_win() {
        let tree = parse(br#"{"profile": "strict", "rules": {"host-network": "off"}}"#).expect("JSON");
        let strict: Settings = read(&tree).expect("valid");
        assert_eq!(configured(&strict, "windows-node", Severity::Warn), Severity::Deny);
        assert_eq!(configured(&strict, "resource-limits", Severity::Off), Severity::Warn);
        assert_eq!(configured(&strict, "os-linux", Severity::Deny), Severity::Deny);
        assert_eq!(configured(&strict, "host-network", Severity::Deny), Severity::Off);
    }
}
