//! Effective settings of containers, each with the level at which it is set.

use crate::k8s::pod::{ContainerView, Level, Pod};

/// A setting in effect: set on one container, or on the pod for all containers that inherit it.
#[derive(Clone, Debug)]
pub struct EffectiveSetting<'p, 'a> {
    /// The container, or the first one that inherits the setting.
    pub container: ContainerView<'p, 'a>,
    /// Where it is set.
    pub set_on: Level,
    /// The names of the containers that inherit it from the pod.
    pub inheritors: Vec<&'p str>,
}

/// The effective settings of the HostProcess containers. `level_of` returns where a container's setting is set, `None`
/// if nowhere. A setting of the pod is returned once, regardless of how many containers inherit it. One function serves
/// all settings, which keeps the guest small.
pub fn effective_settings<'p, 'a>(
    pod: &'p Pod<'a>,
    level_of: &dyn Fn(&ContainerView<'p, 'a>) -> Option<Level>,
) -> Vec<EffectiveSetting<'p, 'a>> {
    effective_settings_of(&mut pod.host_process_containers(), level_of)
}

/// Like [`effective_settings`], for the given containers of a pod.
pub fn effective_settings_of<'p, 'a>(
    containers: &mut dyn Iterator<Item = ContainerView<'p, 'a>>,
    level_of: &dyn Fn(&ContainerView<'p, 'a>) -> Option<Level>,
) -> Vec<EffectiveSetting<'p, 'a>> {
    let mut settings: Vec<EffectiveSetting<'p, 'a>> = Vec::new();
    let mut inherited = None;
    for container in containers {
        let Some(set_on) = level_of(&container) else { continue };
        let place = match set_on {
            Level::Container => settings.len(),
            Level::Pod => *inherited.get_or_insert(settings.len()),
        };
        if place == settings.len() {
            settings.push(EffectiveSetting { container, set_on, inheritors: Vec::new() });
        }
        if set_on == Level::Pod {
            settings[place].inheritors.push(container.name());
        }
    }
    settings
}

impl EffectiveSetting<'_, '_> {
    /// The path of the setting in the object, given its field.
    pub fn path(&self, field: &str) -> String {
        self.container.path_at(self.set_on, field)
    }
}
