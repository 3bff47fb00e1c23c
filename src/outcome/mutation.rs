//! Fixes applied to a new pod before the final evaluation: those that the setting `mutate` selects.
//!
//! All of them assume Windows: on Linux, `runAsUser` keeps a process from being root, and kube-apiserver would have refused a
//! HostProcess pod without `hostNetwork` there. So a pod is changed only with proof that it starts on Windows or not at
//! all, which the fix that selects Windows nodes provides as well.

use serde_json::Value;
use serde_json_borrow::Value as Tree;

use crate::admission::request::Request;
use crate::admission::subresource::Part;
use crate::k8s::node_selection::OS;
use crate::outcome::finding::Finding;
use crate::outcome::patch::{Operation, Reach, add, apply, replace};
use crate::outcome::severity::is_mirror_pod;
use crate::settings::Settings;

/// What was changed.
#[derive(Debug)]
pub struct Mutation {
    /// The request with the changed object, which is to be judged again.
    pub request: Value,
    /// The findings that are mended, in rule order.
    pub mended: Vec<Finding>,
}

impl Mutation {
    /// Both mutations as one, this one being the later.
    pub fn after(mut self, earlier: Option<Mutation>) -> Mutation {
        if let Some(mut earlier) = earlier {
            earlier.mended.append(&mut self.mended);
            self.mended = earlier.mended;
        }
        self
    }

    /// The changed object, whole.
    pub fn into_object(mut self) -> Option<Value> {
        self.request.pointer_mut(OBJECT).map(Value::take)
    }
}

const OBJECT: &str = "/object";

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
    tree: &Tree,
    request: &Request,
    settings: &Settings,
    findings: Vec<Finding>,
    is_proven_windows: bool,
) -> Result<Mutation, Vec<Finding>> {
    let is_selected = |finding: &Finding| operations(finding, settings).is_some();
    if !may_change(request) || !findings.iter().any(is_selected) {
        return Err(findings);
    }
    let mut changed = Value::from(tree);
    let Some(object) = changed.pointer_mut(OBJECT) else { return Err(findings) };
    if !is_proven_windows && !findings.iter().any(|finding| selects_windows(finding, settings, object)) {
        return Err(findings);
    }
    let mut mended = findings;
    mended.retain(|finding| operations(finding, settings).is_some_and(|operations| apply_all(operations, object)));
    Ok(Mutation { request: changed, mended })
}

fn may_change(request: &Request) -> bool {
    let is_new_pod = request.operation == "CREATE" && request.part == Part::Pod && request.kind.is_pod();
    let is_mirror = || request.object.as_ref().is_some_and(|workload| is_mirror_pod(request, workload));
    is_new_pod && !request.user_info.is_unknown() && !is_mirror()
}

/// Whether the fix of a finding makes the pod select Windows nodes. Applies it; doing that again changes nothing.
fn selects_windows(finding: &Finding, settings: &Settings, object: &mut Value) -> bool {
    let selector = format!("spec.nodeSelector[{OS}]");
    let selecting = [add(&selector, WINDOWS), replace(&selector, WINDOWS)];
    operations(finding, settings).is_some_and(|operations| {
        operations.iter().any(|operation| selecting.contains(operation)) && apply_all(operations, object)
    })
}

const WINDOWS: &str = "windows";

fn operations<'f>(finding: &'f Finding, settings: &Settings) -> Option<&'f [Operation]> {
    let patch = finding.patch.as_ref().filter(|patch| patch.reach == Reach::Admission)?;
    settings.mutate.includes(finding.rule).then_some(&patch.operations)
}

fn apply_all(operations: &[Operation], object: &mut Value) -> bool {
    operations.iter().all(|operation| apply(operation, object).is_some())
}
