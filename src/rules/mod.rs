//! The registry: every rule, in the order in which findings are reported.

use crate::cluster::{Cluster, Facts};
use crate::finding::{Finding, Findings};
use crate::pod::Pod;
use crate::request::Request;
use crate::settings::{Settings, Severity};
use crate::windows::account::Account;
use crate::workload::Workload;

/// Declares the modules of a group and lists their rules in the order written.
macro_rules! group {
    ($($module:ident),* $(,)?) => {
        $(pub mod $module;)*
        /// The rules of this group, in the order in which findings are reported.
        pub const RULES: &[&crate::rules::Rule] = &[$(&$module::RULE),*];
    };
}

/// The documentation page of a rule, which stands next to it. The guest carries none of them.
macro_rules! page {
    ($file:literal) => {
        if cfg!(target_arch = "wasm32") { "" } else { include_str!($file) }
    };
}

pub mod access;
pub mod cluster;
pub mod commands;
pub mod identity;
pub mod images;
pub mod isolation;
pub mod lifecycle;
pub mod network;
pub mod placement;
pub mod resources;
pub mod shape;
pub mod volumes;

/// Every group, in the order in which findings are reported.
const GROUPS: &[&[&Rule]] = &[
    access::RULES,
    shape::RULES,
    identity::RULES,
    placement::RULES,
    isolation::RULES,
    volumes::RULES,
    commands::RULES,
    network::RULES,
    resources::RULES,
    lifecycle::RULES,
    images::RULES,
    cluster::RULES,
];

/// One rule: data plus a function.
#[derive(Debug)]
pub struct Rule {
    /// What settings, messages and audit annotations call it.
    pub id: &'static str,
    /// The question it belongs to.
    pub group: Group,
    /// What its findings lead to unless configured.
    pub severity: DefaultSeverity,
    /// Which requests it looks at.
    pub scope: Scope,
    /// Whether kube-apiserver refuses the same in native kinds.
    pub api_server: ApiServer,
    /// What it catches, in a line.
    pub summary: &'static str,
    /// Its documentation: evidence, example, false positives. Empty in the guest.
    pub page: &'static str,
    /// From a read-only context to findings.
    pub check: fn(&Context, &mut Findings),
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Rule {}

/// The groups of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Group {
    Access,
    Shape,
    Identity,
    Placement,
    Isolation,
    Volumes,
    Commands,
    Network,
    Resources,
    Lifecycle,
    Images,
    Cluster,
}

/// What a rule's findings lead to unless configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefaultSeverity {
    /// The same for all of them.
    Always(Severity),
    /// Each finding has its own; the text says which.
    Varies(&'static str),
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

/// Whether kube-apiserver refuses the same in native kinds. Its validation runs before validating webhooks, so a
/// rule that it mirrors speaks only for custom workload kinds, offline checks and audits of old objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum ApiServer {
    Accepts,
    Refuses,
    /// Refuses some of it; the text says what.
    Partly(&'static str),
}

/// What a rule may look at.
#[derive(Debug)]
pub struct Context<'c, 'a> {
    /// Who asks for what.
    pub request: &'c Request<'a>,
    /// The object.
    pub workload: &'c Workload<'a>,
    /// Its pod.
    pub pod: &'c Pod<'a>,
    /// What the administrator configured.
    pub settings: &'c Settings<'a>,
    /// Who may be asked, when the settings want it.
    pub cluster: &'c Cluster<'c>,
    /// What the cluster said about the pod.
    pub facts: Facts<'c>,
    /// As whom the HostProcess containers run.
    accounts: Vec<identity::Written<'c, 'a, Account<'c>>>,
    /// What runs in them.
    command_lines: Vec<commands::CommandLine<'c, 'a>>,
}

impl<'c, 'a> Context<'c, 'a> {
    /// Finds out what more than one rule wants to know.
    pub fn new(
        request: &'c Request<'a>,
        workload: &'c Workload<'a>,
        settings: &'c Settings<'a>,
        cluster: &'c Cluster<'c>,
    ) -> Self {
        let pod = &workload.pod;
        let facts = cluster.facts(pod, &settings.nodes);
        let (accounts, command_lines) = (identity::accounts(pod), commands::command_lines(pod));
        Context { request, workload, pod, settings, cluster, facts, accounts, command_lines }
    }
}

/// Every rule, in the order in which findings are reported.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    GROUPS.iter().copied().flatten().copied()
}

/// The rule of that id.
pub fn find(id: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.id == id)
}

/// Runs every rule that applies. The findings come in rule order, then by path.
pub fn check(context: &Context) -> Vec<Finding> {
    let host_process = context.pod.asks_for_host_process();
    let resize = &*context.request.sub_resource == "resize";
    let mut findings = Vec::new();
    // Two loops are a third of the instructions of one over `all()`.
    for group in GROUPS {
        for rule in *group {
            let applies = match rule.scope {
                Scope::HostProcess => host_process && !resize,
                Scope::AnyPod => !resize,
                Scope::Resize => host_process && resize,
            };
            if applies {
                Findings::collect(rule, context, &mut findings);
            }
        }
    }
    findings
}
