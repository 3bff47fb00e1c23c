use super::affected_nodes::selection_path;
use crate::cluster::facts::Answer;
use crate::finding::collector::Findings;
use crate::finding::severity::Severity;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "no-windows-node",
    summary: about!("no known Windows node could run the pod (queries the cluster)"),
    severity_varies: about!("warn, deny with `nodes.required`"),
    page: page!("no_windows_node.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    let (message, fix) = match &context.facts.nodes {
        Answer::NotAsked => return,
        Answer::Known(nodes) if !nodes.candidates.is_empty() => return,
        Answer::Unknown(why) => (
            format!("the node versions were not checked: {}", quote(why)),
            "let the policy read nodes and RuntimeClasses, or set nodes.check: false in its settings".to_owned(),
        ),
        Answer::Known(nodes) if nodes.count == 0 => {
            ("the cluster has no Windows nodes, so no version was checked".to_owned(), "add a Windows node".to_owned())
        }
        Answer::Known(nodes) => (
            format!("{}, so no version was checked", none_can_run_the_pod(nodes.count)),
            "select labels or a name that a Windows node has".to_owned(),
        ),
    };
    let severity = if context.settings.nodes.required { Severity::Deny } else { Severity::Warn };
    findings.at(severity).pod(selection_path(context), message, fix);
}

fn none_can_run_the_pod(count: usize) -> String {
    match count {
        1 => "the only Windows node cannot run the pod".to_owned(),
        count => format!("none of the {count} Windows nodes can run the pod"),
    }
}
