//! Minimum versions in settings.

use std::ops::Deref;

use crate::decode::{Error, Read, Reader, Result, Value};
use crate::k8s::version::Version;

/// A minimum version. The default, and the lowest valid value, is `MAJOR.MINOR`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AtLeast<const MAJOR: u32, const MINOR: u32>(Version);

impl<const MAJOR: u32, const MINOR: u32> Default for AtLeast<MAJOR, MINOR> {
    fn default() -> Self {
        AtLeast(Version::new(MAJOR, MINOR))
    }
}

impl<const MAJOR: u32, const MINOR: u32> Deref for AtLeast<MAJOR, MINOR> {
    type Target = Version;

    fn deref(&self) -> &Version {
        &self.0
    }
}

/// Rejects numbers, because YAML, Helm and kubectl turn an unquoted `1.30` into 1.3.
impl<'t, const MAJOR: u32, const MINOR: u32> Read<'t> for AtLeast<MAJOR, MINOR> {
    fn read(&mut self, value: &'t Value<'t>, _: &mut Reader) -> Result<()> {
        self.0 = read_version(value, Version::new(MAJOR, MINOR))?;
        Ok(())
    }
}

/// Not generic, so that the guest contains it once.
#[inline(never)]
fn read_version(value: &Value, minimum: Version) -> Result<Version> {
    let text = match value {
        Value::Str(text) => text,
        Value::Number(_) => {
            return Err(Error::new(format!(
                "found a number, which cannot distinguish 1.3 from 1.30: write the version in quotes, like \"{minimum}\" or \"1.30\""
            )));
        }
        _ => return Err(Error::wrong_type(value, format!("a version in quotes, like \"{minimum}\""))),
    };
    let version = Version::parse(text)
        .ok_or_else(|| Error::new(format!("'{text}' is not a version: write one like \"{minimum}\"")))?;
    if version < minimum {
        return Err(Error::new(format!(
            "'{text}' is below {minimum}, the first version with HostProcess containers: write \"{minimum}\" or a later one"
        )));
    }
    Ok(version)
}
