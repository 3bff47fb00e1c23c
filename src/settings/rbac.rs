//! `rbac`: a grant that the cluster's own roles give.

use crate::decode::{Read, Text, record};
use crate::json::{Reader, Result};

record! {
    /// Whoever may do this to the resource, by the cluster's RBAC, is allowed HostProcess workloads.
    #[derive(Debug, Default)]
    #[allow(missing_docs, reason = "the names are those of a role's rules")]
    pub struct Rbac<'a>: strict {
        pub verb: Text<'a> = "verb" required,
        /// An API group; the resource need not exist.
        pub group: Text<'a> = "group" required,
        pub resource: Text<'a> = "resource" required,
        /// Absent: the resource in general.
        pub name: Option<Text<'a>> = "name",
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

impl Read<'_> for Subject {
    fn read(&mut self, reader: &mut Reader) -> Result<()> {
        *self = reader.one_of(&[("serviceAccount", Subject::ServiceAccount), ("requester", Subject::Requester)])?;
        Ok(())
    }
}

impl Rbac<'_> {
    /// What is wrong with it, if anything: the key and the sentence.
    pub(super) fn mistake(&self) -> Option<(&'static str, &'static str)> {
        let needed = [("verb", &self.verb), ("resource", &self.resource)];
        needed.into_iter().find(|(_, value)| value.is_empty()).map(|(key, _)| (key, "is empty"))
    }
}
