use super::affected::selection_path;
use crate::cluster::facts::Answer;
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::rule::{Rule, page};
use crate::settings::severity::Severity;
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "no-windows-node",
    summary: "no Windows node is known that could run the pod (asks the cluster)",
    severity_varies: "warn, deny with `nodes.required`",
    page: page!("no_windows_node.md"),
    check,
    ..Rule::DEFAULT
};

fn check(context: &Context, findings: &mut Findings) {
    let (message, fix) = match &context.facts.nodes {
        Answer::NotAsked => return,
        Answer::Known(nodes) if !nodes.candidates.is_empty() => return,
        Answer::Unknown(why) => (
            format!("the versions of the nodes were not checked: {}", quote(why)),
            "let the policy read nodes and runtime classes, or set nodes.check: false in its settings".to_owned(),
        ),
        Answer::Known(nodes) if nodes.count == 0 => {
            ("the cluster has no Windows node, no version was checked".to_owned(), "add a Windows node".to_owned())
        }
        Answer::Known(nodes) => (
            format!("none of {} can run the pod, no version was checked", windows_nodes(nodes.count)),
            "select by labels and names that a Windows node has".to_owned(),
        ),
    };
    let severity = if context.settings.nodes.required { Severity::Deny } else { Severity::Warn };
    findings.at(severity).pod(selection_path(context), message, fix);
}

fn windows_nodes(count: usize) -> String {
    match count {
        1 => "1 Windows node".to_owned(),
        count => format!("{count} Windows nodes"),
    }
}
