//! The object under review: its metadata, and its pod or pod template.

use serde_json_borrow::Value;

use crate::admission::kinds::TemplateLocation;
use crate::decode::{self, List, Pairs, Presence, Read, Result, record};
use crate::k8s::pod::Pod;

/// An object that has a pod or a pod template.
#[derive(Debug, Default)]
pub struct Workload<'a> {
    /// The object's own metadata.
    pub metadata: ObjectMeta<'a>,
    /// The pod, or the template of the pods that it would create.
    pub pod: Pod<'a>,
}

record! {
    /// The fields of `ObjectMeta` that the policy reads.
    #[derive(Debug, Default)]
    #[allow(missing_docs, reason = "documented by Kubernetes")]
    pub struct ObjectMeta<'a> {
        pub annotations: Pairs<'a> = "annotations",
        /// Set while the object is being deleted.
        pub deletion_timestamp: Presence = "deletionTimestamp",
        pub generate_name: Option<&'a str> = "generateName",
        pub name: Option<&'a str> = "name",
        pub namespace: Option<&'a str> = "namespace",
        pub owner_references: List<OwnerReference<'a>> = "ownerReferences",
    }
}

record! {
    /// `OwnerReference`.
    #[derive(Debug, Default)]
    #[allow(missing_docs, reason = "documented by Kubernetes")]
    pub struct OwnerReference<'a> {
        pub controller: Option<bool> = "controller",
        pub kind: Option<&'a str> = "kind",
    }
}

impl<'a> Workload<'a> {
    /// Reads an object of this kind. `None` when it has neither a pod nor a pod template.
    ///
    /// # Errors
    /// A field that rules read has another type than Kubernetes gives it.
    pub fn read(group: &str, kind: &str, object: &'a Value<'a>) -> Result<Option<Workload<'a>>> {
        let Some(location) = TemplateLocation::of(group, kind, object) else { return Ok(None) };
        let mut workload = Workload::default();
        workload.pod.prefix = location.prefix();
        if location == TemplateLocation::Pod {
            workload.pod.read_spec(object)?;
            workload.read_metadata(object)?;
            workload.pod.annotations = std::mem::take(&mut workload.metadata.annotations);
        } else {
            workload.read_metadata(object)?;
            workload.read_template(object, location.keys())?;
        }
        Ok(Some(workload))
    }

    fn read_metadata(&mut self, object: &'a Value<'a>) -> Result<()> {
        let Some(metadata) = decode::member(object, "metadata")? else { return Ok(()) };
        self.metadata.read(metadata, &mut self.pod.fields).map_err(|error| error.in_member("metadata"))
    }

    /// Follows the keys to the template and reads it.
    fn read_template(&mut self, value: &'a Value<'a>, keys: &[&str]) -> Result<()> {
        let Some((key, rest)) = keys.split_first() else {
            self.pod.read_spec(value)?;
            return self.read_template_metadata(value);
        };
        match decode::member(value, key)? {
            None => Ok(()),
            Some(value) => self.read_template(value, rest).map_err(|error| error.in_member(key)),
        }
    }

    fn read_template_metadata(&mut self, template: &'a Value<'a>) -> Result<()> {
        let Some(metadata) = decode::member(template, "metadata")? else { return Ok(()) };
        let mut own = ObjectMeta::default();
        own.read(metadata, &mut self.pod.fields).map_err(|error| error.in_member("metadata"))?;
        self.pod.annotations = own.annotations;
        Ok(())
    }
}
