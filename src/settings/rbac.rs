//! `rbac`: a grant that the cluster's own roles give.

use serde::Deserialize;

use crate::decode::Text;

/// Whoever may do this to the resource, by the cluster's RBAC, is allowed HostProcess workloads.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the names are those of a role's rules")]
pub struct Rbac<'a> {
    #[serde(borrow)]
    pub verb: Text<'a>,
    /// An API group; the resource need not exist.
    #[serde(borrow)]
    pub group: Text<'a>,
    #[serde(borrow)]
    pub resource: Text<'a>,
    /// Absent: the resource in general.
    #[serde(borrow, default)]
    pub name: Option<Text<'a>>,
    /// Whose permission counts.
    #[serde(default)]
    pub subject: Subject,
}

/// Whose permission counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Subject {
    /// The pod's service account, whoever sends the pod.
    #[default]
    ServiceAccount,
    /// Who sends the request. What a built-in controller sends was judged when somebody sent the template.
    Requester,
}

impl Rbac<'_> {
    /// What is wrong with it, if anything: the key and the sentence.
    pub(super) fn mistake(&self) -> Option<(&'static str, &'static str)> {
        let needed = [("verb", &self.verb), ("resource", &self.resource)];
        needed.into_iter().find(|(_, value)| value.is_empty()).map(|(key, _)| (key, "is empty"))
    }
}
