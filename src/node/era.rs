//! Which software a node has, as far as a start differs.

/// Versions of containerd, with the shim that each release builds, between which nothing changed that a start shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Containerd {
    /// 1.6, with hcsshim 0.9: the image is at `C:\C\<id>`, mounts are links in it.
    V1_6,
    /// 1.7.0 to 1.7.18, with hcsshim 0.10 and 0.11.
    V1_7,
    /// 1.7.19 and later: the default working directory is `C:\hpc`.
    V1_7_19,
}

impl Containerd {
    /// All of them, the oldest first.
    pub const ALL: [Containerd; 3] = [Containerd::V1_6, Containerd::V1_7, Containerd::V1_7_19];

    /// The first version of the era.
    pub const fn name(self) -> &'static str {
        match self {
            Containerd::V1_6 => "1.6",
            Containerd::V1_7 => "1.7",
            Containerd::V1_7_19 => "1.7.19",
        }
    }
}

/// An era of nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Era {
    /// The version of containerd.
    pub containerd: Containerd,
    /// Whether Windows has the bind filter (`bindfltapi.dll`): Windows Server 2022 has, 2019 has not.
    pub bind_filter: bool,
}

impl Era {
    /// All of them, the oldest first. containerd 1.6 does not use the bind filter.
    pub const ALL: [Era; 5] = [
        Era { containerd: Containerd::V1_6, bind_filter: false },
        Era { containerd: Containerd::V1_7, bind_filter: false },
        Era { containerd: Containerd::V1_7, bind_filter: true },
        Era { containerd: Containerd::V1_7_19, bind_filter: false },
        Era { containerd: Containerd::V1_7_19, bind_filter: true },
    ];

    /// Whether mounts and the image are bound into the container, so that only it sees them.
    pub fn binds(self) -> bool {
        self.bind_filter && !self.is_1_6()
    }

    /// Whether it has hcsshim 0.9.
    pub fn is_1_6(self) -> bool {
        self.containerd == Containerd::V1_6
    }
}
