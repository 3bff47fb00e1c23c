use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::finding::patch::{Reach, replace};
use crate::k8s::node_selection::{NodeOs, OS, selector_admits};
use crate::k8s::pod_spec::NodeSelectorTerm;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "linux-node",
    summary: about!("a node selector, affinity or pod label that no Windows node satisfies"),
    reads: Fields::of(&["nodeSelector", "affinity", "labels"]),
    patches: Some(Reach::Admission),
    page: page!("linux_node.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    let pod = context.pod;
    for (key, value) in pod.spec.node_selector.iter() {
        if !selector_admits(key, value, NodeOs::Windows) {
            report(findings, pod.path(&format!("nodeSelector[{key}]")), value);
        }
    }
    if let Some(os) = pod.labels.get(OS).filter(|os| **os != "windows") {
        report(findings, pod.label_path(OS), os);
    }
    if let Some(terms) = pod.node_selection().required_terms()
        && !terms.iter().any(|term| term.admits(NodeOs::Windows))
    {
        findings.pod(
            pod.path("affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms"),
            affinity_message(terms),
            format!("require {OS} In [windows], because HostProcess containers exist only there"),
        );
    }
}

fn report(findings: &mut Findings, path: String, value: &str) {
    findings
        .pod(
            path,
            format!("no Windows node has the value {}", quote(value)),
            "set it to windows, because HostProcess containers exist only there",
        )
        .patch(Reach::Admission, |path| if value == "Windows" { vec![replace(path, "windows")] } else { Vec::new() });
}

fn affinity_message(terms: &[NodeSelectorTerm]) -> String {
    let mut requirements = terms.iter().flat_map(|term| term.match_expressions.iter());
    match requirements.find(|requirement| !requirement.admits(NodeOs::Windows)) {
        Some(requirement) => format!("no Windows node satisfies {}", quote(&requirement.text())),
        None => "an empty selector does not match any node".to_owned(),
    }
}
