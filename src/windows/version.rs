//! Versions as kubelets and container runtimes report them.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error};

use crate::decode::Text;

/// `major.minor.patch`. Anything after it (`-k3s1`, `+azure`, `-1`) is a distributor's mark and says nothing about
/// age: to semantic versioning `1.7.33-1` is a pre-release that `>=1.6.0` does not match, to an administrator it is 1.7.33.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// The first number.
    pub major: u32,
    /// The second.
    pub minor: u32,
    /// The third; 0 when absent.
    pub patch: u32,
}

impl Version {
    /// A version without a patch level.
    pub const fn new(major: u32, minor: u32) -> Version {
        Version { major, minor, patch: 0 }
    }

    /// Reads `1.7`, `v1.30.0+k3s1`, `1.6.6+azure`. `None` for anything that does not begin with two numbers.
    pub fn parse(text: &str) -> Option<Version> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let numbers = text.split(['-', '+']).next()?;
        let mut parts = numbers.split('.');
        let major = parts.next()?.parse().ok()?;
        let minor = parts.next()?.parse().ok()?;
        let patch = parts.next().map_or(Ok(0), str::parse).ok()?;
        Some(Version { major, minor, patch })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)?;
        if self.patch != 0 {
            write!(f, ".{}", self.patch)?;
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Text::deserialize(deserializer)?;
        Version::parse(&text).ok_or_else(|| D::Error::custom(format!("'{text}' is no version, write one like \"1.7\"")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_distributors_suffix_does_not_make_a_version_older() {
        for text in ["1.7.33-1", "1.7.15-k3s1", "v1.7.0+azure", "1.7"] {
            assert!(Version::parse(text) >= Some(Version::new(1, 7)), "{text}");
        }
        assert!(Version::parse("2.0.0-beta.1") > Some(Version::new(1, 7)));
        assert!(Version::parse("1.6.39") < Some(Version::new(1, 7)));
    }

    #[test]
    fn what_is_no_version_is_none() {
        for text in ["", "v", "1", "one.two", "1.x", "-1.2", "99999999999.1"] {
            assert_eq!(Version::parse(text), None, "{text}");
        }
    }
}
