//! `rbac`: a grant given by the cluster's own RBAC.

use crate::decode::{Read, Reader, Result, Value, one_of, record};

record! {
    /// Subjects to which the cluster's RBAC grants this verb on this resource may run HostProcess workloads.
    #[derive(Debug, Default)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(deny_unknown_fields, rename_all = "camelCase"))]
    #[allow(missing_docs, reason = "the names are those of a role's rules")]
    pub struct Rbac<'a>: strict {
        pub verb: &'a str = "verb" required,
        /// An API group; the resource need not exist.
        pub group: &'a str = "group" required,
        pub resource: &'a str = "resource" required,
        /// The name of one object; absent for the resource in general.
        pub name: Option<&'a str> = "name",
        /// Whose permission is checked.
        #[cfg_attr(feature = "schema", schemars(default))]
        pub subject: Subject = "subject",
    }
}

/// Whose permission is checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Subject {
    /// The pod's service account, whoever sends the pod.
    #[default]
    ServiceAccount,
    /// The user who sends the request. Objects made by a built-in controller pass: their requester was checked when the
    /// template was submitted.
    Requester,
}

pub(super) const SUBJECTS: [(&str, Subject); 2] =
    [("serviceAccount", Subject::ServiceAccount), ("requester", Subject::Requester)];

impl<'t> Read<'t> for Subject {
    fn read(&mut self, value: &'t Value<'t>, _: &mut Reader) -> Result<()> {
        *self = one_of(value, &SUBJECTS)?;
        Ok(())
    }
}

impl Rbac<'_> {
    /// The key that is wrong, and why; `None` when nothing is.
    pub(super) fn lint(&self) -> Option<(&'static str, &'static str)> {
        let needed = [("verb", self.verb), ("resource", self.resource)];
        needed.into_iter().find(|(_, value)| value.is_empty()).map(|(key, _)| (key, "is empty"))
    }
}
