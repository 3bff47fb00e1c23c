//! The collector to which rules report their findings.

use crate::finding::Finding;
use crate::finding::patch::{Operation, Patch, Reach, remove};
use crate::finding::ratchet::Ratchet;
use crate::finding::severity::Severity;
use crate::k8s::effective::EffectiveSetting;
use crate::k8s::pod::{ContainerView, Level};

/// Longer names are not copied into each finding. Kubernetes allows 63 bytes, but custom kinds may have longer ones.
const MAX_NAME_BYTES: usize = 253;

/// Collects the findings of one rule, and drops them if its severity is `off`.
pub struct Findings<'l> {
    rule: &'static str,
    ratchet: Ratchet,
    severity: Severity,
    configured: &'l dyn Fn(Severity) -> Severity,
    list: &'l mut Vec<Finding>,
}

impl<'l> Findings<'l> {
    /// A collector that appends the findings of `rule` to `list`. `configured` determines their severity from
    /// `default`.
    pub fn new(
        rule: &'static str,
        ratchet: Ratchet,
        default: Severity,
        configured: &'l dyn Fn(Severity) -> Severity,
        list: &'l mut Vec<Finding>,
    ) -> Findings<'l> {
        Findings { rule, ratchet, severity: configured(default), configured, list }
    }

    /// A collector for the same rule with another default severity. It applies only to findings reported through the
    /// returned value.
    pub fn at(&mut self, default: Severity) -> Findings<'_> {
        Findings::new(self.rule, self.ratchet, default, self.configured, self.list)
    }

    /// A collector for the same rule whose findings only warn, regardless of the settings. (Rules that are `off` do not
    /// run.)
    pub fn warnings(&mut self) -> Findings<'_> {
        Findings { severity: Severity::Warn, ..self.at(Severity::Warn) }
    }

    /// Whether findings reported here would be dropped.
    pub fn are_off(&self) -> bool {
        self.severity == Severity::Off
    }

    /// Reports a finding about the pod. `path` is the path of the field in the object; see [`Finding`] for `message`
    /// and `fix`.
    #[inline(never)]
    pub fn pod(&mut self, path: String, message: impl Into<String>, fix: impl Into<String>) -> Reported<'_> {
        self.add(path, None, Vec::new(), message.into(), fix.into())
    }

    /// Reports a finding about a container, which the output names. For the other arguments see [`Findings::pod`].
    #[inline(never)]
    pub fn container(
        &mut self,
        container: &ContainerView,
        path: String,
        message: impl Into<String>,
        fix: impl Into<String>,
    ) -> Reported<'_> {
        self.add(path, Some(container.name()), Vec::new(), message.into(), fix.into())
    }

    /// Reports a finding about an effective setting at the level at which it is set: the container or the pod. `field`
    /// is the path relative to that level.
    pub fn setting(
        &mut self,
        setting: &EffectiveSetting,
        field: &str,
        message: impl Into<String>,
        fix: impl Into<String>,
    ) -> Reported<'_> {
        match setting.set_on {
            Level::Container => self.container(&setting.container, setting.path(field), message, fix),
            Level::Pod => {
                let inheritors = setting.inheritors.iter().map(|name| (*name).to_owned()).collect();
                self.add(setting.path(field), None, inheritors, message.into(), fix.into())
            }
        }
    }

    fn add(
        &mut self,
        path: String,
        container: Option<&str>,
        inheritors: Vec<String>,
        message: String,
        fix: String,
    ) -> Reported<'_> {
        if self.are_off() {
            return Reported(None);
        }
        let container = container.map(|name| name[..name.floor_char_boundary(MAX_NAME_BYTES)].to_owned());
        let Findings { rule, ratchet, severity, .. } = *self;
        self.list.push(Finding {
            rule,
            severity,
            ratchet,
            path,
            container,
            inheritors,
            is_old: false,
            message,
            fix,
            patch: None,
        });
        Reported(self.list.last_mut())
    }
}

/// A reported finding, to which the rule may add a patch; `None` if the rule is off.
#[derive(Debug)]
pub struct Reported<'l>(Option<&'l mut Finding>);

impl Reported<'_> {
    /// Adds the patch that removes the field at the path of the finding.
    #[inline(never)]
    pub fn removable(self, reach: Reach) {
        self.patch(reach, |path| vec![remove(path)]);
    }

    /// Like [`Self::removable`], for a field that has a meaning on Linux: only if the pod is proven to start on Windows
    /// nodes only.
    pub fn removable_if(self, is_proven_windows: bool, reach: Reach) {
        if is_proven_windows {
            self.removable(reach);
        }
    }

    /// Adds the patch with these operations, given the path of the finding; no patch if there are none.
    pub fn patch(self, reach: Reach, operations: impl FnOnce(&str) -> Vec<Operation>) {
        // The Wasm module applies only patches for admission.
        if cfg!(feature = "guest") && reach != Reach::Admission {
            return;
        }
        if let Some(finding) = self.0 {
            set_patch(finding, reach, operations(&finding.path));
        }
    }
}

#[inline(never)]
fn set_patch(finding: &mut Finding, reach: Reach, operations: Vec<Operation>) {
    finding.patch = (!operations.is_empty()).then_some(Patch { reach, operations });
}
