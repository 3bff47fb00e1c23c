//! The severity of findings.

use crate::decode::{Read, Reader, Result, Value, one_of};

/// The effect of a finding on the request.
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

/// The severities, by the name that settings give them.
pub const SEVERITIES: [(&str, Severity); 3] =
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
