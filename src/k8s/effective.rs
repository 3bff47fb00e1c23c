//! Effective settings of the HostProcess containers, each with the level where it is set.

use crate::k8s::pod::{ContainerView, Effective, Level, Pod};

/// A setting in effect for HostProcess containers: set on one of them, or on the pod for all that inherit it.
#[derive(Clone, Copy, Debug)]
pub struct EffectiveSetting<'p, 'a, T> {
    /// The container, or the first of those that inherit the setting.
    pub container: ContainerView<'p, 'a>,
    /// The value.
    pub value: T,
    /// Where it is set.
    pub set_on: Level,
}

/// The effective settings of the HostProcess containers. A setting that they inherit from the pod is returned once,
/// however many inherit it.
pub fn effective_settings<'p, 'a, T>(
    pod: &'p Pod<'a>,
    effective: impl Fn(&ContainerView<'p, 'a>) -> Option<Effective<T>>,
) -> impl Iterator<Item = EffectiveSetting<'p, 'a, T>> {
    let mut has_inherited = false;
    pod.host_process_containers().filter_map(move |container| {
        let Effective { value, set_on } = effective(&container)?;
        let is_repeated = set_on == Level::Pod && std::mem::replace(&mut has_inherited, true);
        (!is_repeated).then_some(EffectiveSetting { container, value, set_on })
    })
}

impl<T> EffectiveSetting<'_, '_, T> {
    /// The path of the setting in the object, given its field.
    pub fn path(&self, field: &str) -> String {
        self.container.path_at(self.set_on, field)
    }
}
