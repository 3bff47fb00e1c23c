//! Where a rule reports its findings.

use crate::k8s::effective::EffectiveSetting;
use crate::k8s::pod::{ContainerView, Level};
use crate::outcome::finding::Finding;
use crate::outcome::ratchet::Ratchet;
use crate::outcome::severity::configured;
use crate::settings::Settings;
use crate::settings::severity::Severity;

/// Collects the findings of one rule, and drops them when its severity is `off`.
#[derive(Debug)]
pub struct Findings<'l> {
    rule: &'static str,
    ratchet: Ratchet,
    severity: Severity,
    settings: &'l Settings<'l>,
    /// The findings of all rules.
    list: &'l mut Vec<Finding>,
    /// Where those of this rule begin.
    begin: usize,
}

impl<'l> Findings<'l> {
    /// Appends the findings of `rule` to `list`. Their severity is `default` unless the settings say otherwise.
    pub fn new(
        rule: &'static str,
        ratchet: Ratchet,
        default: Severity,
        settings: &'l Settings<'l>,
        list: &'l mut Vec<Finding>,
    ) -> Findings<'l> {
        Findings { rule, ratchet, severity: configured(settings, rule, default), settings, begin: list.len(), list }
    }

    /// A collector for the same rule with another default severity. It applies only to findings reported through the
    /// returned value.
    pub fn at(&mut self, default: Severity) -> Findings<'_> {
        self.with(configured(self.settings, self.rule, default))
    }

    /// A collector for the same rule whose findings only warn, whatever the settings say (short of `off`: then no rule runs).
    pub fn warnings(&mut self) -> Findings<'_> {
        self.with(Severity::Warn)
    }

    fn with(&mut self, severity: Severity) -> Findings<'_> {
        let Findings { rule, ratchet, settings, begin, .. } = *self;
        Findings { rule, ratchet, severity, settings, list: self.list, begin }
    }

    /// Whether findings reported here would be dropped.
    pub fn are_off(&self) -> bool {
        self.severity == Severity::Off
    }

    /// Reports a finding about the pod. `path` is the path of the field in the object; for `message` and `fix` see
    /// [`Finding`].
    pub fn pod(&mut self, path: String, message: impl Into<String>, fix: impl Into<String>) {
        self.add(path, None, Vec::new(), message.into(), fix.into());
    }

    /// Reports a finding about a container, which the output names. The other arguments are those of [`Findings::pod`].
    pub fn container(
        &mut self,
        container: &ContainerView,
        path: String,
        message: impl Into<String>,
        fix: impl Into<String>,
    ) {
        self.add(path, Some(container.name().to_owned()), Vec::new(), message.into(), fix.into());
    }

    /// Reports a finding about a part of the pod that containers of these names use; the output has the first. The other
    /// arguments are those of [`Findings::pod`].
    pub fn shared(
        &mut self,
        containers: Vec<String>,
        path: String,
        message: impl Into<String>,
        fix: impl Into<String>,
    ) {
        self.add(path, containers.first().cloned(), containers, message.into(), fix.into());
    }

    /// Reports a finding about an effective setting, at the level where it is set: the container, or the pod that it
    /// inherits from, once for all that do. `field` is the path below either of them.
    pub fn setting<T>(
        &mut self,
        setting: &EffectiveSetting<T>,
        field: &str,
        message: impl Into<String>,
        fix: impl Into<String>,
    ) {
        match setting.set_on {
            Level::Container => self.container(&setting.container, setting.path(field), message, fix),
            Level::Pod => self.inherited(&setting.container, setting.path(field), message.into(), fix.into()),
        }
    }

    fn inherited(&mut self, container: &ContainerView, path: String, message: String, fix: String) {
        if self.are_off() {
            return;
        }
        let name = container.name().to_owned();
        // It is kept in front, where it is found at once, however many containers there are.
        match self.list.get_mut(self.begin) {
            Some(first) if first.container.is_none() && first.path == path => first.sharers.push(name),
            _ => {
                let end = self.list.len();
                self.add(path, None, vec![name], message, fix);
                self.list.swap(self.begin, end);
            }
        }
    }

    fn add(&mut self, path: String, container: Option<String>, sharers: Vec<String>, message: String, fix: String) {
        if !self.are_off() {
            let Findings { rule, ratchet, severity, .. } = *self;
            self.list.push(Finding { rule, severity, ratchet, path, container, sharers, is_old: false, message, fix });
        }
    }
}
