//! A rule: data and one function.

use crate::decode::Fields;
use crate::outcome::finding::{Finding, sort_by_path};
use crate::outcome::ratchet::Ratchet;
use crate::outcome::severity::configured;
use crate::rules::api_server::ApiServer;
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::settings::severity::Severity;

/// The documentation page of a rule, which stands next to it. The guest carries none of them.
macro_rules! page {
    ($file:literal) => {
        if cfg!(target_arch = "wasm32") { "" } else { include_str!($file) }
    };
}
pub(crate) use page;

/// One rule. Every field that says nothing special is left to [`Rule::DEFAULT`].
#[derive(Debug)]
pub struct Rule {
    /// The name in settings, messages and audit annotations.
    pub id: &'static str,
    /// What it catches, in a line.
    pub summary: &'static str,
    /// What its findings lead to unless configured; where that varies, the most severe.
    pub severity: Severity,
    /// How the severity varies from finding to finding; empty where it does not.
    pub severity_varies: &'static str,
    /// Which requests it looks at.
    pub scope: Scope,
    /// Whether kube-apiserver refuses the same in native kinds.
    pub api_server: ApiServer,
    /// The fields that its findings are about: a pod that sets none of them is skipped. `Fields::ALL` for a rule that also
    /// reports what is missing.
    pub reads: Fields,
    /// When an update may keep its findings.
    pub ratchet: Ratchet,
    /// Its documentation: evidence, example, false positives. Empty in the guest.
    pub page: &'static str,
    /// From a read-only context to findings.
    pub check: fn(&Context, &mut Findings),
}

/// Which requests a rule looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Pods with `hostProcess: true` anywhere.
    HostProcess,
    /// Every pod.
    AnyPod,
    /// In-place resizes (`pods/resize`) of pods with `hostProcess: true` anywhere; no other rule looks at those.
    Resize,
}

impl Rule {
    /// What is usual.
    pub const DEFAULT: Rule = Rule {
        id: "",
        summary: "",
        severity: Severity::Deny,
        severity_varies: "",
        scope: Scope::HostProcess,
        api_server: ApiServer::Accepts,
        reads: Fields::ALL,
        ratchet: Ratchet::SameImages,
        page: "",
        check: |_, _| {},
    };

    /// Adds what the rule finds to `list`, by path, unless it is off or does not apply.
    pub fn run(&'static self, context: &Context, list: &mut Vec<Finding>) {
        if !self.applies(context) || configured(context.settings, self.id, self.severity) == Severity::Off {
            return;
        }
        let begin = list.len();
        (self.check)(context, &mut Findings::new(self.id, self.ratchet, self.severity, context.settings, list));
        sort_by_path(&mut list[begin..]);
    }

    fn applies(&self, context: &Context) -> bool {
        let in_scope = match self.scope {
            Scope::HostProcess => context.is_host_process && !context.request.is_resize(),
            Scope::AnyPod => !context.request.is_resize(),
            Scope::Resize => context.is_host_process && context.request.is_resize(),
        };
        in_scope && self.reads.intersects(context.pod.fields)
    }
}
