//! What an update may keep: findings that the old object already had.

use serde_json_borrow::Value;

use crate::admission::workload::Workload;
use crate::k8s::pod::{ContainerList, ContainerView};

/// When an update may keep a finding of the old object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ratchet {
    /// Whenever no container runs a different image.
    #[default]
    SameImages,
    /// Only when the pod spec is unchanged, tolerations aside: whether the workload is allowed was decided for the old spec,
    /// and a different command, or a different ConfigMap behind it, needs a new decision.
    SameSpec,
    /// Never: the finding is about the request itself, so the old object cannot have had it.
    Never,
}

/// What an update leaves unchanged.
#[derive(Clone, Copy, Debug)]
pub struct Unchanged {
    images: bool,
    spec: bool,
}

impl Unchanged {
    /// Compares an object before and after an update.
    pub fn between(old: &Workload, new: &Workload) -> Unchanged {
        Unchanged { images: has_same_images(old, new), spec: has_same_spec(old, new) }
    }

    /// Whether any finding of the old object may stay.
    pub fn keeps_any(self) -> bool {
        self.images
    }

    /// Whether a finding that the old object had may stay.
    pub fn keeps(self, ratchet: Ratchet) -> bool {
        match ratchet {
            Ratchet::SameImages => self.images,
            Ratchet::SameSpec => self.images && self.spec,
            Ratchet::Never => false,
        }
    }
}

/// Whether the pod specs are equal apart from tolerations, which decide where a pod runs and not what runs in it.
fn has_same_spec(old: &Workload, new: &Workload) -> bool {
    fn members<'t>(workload: &'t Workload) -> impl Iterator<Item = (&'t str, &'t Value<'t>)> {
        let spec = workload.pod.written_spec.and_then(|spec| spec.as_object());
        spec.into_iter().flat_map(|members| members.iter()).filter(|(key, _)| *key != "tolerations")
    }
    members(old).eq(members(new))
}

/// Whether no container got a different image and none was added. Different code makes a new workload, which keeps
/// nothing. A new ephemeral container does not count: it changes nothing about the others, and its own findings are new
/// anyway.
fn has_same_images(old: &Workload, new: &Workload) -> bool {
    let is_old = |new: &ContainerView| {
        let mut olds = old.pod.containers().filter(|old| old.list == new.list && old.name() == new.name());
        match olds.next() {
            Some(old) => old.raw.image == new.raw.image,
            None => new.list == ContainerList::Ephemeral,
        }
    };
    new.pod.containers().all(|new| is_old(&new))
}
