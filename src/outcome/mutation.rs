//! Fixes applied to a new pod before the final evaluation: those that the setting `mutate` selects.
//!
//! All of them assume Windows: on Linux, `runAsUser` keeps a process from being root, and kube-apiserver would have refused a
//! HostProcess pod without `hostNetwork` there. So a pod is changed only with proof that it starts on Windows or not at
//! all, which the fix that selects Windows nodes provides as well.

use serde_json::{Map, Value as Json};

use crate::admission::request::Request;
use crate::admission::subresource::Part;
use crate::decode::Value;
use crate::finding::Finding;
use crate::finding::patch::{Reach, add, apply, replace};
use crate::k8s::node_selection::OS;
use crate::settings::Settings;

/// What was changed.
#[derive(Debug)]
pub struct Mutation {
    /// The request with the changed object, which is to be judged again.
    pub request: Json,
    /// The findings that are fixed, in rule order.
    pub fixed: Vec<Finding>,
}

impl Mutation {
    /// Both mutations as one, this one being the later.
    pub fn after(mut self, earlier: Option<Mutation>) -> Mutation {
        if let Some(mut earlier) = earlier {
            earlier.fixed.append(&mut self.fixed);
            self.fixed = earlier.fixed;
        }
        self
    }

    /// The changed object, whole.
    pub fn into_object(mut self) -> Option<Json> {
        self.request.pointer_mut(OBJECT).map(Json::take)
    }
}

const OBJECT: &str = "/object";

/// A request with more text than this is not changed, because a changed pod is judged as often as three times. Only annotations, commands
/// and variables make a pod this large.
const MAX_BYTES: usize = 500_000;

/// Applies the fixes of findings to the object of a request. `is_proven_windows` says whether the pod as sent starts on
/// Windows nodes only.
///
/// Only a pod that is being created is changed: in a template, GitOps tools would take the change for drift and revert it; a
/// request without a user is that of an audit, whose object exists already; and a mirror pod shows what runs, which its
/// kubelet reads from a file.
///
/// # Errors
/// There is nothing to change: the findings are returned.
pub fn mutate(
    tree: &Value,
    request: &Request,
    settings: &Settings,
    findings: Vec<Finding>,
    is_proven_windows: bool,
) -> Result<Mutation, Vec<Finding>> {
    let are_selected = are_selected(&findings, settings);
    if !may_change(request) || !are_selected.contains(&true) || size(tree) > MAX_BYTES {
        return Err(findings);
    }
    let mut changed = to_json(tree);
    let Some(object) = changed.pointer_mut(OBJECT) else { return Err(findings) };
    let mut selected = findings.iter().zip(&are_selected).filter(|(_, is_selected)| **is_selected);
    if !is_proven_windows && !selected.any(|(finding, _)| selects_windows(finding, object)) {
        return Err(findings);
    }
    let mut fixed = findings;
    let mut are_selected = are_selected.into_iter();
    fixed.retain(|finding| are_selected.next() == Some(true) && apply_all(finding, object));
    Ok(Mutation { request: changed, fixed })
}

/// About how many bytes of JSON a value is.
fn size(value: &Value) -> usize {
    /// Quotes, a colon and a comma.
    const MEMBER: usize = 4;
    match value {
        Value::Str(text) => MEMBER + text.len(),
        Value::Array(items) => MEMBER + items.iter().map(size).sum::<usize>(),
        Value::Object(members) => {
            MEMBER + members.iter().map(|(key, value)| MEMBER + key.len() + size(value)).sum::<usize>()
        }
        _ => MEMBER,
    }
}

/// The same value in a form that can be changed. `Json::from` collects the members of objects, which would add a sort
/// implementation to the module.
fn to_json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(truth) => Json::Bool(*truth),
        Value::Number(number) => Json::Number((*number).into()),
        Value::Str(text) => Json::String(text.to_string()),
        Value::Array(items) => Json::Array(items.iter().map(to_json).collect()),
        Value::Object(members) => {
            let mut object = Map::new();
            for (name, value) in members.iter() {
                object.insert(name.to_owned(), to_json(value));
            }
            Json::Object(object)
        }
    }
}

fn may_change(request: &Request) -> bool {
    let is_new_pod = request.operation == "CREATE" && request.part == Part::Pod && request.kind.is_pod();
    is_new_pod && !request.user_info.is_unknown() && !request.is_mirror_pod()
}

/// Whether the fix of a finding makes the pod select Windows nodes. Applies it; doing that again changes nothing.
fn selects_windows(finding: &Finding, object: &mut Json) -> bool {
    let selector = format!("spec.nodeSelector[{OS}]");
    let selecting = [add(&selector, WINDOWS), replace(&selector, WINDOWS)];
    let mut operations = finding.patch.iter().flat_map(|patch| &patch.operations);
    operations.any(|operation| selecting.contains(operation)) && apply_all(finding, object)
}

const WINDOWS: &str = "windows";

/// For each finding whether its fix is to be applied. Findings of one rule follow each other, so that the settings are
/// searched once for each rule.
fn are_selected(findings: &[Finding], settings: &Settings) -> Vec<bool> {
    let mut last = ("", false);
    let is_selected = |finding: &Finding| {
        if last.0 != finding.rule {
            last = (finding.rule, settings.mutate.includes(finding.rule));
        }
        last.1 && finding.patch.as_ref().is_some_and(|patch| patch.reach == Reach::Admission)
    };
    findings.iter().map(is_selected).collect()
}

fn apply_all(finding: &Finding, object: &mut Json) -> bool {
    finding.patch.iter().flat_map(|patch| &patch.operations).all(|operation| apply(operation, object).is_some())
}
