//! What the policy changes in a pod before it is judged for good: the patches that the setting `mutate` selects.

use serde_json::Value;
use serde_json_borrow::Value as Tree;

use crate::admission::request::Request;
use crate::admission::subresource::Part;
use crate::outcome::finding::Finding;
use crate::outcome::patch::{Operation, Reach, apply};
use crate::settings::Settings;

/// What was changed.
#[derive(Debug)]
pub struct Mutation {
    /// The payload with the changed object, which is to be judged again.
    pub payload: Value,
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
        self.payload.pointer_mut(OBJECT).map(Value::take)
    }
}

const OBJECT: &str = "/request/object";

/// Applies the patches of findings to the object of `payload`. Gives the findings back when there is nothing to change.
///
/// # Errors
/// There is nothing to change.
///
/// Only a pod that somebody creates is changed: in a template, GitOps tools would take the change for drift and revert it, and
/// a request without a user is that of an audit, whose object exists already.
pub fn mutate(
    payload: &Tree,
    request: &Request,
    settings: &Settings,
    findings: Vec<Finding>,
) -> Result<Mutation, Vec<Finding>> {
    let is_new_pod = request.operation == "CREATE" && request.part == Part::Pod && request.kind.is_pod();
    let is_selected = |finding: &Finding| operations(finding, settings).is_some();
    if !is_new_pod || request.user_info.is_unknown() || !findings.iter().any(is_selected) {
        return Err(findings);
    }
    let mut payload = Value::from(payload);
    let Some(object) = payload.pointer_mut(OBJECT) else { return Err(findings) };
    let mut mended = findings;
    mended.retain(|finding| operations(finding, settings).is_some_and(|operations| apply_all(operations, object)));
    Ok(Mutation { payload, mended })
}

fn operations<'f>(finding: &'f Finding, settings: &Settings) -> Option<&'f [Operation]> {
    let patch = finding.patch.as_ref().filter(|patch| patch.reach == Reach::Admission)?;
    settings.mutate.includes(finding.rule).then_some(&patch.operations)
}

fn apply_all(operations: &[Operation], object: &mut Value) -> bool {
    operations.iter().all(|operation| apply(operation, object).is_some())
}
