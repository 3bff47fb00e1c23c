//! What a finding leads to, and the profile that moves every severity at once.

use serde_json_borrow::Value;

use crate::decode::{Fields, Read, Result, one_of};

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

impl<'t> Read<'t> for Severity {
    fn read(&mut self, value: &'t Value<'t>, _: &mut Fields) -> Result<()> {
        *self = one_of(value, &[("deny", Severity::Deny), ("warn", Severity::Warn), ("off", Severity::Off)])?;
        Ok(())
    }
}

impl Severity {
    /// The name in settings.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Off => "off",
            Severity::Warn => "warn",
            Severity::Deny => "deny",
        }
    }
}

/// The severities that hold where the settings name none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// Each rule's own default.
    #[default]
    Default,
    /// One step stricter: every warning denies, everything off warns.
    Strict,
}

impl<'t> Read<'t> for Profile {
    fn read(&mut self, value: &'t Value<'t>, _: &mut Fields) -> Result<()> {
        *self = one_of(value, &[("default", Profile::Default), ("strict", Profile::Strict)])?;
        Ok(())
    }
}
