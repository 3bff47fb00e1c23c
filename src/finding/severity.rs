//! The severity of findings.

use crate::decode::{Read, Reader, Result, Value, one_of};

/// The effect of a finding on the request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Not reported.
    Off,
    /// Reported as a warning.
    Warn,
    /// The request is denied.
    #[default]
    Deny,
}

/// The severities and their names in settings.
pub const SEVERITIES: [(&str, Severity); 3] =
    [("deny", Severity::Deny), ("warn", Severity::Warn), ("off", Severity::Off)];

impl<'t> Read<'t> for Severity {
    fn read(&mut self, value: &'t Value<'t>, _: &mut Reader) -> Result<()> {
        *self = match value {
            // YAML reads an unquoted `off` as a boolean.
            Value::Bool(false) => Severity::Off,
            _ => one_of(value, &SEVERITIES)?,
        };
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
