//! What an update may keep: findings that the old object already had.

use serde_json_borrow::Value;

use crate::admission::workload::Workload;
use crate::k8s::pod::{ContainerList, ContainerView};

/// When an update may keep a finding of the old object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ratchet {
    /// Whenever no container runs another image.
    #[default]
    SameImages,
    /// Only where the pod is as it was: who may run a workload was answered for what ran, and another command or another
    /// ConfigMap behind it is another question.
    SameSpec,
    /// Never: the finding is about what is asked, which the old object cannot have had.
    Never,
}

/// What an update leaves as it was.
#[derive(Clone, Copy, Debug)]
pub struct Unchanged {
    images: bool,
    spec: bool,
}

impl Unchanged {
    /// Compares an object with what it was.
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

/// Whether nothing changed in the pod's spec but tolerations, which decide where it runs and not what.
fn has_same_spec(old: &Workload, new: &Workload) -> bool {
    fn members<'t>(workload: &'t Workload) -> impl Iterator<Item = (&'t str, &'t Value<'t>)> {
        let spec = workload.pod.written_spec.and_then(|spec| spec.as_object());
        spec.into_iter().flat_map(|members| members.iter()).filter(|(key, _)| *key != "tolerations")
    }
    members(old).eq(members(new))
}

/// Whether no container got another image and none was added. Other code in an old container is a new workload that inherits
/// nothing. A new debug container changes nothing about the others, and its own findings are new anyway.
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
