//! The nodes to plan for.

use windows_hostprocess_policy::k8s::version::Version;
use windows_hostprocess_policy::node::Node;
use windows_hostprocess_policy::node::era::{Containerd, Era};
use windows_hostprocess_policy::settings::Settings;

/// The properties of a cluster's nodes that affect a start.
#[derive(Clone, Debug)]
pub struct Nodes<'n> {
    /// Their software versions, oldest first.
    pub eras: Vec<Era>,
    /// Their local groups.
    pub groups: Vec<&'n str>,
    /// Folders of drive C: that exist on each of them.
    pub folders: &'n [&'n str],
    /// The number of logical processors of each node.
    pub processors: u32,
    /// See [`Node::passes_annotations`].
    pub passes_annotations: bool,
    /// Programs that are not found. All other programs are.
    pub missing_programs: &'n [&'n str],
}

impl Default for Nodes<'_> {
    fn default() -> Self {
        let Node { processors, passes_annotations, .. } = Node::new(Era::ALL[0]);
        Nodes {
            eras: Era::ALL.to_vec(),
            groups: Vec::new(),
            folders: Node::FOLDERS,
            processors,
            passes_annotations,
            missing_programs: &[],
        }
    }
}

impl<'n> Nodes<'n> {
    /// The nodes that the settings describe. `versions` of containerd and `bind_filter` override the settings if given.
    /// containerd 1.6 does not use the bind filter.
    pub fn of(settings: &Settings<'n>, versions: &[Version], bind_filter: Option<bool>) -> Nodes<'n> {
        let groups = settings.local_groups.iter().copied().collect();
        let described = |oldest| Era::possible(oldest, bind_filter.or(settings.bind_filter));
        let is_one = |era: &Era| versions.iter().any(|version| containerd(*version) == era.containerd);
        let eras = match versions.iter().min() {
            None => described(*settings.containerd).collect(),
            Some(oldest) => described(*oldest).filter(is_one).collect(),
        };
        Nodes { eras, groups, ..Nodes::default() }
    }

    pub(super) fn node(&self, era: Era) -> Node<'_> {
        let Nodes { groups, folders, processors, passes_annotations, .. } = self;
        Node { era, groups, folders, processors: *processors, passes_annotations: *passes_annotations }
    }
}

/// The era of a containerd version.
fn containerd(version: Version) -> Containerd {
    let begins = |era: &Containerd| Version::parse(era.name()).is_some_and(|first| first <= version);
    Containerd::ALL.into_iter().rfind(begins).unwrap_or(Containerd::V1_6)
}

#[cfg(test)]
mod tests {
    use windows_hostprocess_policy::decode;

    use super::*;

    fn names(nodes: &Nodes) -> Vec<(&'static str, bool)> {
        nodes.eras.iter().map(|era| (era.containerd.name(), era.bind_filter)).collect()
    }

    #[test]
    fn versions_belong_to_the_era_that_began_last() {
        for (version, name) in [
            ("1.6", "1.6"),
            ("1.6.39", "1.6"),
            ("1.7", "1.7"),
            ("1.7.18+azure", "1.7"),
            ("v1.7.19", "1.7.19"),
            ("2.1", "1.7.19"),
        ] {
            assert_eq!(containerd(Version::parse(version).expect("a version")).name(), name, "{version}");
        }
    }

    #[test]
    fn arguments_replace_the_settings() {
        let tree = decode::parse(br#"{"containerd": "1.7.19", "bindFilter": true}"#).expect("JSON");
        let settings: Settings = decode::read(&tree).expect("settings");
        let versions = [Version::new(1, 6), Version::new(1, 7)];
        for (versions, bind_filter, expected) in [
            (&[][..], None, &[("1.7.19", true)][..]),
            (&versions, None, &[("1.6", false), ("1.7", true)]),
            (&[], Some(false), &[("1.7.19", false)]),
            (&versions[1..], Some(false), &[("1.7", false)]),
        ] {
            assert_eq!(names(&Nodes::of(&settings, versions, bind_filter)), expected, "{versions:?} {bind_filter:?}");
        }
    }
}
