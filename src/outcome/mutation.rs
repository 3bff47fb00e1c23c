//! Applies the fixes that the setting `mutate` selects to a new pod, before the final evaluation.
//!
//! All fixes assume Windows: on Linux, `runAsUser` prevents a process from running as root, and kube-apiserver would
//! have rejected a HostProcess pod without `hostNetwork`. So a pod is mutated only if it is proven to start on Windows
//! or not at all. The fix that selects Windows nodes provides that proof, too.

use serde_json::{Map, Value as Json};

use crate::admission::request::Request;
use crate::admission::subresource::Part;
use crate::decode::Value;
use crate::finding::Finding;
use crate::finding::patch::{Reach, add, apply, replace};
use crate::k8s::node_selection::OS;
use crate::settings::Settings;

/// A mutated request.
#[derive(Debug)]
pub struct Mutation {
    /// The request with the mutated object, which must be judged again.
    pub request: Json,
    /// The findings that are fixed, in rule order.
    pub fixed: Vec<Finding>,
}

impl Mutation {
    /// Merges an earlier mutation into this one.
    pub fn after(mut self, earlier: Option<Mutation>) -> Mutation {
        if let Some(mut earlier) = earlier {
            earlier.fixed.append(&mut self.fixed);
            self.fixed = earlier.fixed;
        }
        self
    }

    /// The whole mutated object.
    pub fn into_object(mut self) -> Option<Json> {
        self.request.pointer_mut(OBJECT).map(Json::take)
    }
}

const OBJECT: &str = "/object";

/// Larger requests are not mutated, because a mutated pod is judged up to three times. Only annotations, commands and
/// variables make a pod this large.
const MAX_BYTES: usize = 500_000;

/// Applies the fixes of findings to the object of a request. `is_proven_windows` is true if the original pod starts on
/// Windows nodes only.
///
/// Only a pod that is being created is mutated. GitOps tools would treat a mutated template as drift and revert it. A
/// request without a user is that of an audit, whose object already exists. A mirror pod only represents a pod that its
/// kubelet reads from a file.
///
/// # Errors
/// There is nothing to mutate: the findings are returned.
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

/// The approximate size of a value in bytes of JSON.
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

/// Converts a value to a mutable form. `Json::from` collects the members of objects, which would add a sort
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

/// Whether the fix of a finding makes the pod select Windows nodes. Applies the fix, which is idempotent.
fn selects_windows(finding: &Finding, object: &mut Json) -> bool {
    let selector = format!("spec.nodeSelector[{OS}]");
    let selecting = [add(&selector, WINDOWS), replace(&selector, WINDOWS)];
    let mut operations = finding.patch.iter().flat_map(|patch| &patch.operations);
    operations.any(|operation| selecting.contains(operation)) && apply_all(finding, object)
}

const WINDOWS: &str = "windows";

/// Returns for each finding whether to apply its fix. Findings of one rule are adjacent, so that the settings are
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
