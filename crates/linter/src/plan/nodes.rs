//! The nodes that plans are made for.

use windows_hostprocess_policy::k8s::version::Version;
use windows_hostprocess_policy::node::Node;
use windows_hostprocess_policy::node::era::{Containerd, Era};
use windows_hostprocess_policy::settings::Settings;

/// The nodes of a cluster, as far as a start depends on them.
#[derive(Clone, Debug)]
pub struct Nodes<'n> {
    /// Their software, the oldest first.
    pub eras: Vec<Era>,
    /// Their local groups.
    pub groups: Vec<&'n str>,
    /// Folders of drive C: that exist on each of them.
    pub folders: &'n [&'n str],
    /// The logical processors of each.
    pub processors: u32,
    /// See [`Node::passes_annotations`].
    pub passes_annotations: bool,
    /// Names under which no program is found. All others are.
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
    /// The nodes that the settings describe.
    pub fn of(settings: &Settings<'n>) -> Nodes<'n> {
        let oldest = containerd(*settings.containerd);
        let eras = Era::ALL.into_iter().filter(|era| era.containerd >= oldest).collect();
        Nodes { eras, groups: settings.local_groups.iter().copied().collect(), ..Nodes::default() }
    }

    /// Leaves only nodes with these versions of containerd, whatever the settings say; all if there are none.
    #[must_use]
    pub fn with_containerd(self, versions: &[Version]) -> Nodes<'n> {
        if versions.is_empty() {
            return self;
        }
        let is_one = |era: &Era| versions.iter().any(|version| containerd(*version) == era.containerd);
        Nodes { eras: Era::ALL.into_iter().filter(is_one).collect(), ..self }
    }

    /// Leaves only nodes that have the bind filter, or only those that have not. containerd 1.6 does not use it.
    #[must_use]
    pub fn with_bind_filter(mut self, bind_filter: Option<bool>) -> Nodes<'n> {
        self.eras.retain(|era| era.is_1_6() || bind_filter.is_none_or(|has| has == era.bind_filter));
        self
    }

    pub(super) fn node(&self, era: Era) -> Node<'_> {
        let Nodes { groups, folders, processors, passes_annotations, .. } = self;
        Node { era, groups, folders, processors: *processors, passes_annotations: *passes_annotations }
    }
}

/// The era of a version.
fn containerd(version: Version) -> Containerd {
    let begins = |era: &Containerd| Version::parse(era.name()).is_some_and(|first| first <= version);
    Containerd::ALL.into_iter().rfind(begins).unwrap_or(Containerd::V1_6)
}

#[cfg(test)]
mod tests {
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
        let nodes = Nodes { eras: Era::ALL[3..].to_vec(), ..Nodes::default() };
        assert_eq!(names(&nodes.clone().with_containerd(&[])), [("1.7.19", false), ("1.7.19", true)]);
        let nodes = nodes.with_containerd(&[Version::new(1, 6), Version::new(1, 7)]).with_bind_filter(Some(true));
        assert_eq!(names(&nodes), [("1.6", false), ("1.7", true)]);
    }
}
