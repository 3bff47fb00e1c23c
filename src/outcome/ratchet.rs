//! What an update may keep: findings that the old object already had.

use crate::admission::workload::Workload;
use crate::k8s::pod_spec::Container;

/// When an update may keep a finding, as a warning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ratchet {
    /// When the old object had it, too, and no container runs a different image.
    #[default]
    HadBefore,
    /// When what runs stays the same, for findings about who may run it or about the request itself. The old object is not
    /// judged: under the name of whoever updates it, a workload that somebody else was granted would look as if it had
    /// never been granted, and this user's finding would pass for an old one.
    RunsTheSame,
}

/// Whether no container got a different image and none was added, moved ones counting as both. Different code makes a new
/// workload, which keeps nothing. A new ephemeral container does not count: it changes nothing about the others, and what
/// concerns it is new anyway.
pub fn has_same_images(old: &Workload, new: &Workload) -> bool {
    let (old, new) = (&old.pod.spec, &new.pod.spec);
    let mut ephemeral = old.ephemeral_containers.iter().zip(new.ephemeral_containers.iter());
    are_among(&new.containers, &old.containers)
        && are_among(&new.init_containers, &old.init_containers)
        && ephemeral.all(|(old, new)| runs_the_same(old, new))
}

/// Whether every container is among those before the update, in the same order.
fn are_among(news: &[Container], olds: &[Container]) -> bool {
    let mut olds = olds.iter();
    news.iter().all(|new| olds.any(|old| runs_the_same(old, new)))
}

fn runs_the_same(old: &Container, new: &Container) -> bool {
    old.name == new.name && old.image == new.image
}
