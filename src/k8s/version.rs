//! Versions as kubelets and container runtimes report them.

use std::fmt;

/// `major.minor.patch`. Anything after it (`-k3s1`, `+azure`, `-1`) is a distributor's suffix, which does not affect
/// the order and is ignored. In semantic versioning `1.7.33-1` would be a pre-release, which `>=1.6.0` does not match;
/// administrators consider it 1.7.33.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// The first number.
    pub major: u32,
    /// The second number.
    pub minor: u32,
    /// The third number; 0 if absent.
    pub patch: u32,
}

impl Version {
    /// A version without a patch level.
    pub const fn new(major: u32, minor: u32) -> Version {
        Version { major, minor, patch: 0 }
    }

    /// Parses `1.7`, `v1.30.0+k3s1`, `1.6.6+azure`. `None` for anything that does not begin with two numbers.
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

/// A build of Windows 10 or its server editions, as in a node's `kernelVersion`: `10.0.20348.825`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Build {
    /// Identifies the release of Windows: 17763 is Windows Server 2019, 20348 is 2022, 26100 is 2025.
    pub number: u32,
    /// Grows with every update; 0 if absent.
    pub revision: u32,
}

impl Build {
    /// Parses `10.0.20348.825` and `10.0.20348`. `None` for anything else.
    pub fn parse(text: &str) -> Option<Build> {
        let mut parts = text.strip_prefix("10.0.")?.split('.');
        let number = parts.next()?.parse().ok()?;
        let revision = parts.next().map_or(Ok(0), str::parse).ok()?;
        parts.next().is_none().then_some(Build { number, revision })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suffixes_of_distributors_are_ignored() {
        for text in ["1.7.33-1", "1.7.15-k3s1", "v1.7.0+azure", "1.7"] {
            assert!(Version::parse(text) >= Some(Version::new(1, 7)), "{text}");
        }
        assert!(Version::parse("2.0.0-beta.1") > Some(Version::new(1, 7)));
        assert!(Version::parse("1.6.39") < Some(Version::new(1, 7)));
    }

    #[test]
    fn builds() {
        assert_eq!(Build::parse("10.0.20348.825"), Some(Build { number: 20348, revision: 825 }));
        assert_eq!(Build::parse("10.0.17763"), Some(Build { number: 17763, revision: 0 }));
        assert!(Build::parse("10.0.17763.3165") > Build::parse("10.0.17763.2686"));
        assert!(Build::parse("10.0.20348") > Build::parse("10.0.17763.3165"));
        for text in ["", "10.0", "10.0.", "10.0.x", "10.0.20348.", "10.0.20348.1.1", "5.15.0-1041-azure", "11.0.1.1"] {
            assert_eq!(Build::parse(text), None, "{text}");
        }
    }

    #[test]
    fn malformed_versions_are_none() {
        for text in ["", "v", "1", "one.two", "1.x", "-1.2", "99999999999.1"] {
            assert_eq!(Version::parse(text), None, "{text}");
        }
    }
}
