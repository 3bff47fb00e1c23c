//! The severity of findings, and the profile that raises every severity at once.

use serde_json_borrow::Value;

use crate::decode::{Read, Reader, Result, one_of};

/// What a finding does to the request.
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

pub(super) const SEVERITIES: [(&str, Severity); 3] =
    [("deny", Severity::Deny), ("warn", Severity::Warn), ("off", Severity::Off)];

impl<'t> Read<'t> for Severity {
    fn read(&mut self, value: &'t Value<'t>, _: &mut Reader) -> Result<()> {
        *self = match value {
            // YAML takes an unquoted `off` for a boolean.
            Value::Bool(false) => Severity::Off,
            _ => one_of(value, &SEVERITIES)?,
        };
        Ok(())
    }
}

impl Severity {
    /// The name as settings spell it.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Off => "off",
            Severity::Warn => "warn",
            Severity::Deny => "deny",
        }
    }
}

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
