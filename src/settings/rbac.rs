//! The setting `rbac`: a grant through the cluster's RBAC.

use crate::decode::{Read, Reader, Result, Value, one_of, record};

record! {
    /// Allows subjects to run HostProcess workloads if the cluster's RBAC grants them this verb on this resource.
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
        /// The subject whose permission is checked.
        #[cfg_attr(feature = "schema", schemars(default))]
        pub subject: Subject = "subject",
    }
}

/// The subject whose permission is checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Subject {
    /// The pod's service account, regardless of the requester.
    #[default]
    ServiceAccount,
    /// The user who sends the request. Objects of a built-in controller pass: their requester was checked when the
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
    /// The invalid key and the reason; `None` if all are valid.
    pub(super) fn lint(&self) -> Option<(&'static str, &'static str)> {
        let needed = [("verb", self.verb), ("resource", self.resource)];
        needed.into_iter().find(|(_, value)| value.is_empty()).map(|(key, _)| (key, "is empty"))
    }
}
