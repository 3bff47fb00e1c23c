//! The type of rules: a description and a check function.

use crate::admission::subresource::Part;
use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::finding::patch::Reach;
use crate::finding::ratchet::Ratchet;
use crate::finding::severity::Severity;
use crate::finding::{Finding, sort_by_path};
use crate::rules::api_server::ApiServer;
use crate::rules::context::Context;
use crate::settings::profile::Configured;
use crate::settings::validation::KnownRule;

/// The documentation page of a rule, from the file next to it. The modules of the policy and the playground omit the
/// pages to stay small.
macro_rules! page {
    ($file:literal) => {
        if cfg!(feature = "pages") { include_str!($file) } else { "" }
    };
}
pub(crate) use page;

/// A text about a rule for documentation and the linter, which the module of the policy omits, too.
macro_rules! about {
    ($text:literal) => {
        if cfg!(feature = "guest") { "" } else { $text }
    };
}
pub(crate) use about;

/// A rule. [`Rule::new`] provides default values of fields.
#[derive(Debug)]
pub struct Rule {
    /// The name in settings, messages and audit annotations.
    pub id: &'static str,
    /// A one-line summary for the rules page: starts in lower case, no final period.
    pub summary: &'static str,
    /// The default severity of its findings; the most severe one if it varies.
    pub severity: Severity,
    /// How the severity varies between findings; empty if it does not.
    pub severity_varies: &'static str,
    /// The requests to which it applies.
    pub scope: Scope,
    /// Whether kube-apiserver rejects the same in native kinds.
    pub api_server: ApiServer,
    /// The fields that its findings concern: the rule is skipped for a pod that sets none of them. `Fields::ALL` for a
    /// rule that also reports missing fields.
    pub reads: Fields,
    /// The condition under which an update may keep findings.
    pub ratchet: Ratchet,
    /// The widest reach of the patches of its findings; `None` if they have none.
    pub patches: Option<Reach>,
    /// The documentation page: evidence, example, false positives. Empty without the feature `pages`.
    pub page: &'static str,
    /// Examines the context and reports findings.
    pub check: fn(&Context, &mut Findings),
}

/// The requests to which a rule applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Pods that set `hostProcess: true` at any level, except in-place resizes.
    HostProcess,
    /// Pods as in `HostProcess`, and ControllerRevisions that are merged into a template that may be such a pod.
    MayBeHostProcess,
    /// Every pod, except in-place resizes.
    AnyPod,
    /// The annotations of every pod, even if a request can change nothing else.
    Annotations,
    /// In-place resizes (`pods/resize`) of pods that set `hostProcess: true` at any level.
    Resize,
}

impl Rule {
    /// A rule with a check function and otherwise default values; the caller must set at least `id`, `summary` and
    /// `page`.
    pub const fn new(check: fn(&Context, &mut Findings)) -> Rule {
        Rule {
            id: "",
            summary: "",
            severity: Severity::Deny,
            severity_varies: "",
            scope: Scope::HostProcess,
            api_server: ApiServer::Accepts,
            reads: Fields::ALL,
            ratchet: Ratchet::SameFinding,
            patches: None,
            page: "",
            check,
        }
    }

    /// Appends the rule's findings to `list`, sorted by path. Does nothing if the rule does not apply or is off.
    pub fn run(&'static self, context: &Context, list: &mut Vec<Finding>) {
        if !self.applies(context) {
            return;
        }
        let configured = Configured::of(context.settings, self.id);
        if configured.severity(self.severity) == Severity::Off {
            return;
        }
        let begin = list.len();
        (self.check)(
            context,
            &mut Findings::new(self.id, self.ratchet, self.severity, &|default| configured.severity(default), list),
        );
        sort_by_path(list, begin);
    }

    /// The properties that the validation of settings needs.
    pub fn known(&'static self) -> KnownRule {
        KnownRule { id: self.id, severity: self.severity, is_mutating: self.patches == Some(Reach::Admission) }
    }

    fn applies(&self, context: &Context) -> bool {
        let in_scope = match (context.request.part, self.scope) {
            (Part::Pod, Scope::HostProcess) | (Part::Resources, Scope::Resize) => context.is_host_process,
            (Part::Pod, Scope::MayBeHostProcess) => context.is_host_process || context.workload.is_merged,
            (Part::Pod, Scope::AnyPod | Scope::Annotations) | (Part::Annotations, Scope::Annotations) => true,
            _ => false,
        };
        in_scope && (self.reads == Fields::ALL || self.reads.intersects(context.pod.fields))
    }
}
