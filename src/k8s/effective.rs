//! Effective settings of the HostProcess containers, each with the level where it is set.

use crate::k8s::pod::{ContainerView, Level, Pod};

/// Where the effective value of a setting is set for a container; `None` where it is not set at all.
pub type LevelOf = fn(&ContainerView) -> Option<Level>;

/// A setting in effect for HostProcess containers: set on one of them, or on the pod for all that inherit it. `L` is the
/// function that finds its level, see [`LevelOf`].
#[derive(Clone, Copy, Debug)]
pub struct EffectiveSetting<'p, 'a, T, L = LevelOf> {
    /// The container, or the first of those that inherit the setting.
    pub container: ContainerView<'p, 'a>,
    /// The value.
    pub value: T,
    /// Where it is set.
    pub set_on: Level,
    level_of: L,
}

/// The effective settings of the HostProcess containers. A setting that they inherit from the pod is returned once,
/// however many inherit it.
pub fn effective_settings<'p, 'a, T, L: Fn(&ContainerView) -> Option<Level> + Copy>(
    pod: &'p Pod<'a>,
    level_of: L,
    value: impl Fn(&ContainerView<'p, 'a>) -> T,
) -> impl Iterator<Item = EffectiveSetting<'p, 'a, T, L>> {
    let mut has_inherited = false;
    pod.host_process_containers().filter_map(move |container| {
        let set_on = level_of(&container)?;
        let is_repeated = set_on == Level::Pod && std::mem::replace(&mut has_inherited, true);
        (!is_repeated).then(|| EffectiveSetting { container, value: value(&container), set_on, level_of })
    })
}

impl<T, L: Fn(&ContainerView) -> Option<Level>> EffectiveSetting<'_, '_, T, L> {
    /// The path of the setting in the object, given its field.
    pub fn path(&self, field: &str) -> String {
        self.container.path_at(self.set_on, field)
    }

    /// The names of the containers that inherit it from the pod.
    pub fn inheritors(&self) -> Vec<String> {
        inheritors(self.container.pod, &self.level_of)
    }
}

fn inheritors(pod: &Pod, level_of: &dyn Fn(&ContainerView) -> Option<Level>) -> Vec<String> {
    let mut names = Vec::new();
    for container in pod.host_process_containers() {
        if level_of(&container) == Some(Level::Pod) {
            names.push(container.name().to_owned());
        }
    }
    names
}
