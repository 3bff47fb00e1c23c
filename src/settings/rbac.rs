//! `rbac`: a grant that the cluster's own roles give.

use serde_json_borrow::Value;

use crate::decode::{Fields, Read, Result, one_of, record};

record! {
    /// Whoever may do this to the resource, by the cluster's RBAC, is allowed HostProcess workloads.
    #[derive(Debug, Default)]
    #[allow(missing_docs, reason = "the names are those of a role's rules")]
    pub struct Rbac<'a>: strict {
        pub verb: &'a str = "verb" required,
        /// An API group; the resource need not exist.
        pub group: &'a str = "group" required,
        pub resource: &'a str = "resource" required,
        /// Absent: the resource in general.
        pub name: Option<&'a str> = "name",
        /// Whose permission counts.
        pub subject: Subject = "subject",
    }
}

/// Whose permission counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Subject {
    /// The pod's service account, whoever sends the pod.
    #[default]
    ServiceAccount,
    /// Who sends the request. What a built-in controller sends was judged when somebody sent the template.
    Requester,
}

impl<'t> Read<'t> for Subject {
    fn read(&mut self, value: &'t Value<'t>, _: &mut Fields) -> Result<()> {
        *self = one_of(value, &[("serviceAccount", Subject::ServiceAccount), ("requester", Subject::Requester)])?;
        Ok(())
    }
}

impl Rbac<'_> {
    /// What is wrong with it, if anything: the key and the sentence.
    pub(super) fn lint(&self) -> Option<(&'static str, &'static str)> {
        let needed = [("verb", self.verb), ("resource", self.resource)];
        needed.into_iter().find(|(_, value)| value.is_empty()).map(|(key, _)| (key, "is empty"))
    }
}
