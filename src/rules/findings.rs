//! What one rule reports into.

use crate::k8s::effective::EffectiveSetting;
use crate::k8s::pod::{ContainerView, Level};
use crate::outcome::finding::Finding;
use crate::outcome::ratchet::Ratchet;
use crate::outcome::severity::configured;
use crate::settings::Settings;
use crate::settings::severity::Severity;

/// Collects what one rule finds, and drops what the settings turn off.
#[derive(Debug)]
pub struct Findings<'l> {
    rule: &'static str,
    ratchet: Ratchet,
    severity: Severity,
    settings: &'l Settings<'l>,
    list: &'l mut Vec<Finding>,
}

impl<'l> Findings<'l> {
    /// For a rule with this severity by default.
    pub fn new(
        rule: &'static str,
        ratchet: Ratchet,
        default: Severity,
        settings: &'l Settings<'l>,
        list: &'l mut Vec<Finding>,
    ) -> Findings<'l> {
        Findings { rule, ratchet, severity: configured(settings, rule, default), settings, list }
    }

    /// The same with another severity by default, for the findings that are reported through the result.
    pub fn at(&mut self, default: Severity) -> Findings<'_> {
        Findings::new(self.rule, self.ratchet, default, self.settings, self.list)
    }

    /// Whether what is reported would be dropped.
    pub fn are_off(&self) -> bool {
        self.severity == Severity::Off
    }

    /// Reports something about the pod.
    pub fn pod(&mut self, path: String, message: impl Into<String>, fix: impl Into<String>) {
        self.add(path, None, message.into(), fix.into());
    }

    /// Reports something about a container.
    pub fn container(
        &mut self,
        container: &ContainerView,
        path: String,
        message: impl Into<String>,
        fix: impl Into<String>,
    ) {
        self.add(path, Some(container.name().to_owned()), message.into(), fix.into());
    }

    /// Reports something about an effective setting, where it is written.
    pub fn setting<T>(
        &mut self,
        setting: &EffectiveSetting<T>,
        field: &str,
        message: impl Into<String>,
        fix: impl Into<String>,
    ) {
        match setting.set_on {
            Level::Container => self.container(&setting.container, setting.path(field), message, fix),
            Level::Pod => self.pod(setting.path(field), message, fix),
        }
    }

    fn add(&mut self, path: String, container: Option<String>, message: String, fix: String) {
        if !self.are_off() {
            let Findings { rule, ratchet, severity, .. } = *self;
            self.list.push(Finding { rule, severity, ratchet, path, container, message, fix });
        }
    }
}
