//! Eras of node software: groups of versions that start containers in the same way.

use crate::k8s::version::Version;

/// Ranges of containerd versions, with the shim that each release builds, whose starts do not differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Containerd {
    /// 1.6, with hcsshim 0.9: the image is at `C:\C\<id>`, and mounts are links in it.
    V1_6,
    /// 1.7.0 to 1.7.18, with hcsshim 0.10 and 0.11.
    V1_7,
    /// 1.7.19 and later: the default working directory is `C:\hpc`.
    V1_7_19,
}

impl Containerd {
    /// All eras, the oldest first.
    pub const ALL: [Containerd; 3] = [Containerd::V1_6, Containerd::V1_7, Containerd::V1_7_19];

    /// The first version of the era.
    pub const fn name(self) -> &'static str {
        match self {
            Containerd::V1_6 => "1.6",
            Containerd::V1_7 => "1.7",
            Containerd::V1_7_19 => "1.7.19",
        }
    }

    /// The first version after the era; `None` for the current one.
    const fn end(self) -> Option<Version> {
        match self {
            Containerd::V1_6 => Some(Version::new(1, 7)),
            Containerd::V1_7 => Some(Version { major: 1, minor: 7, patch: 19 }),
            Containerd::V1_7_19 => None,
        }
    }
}

/// An era of nodes: the era of containerd, and whether mounts can be bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Era {
    /// The era of containerd.
    pub containerd: Containerd,
    /// Whether Windows has the bind filter (`bindfltapi.dll`): Windows Server 2022 has it, 2019 only with the updates
    /// of July 2022.
    pub bind_filter: bool,
}

impl Era {
    /// All eras, the oldest first. containerd 1.6 does not use the bind filter.
    pub const ALL: [Era; 5] = [
        Era { containerd: Containerd::V1_6, bind_filter: false },
        Era { containerd: Containerd::V1_7, bind_filter: false },
        Era { containerd: Containerd::V1_7, bind_filter: true },
        Era { containerd: Containerd::V1_7_19, bind_filter: false },
        Era { containerd: Containerd::V1_7_19, bind_filter: true },
    ];

    /// The possible eras of a cluster, the oldest first: those with a containerd at least as new as `oldest`, and, if
    /// known, with or without the bind filter.
    pub fn possible(oldest: Version, bind_filter: Option<bool>) -> impl Iterator<Item = Era> {
        Era::ALL.into_iter().filter(move |era| {
            era.containerd.end().is_none_or(|end| oldest < end)
                && (era.is_1_6() || bind_filter.is_none_or(|has| has == era.bind_filter))
        })
    }

    /// Whether mounts and the image are bound into the container, invisible outside it.
    pub fn binds(self) -> bool {
        self.bind_filter && !self.is_1_6()
    }

    /// Whether it has hcsshim 0.9.
    pub fn is_1_6(self) -> bool {
        self.containerd == Containerd::V1_6
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eras_of_a_cluster() {
        for (oldest, bind_filter, expected) in [
            ("1.6", None, &Era::ALL[..]),
            ("1.6.39", Some(true), &[Era::ALL[0], Era::ALL[2], Era::ALL[4]]),
            ("1.7", None, &Era::ALL[1..]),
            ("1.7.18", Some(false), &[Era::ALL[1], Era::ALL[3]]),
            ("1.7.19", None, &Era::ALL[3..]),
            ("2.1", Some(true), &Era::ALL[4..]),
        ] {
            let oldest = Version::parse(oldest).expect("a version");
            assert_eq!(Era::possible(oldest, bind_filter).collect::<Vec<_>>(), expected, "{oldest}");
        }
    }
}
