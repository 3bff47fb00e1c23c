use crate::cluster::facts::Answer;
use crate::finding::collector::Findings;
use crate::finding::patch::{Operation, Reach, Scalar, add};
use crate::finding::severity::Severity;
use crate::k8s::node_selection::{LEGACY_OS, NodeOs, OS, selector_admits};
use crate::k8s::pod::Pod;
use crate::k8s::pod_spec::{NodeSelectorRequirement, NodeSelectorTerm};
use crate::rules::context::Context;
use crate::rules::placement::linux_only_fields::linux_only_fields;
use crate::rules::rule::{Rule, about, page};
use crate::settings::pattern::matches_any;
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "windows-node",
    summary: about!("a pod that is not restricted to Windows nodes"),
    severity: Severity::Warn,
    patches: Some(Reach::Admission),
    page: page!("windows_node.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    let pod = context.pod;
    let nodes = pod.node_selection();
    // `linux-node` reports a pod that no Windows node can run.
    if !nodes.admits(NodeOs::Windows) || has_windows_runtime_class(context) {
        return;
    }
    if !nodes.is_pinned_to_windows() {
        let (field, mut message, mut fix) = match nodes.required_terms().and_then(permissive_term) {
            Some((index, term)) => (term_field(index), term_message(term), TERM_FIX.to_owned()),
            None => (
                "nodeSelector".to_owned(),
                "does not restrict the pod to Windows nodes".to_owned(),
                format!("set {OS}: windows, because on a Linux node the containers would be ordinary ones or fail"),
            ),
        };
        let sign = sign_of_linux(pod);
        let reach = if sign.is_some() { Reach::OnDemand } else { Reach::Admission };
        let otherwise = format!("set {OS}: windows, unless the pod is meant for Linux nodes as well");
        match sign {
            Some(Sign::BothNamed) => fix = otherwise,
            Some(Sign::Field(field)) => {
                message = format!("{message}, but may be meant for both systems: {field} counts only on Linux");
                fix = otherwise;
            }
            // Not in the message, because tolerations may change at any time without making the finding a new one.
            Some(Sign::ToleratesAll) => fix = format!("{otherwise}: it tolerates every taint"),
            None => {}
        }
        findings.pod(pod.path(&field), message, fix).patch(reach, |_| select_windows(pod));
    } else if nodes.selects_os_by_legacy_label_only() {
        findings
            .pod(
                pod.path("nodeSelector"),
                format!("{} has been deprecated since Kubernetes 1.14", quote(LEGACY_OS)),
                format!("use {OS}: windows"),
            )
            .patch(Reach::Admission, |_| select_windows(pod));
    }
}

const WINDOWS: &str = "windows";
const TERM_FIX: &str = "require kubernetes.io/os In [windows] in every term, because a node needs to match only one";

/// A sign that the pod is intended for Linux, too: selecting Windows would remove it from its Linux nodes.
enum Sign {
    /// Its affinity names both operating systems.
    BothNamed,
    /// It sets a field that is effective only on Linux.
    Field(&'static str),
    /// It tolerates every taint.
    ToleratesAll,
}

fn sign_of_linux(pod: &Pod) -> Option<Sign> {
    let nodes = pod.node_selection();
    if nodes.requires_windows() {
        return None;
    }
    let mut requirements = nodes.required_terms().into_iter().flatten().flat_map(|term| term.match_expressions.iter());
    if requirements.any(NodeSelectorRequirement::asks_for_linux) {
        return Some(Sign::BothNamed);
    }
    // No operating system supports `hostUsers: false` together with the host network.
    let field = linux_only_fields(pod).find(|field| *field != "hostUsers");
    if let Some(field) = field.or_else(|| sets_run_as_non_root(pod).then_some("runAsNonRoot")) {
        return Some(Sign::Field(field));
    }
    pod.spec.tolerations.0.then_some(Sign::ToleratesAll)
}

fn sets_run_as_non_root(pod: &Pod) -> bool {
    pod.spec.security_context.as_ref().is_some_and(|own| own.run_as_non_root == Some(true))
        || pod
            .containers()
            .filter_map(|container| container.raw.security_context.as_ref())
            .any(|own| own.run_as_non_root == Some(true))
}

/// Selects Windows nodes, unless a label of the pod names another operating system, which `linux-node` reports.
fn select_windows(pod: &Pod) -> Vec<Operation> {
    let selector = pod.path("nodeSelector");
    if pod.labels.get(OS).is_some_and(|os| *os != WINDOWS) {
        Vec::new()
    } else {
        let mut operations = vec![add(&format!("{selector}[{OS}]"), WINDOWS)];
        if pod.spec.node_selector.is_empty() {
            operations.insert(0, add(&selector, Scalar::EmptyObject {}));
        }
        operations
    }
}

/// Whether the pod's RuntimeClass restricts it to Windows nodes: by its selector, or because `runtimeClasses.process`
/// lists it.
fn has_windows_runtime_class(context: &Context) -> bool {
    if let Answer::Known(class) = &context.facts.runtime_class {
        let only_windows =
            |(key, value)| [NodeOs::Linux, NodeOs::Unlabelled].iter().all(|&n| !selector_admits(key, value, n));
        if class.node_selector().any(only_windows)
            && class.node_selector().all(|(k, v)| selector_admits(k, v, NodeOs::Windows))
        {
            return true;
        }
    }
    let name = context.pod.spec.runtime_class_name;
    name.is_some_and(|name| matches_any(&context.settings.runtime_classes.process, name))
}

/// The first term that admits nodes other than Windows, if any term concerns the operating system.
fn permissive_term<'p, 'a>(terms: &'p [NodeSelectorTerm<'a>]) -> Option<(usize, &'p NodeSelectorTerm<'a>)> {
    let is_permissive = |term: &NodeSelectorTerm| term.admits(NodeOs::Linux) || term.admits(NodeOs::Unlabelled);
    let mentions_os = terms.iter().any(|term| term.os_requirement().is_some());
    terms.iter().enumerate().find(|(_, term)| mentions_os && is_permissive(term))
}

fn term_field(index: usize) -> String {
    format!("affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[{index}]")
}

fn term_message(term: &NodeSelectorTerm) -> String {
    match term.os_requirement() {
        Some(requirement) => format!("{} admits nodes other than Windows", quote(&requirement.text())),
        None => "does not restrict the operating system, and one matching term is enough".to_owned(),
    }
}
