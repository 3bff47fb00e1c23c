//! Effective settings of the HostProcess containers, each with the level where it is set.

use crate::k8s::pod::{ContainerView, Effective, Level, Pod};

/// A setting in effect for a HostProcess container: set on the container, or on the pod.
#[derive(Clone, Copy, Debug)]
pub struct EffectiveSetting<'p, 'a, T> {
    /// The container.
    pub container: ContainerView<'p, 'a>,
    /// The value.
    pub value: T,
    /// Where it is set.
    pub set_on: Level,
}

/// The effective settings of the HostProcess containers that have one.
pub fn effective_settings<'p, 'a, T>(
    pod: &'p Pod<'a>,
    effective: impl Fn(&ContainerView<'p, 'a>) -> Option<Effective<T>>,
) -> impl Iterator<Item = EffectiveSetting<'p, 'a, T>> {
    pod.host_process_containers().filter_map(move |container| {
        let Effective { value, set_on } = effective(&container)?;
        Some(EffectiveSetting { container, value, set_on })
    })
}

impl<T> EffectiveSetting<'_, '_, T> {
    /// The path of the setting in the object, given its field.
    pub fn path(&self, field: &str) -> String {
        self.container.path_at(self.set_on, field)
    }
}
