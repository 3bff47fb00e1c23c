//! Effective settings of the HostProcess containers, each with the level where it is set.

use crate::k8s::pod::{ContainerView, Effective, Level, Pod};

/// A setting in effect for HostProcess containers: set on one of them, or on the pod for all that inherit it.
#[derive(Clone, Debug)]
pub struct EffectiveSetting<'p, 'a, T> {
    /// The container, or the first of those that inherit the setting.
    pub container: ContainerView<'p, 'a>,
    /// The value.
    pub value: T,
    /// Where it is set.
    pub set_on: Level,
    /// The names of the containers that inherit it from the pod.
    pub inheritors: Vec<&'p str>,
}

/// The effective settings of the HostProcess containers. A setting that they inherit from the pod is returned once,
/// however many inherit it.
pub fn effective_settings<'p, 'a, T>(
    pod: &'p Pod<'a>,
    effective: impl Fn(&ContainerView<'p, 'a>) -> Option<Effective<T>>,
) -> Vec<EffectiveSetting<'p, 'a, T>> {
    let mut settings: Vec<EffectiveSetting<'p, 'a, T>> = Vec::new();
    let mut inherited = None;
    for container in pod.host_process_containers() {
        let Some(Effective { value, set_on }) = effective(&container) else { continue };
        let place = match set_on {
            Level::Container => settings.len(),
            Level::Pod => *inherited.get_or_insert(settings.len()),
        };
        if place == settings.len() {
            settings.push(EffectiveSetting { container, value, set_on, inheritors: Vec::new() });
        }
        if set_on == Level::Pod {
            settings[place].inheritors.push(container.name());
        }
    }
    settings
}

impl<T> EffectiveSetting<'_, '_, T> {
    /// The path of the setting in the object, given its field.
    pub fn path(&self, field: &str) -> String {
        self.container.path_at(self.set_on, field)
    }
}
