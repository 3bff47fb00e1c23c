//! The object under review: its metadata and its pod or pod template.

use crate::admission::kinds::{TemplateLocation, reader};
use crate::decode::{List, Pairs, Reader, Result, Value, at, record};
use crate::k8s::pod::Pod;

/// An object with a pod or a pod template.
#[derive(Debug, Default)]
pub struct Workload<'a> {
    /// The object's own metadata.
    pub metadata: ObjectMeta<'a>,
    /// The pod, or the template of the pods that it creates.
    pub pod: Pod<'a>,
    /// Whether the pod template is a partial patch of another one that the request does not contain. This occurs only
    /// in a ControllerRevision that no controller of Kubernetes wrote.
    pub is_merged: bool,
    /// `spec.updateStrategy` of a DaemonSet, as written.
    pub update_strategy: Option<&'a Value<'a>>,
}

record! {
    /// The fields of `ObjectMeta` that the policy reads.
    #[derive(Debug, Default)]
    #[allow(missing_docs, reason = "documented by Kubernetes")]
    pub struct ObjectMeta<'a> {
        pub annotations: Pairs<'a> = "annotations",
        pub generate_name: Option<&'a str> = "generateName",
        pub labels: Pairs<'a> = "labels",
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
        pub api_version: Option<&'a str> = "apiVersion",
        pub controller: Option<bool> = "controller",
        pub kind: Option<&'a str> = "kind",
    }
}

impl<'a> Workload<'a> {
    /// Reads an object of this kind. `None` if it has neither a pod nor a pod template.
    ///
    /// # Errors
    /// A field that rules read has the wrong type, in an object of a native kind.
    pub fn read(group: &str, kind: &str, object: &'a Value<'a>) -> Result<Option<Workload<'a>>> {
        let Some(location) = TemplateLocation::of(group, kind, object) else { return Ok(None) };
        let mut reader = reader(group, kind);
        let mut workload = Workload::default();
        workload.pod.prefix = location.prefix();
        if location == TemplateLocation::Pod {
            workload.pod.read_spec(object, &mut reader)?;
            workload.read_pod_metadata(object, &mut reader)?;
        } else {
            reader.read_member(&mut workload.metadata, object, "metadata")?;
            workload.read_template(object, location.keys(), &mut reader)?;
        }
        if (group, kind) == ("apps", "DaemonSet") {
            workload.update_strategy = at(object, ["spec", "updateStrategy"]);
        }
        if location == TemplateLocation::Revision
            && let Some(spec) = at(object, ["data", "spec"])
        {
            let is_merged = is_merged(spec, &reader);
            workload.is_merged = is_merged.map_err(|error| error.in_member("spec").in_member("data"))?;
        }
        workload.pod.fields = reader.fields;
        Ok(Some(workload))
    }

    /// Reads only the metadata: of a pod, or of a Binding, whose metadata is merged into a pod.
    ///
    /// # Errors
    /// A field that rules read has the wrong type.
    pub fn read_annotations(object: &'a Value<'a>) -> Result<Workload<'a>> {
        let (mut workload, mut reader) = (Workload::default(), Reader::default());
        workload.read_pod_metadata(object, &mut reader)?;
        workload.pod.fields = reader.fields;
        Ok(workload)
    }

    fn read_pod_metadata(&mut self, object: &'a Value<'a>, reader: &mut Reader) -> Result<()> {
        reader.read_member(&mut self.metadata, object, "metadata")?;
        self.pod.annotations = std::mem::take(&mut self.metadata.annotations);
        self.pod.labels = std::mem::take(&mut self.metadata.labels);
        Ok(())
    }

    /// Follows the keys to the template and reads it.
    fn read_template(&mut self, value: &'a Value<'a>, keys: &[&str], reader: &mut Reader) -> Result<()> {
        let Some((key, rest)) = keys.split_first() else {
            self.pod.read_spec(value, reader)?;
            let mut own = ObjectMeta::default();
            reader.read_member(&mut own, value, "metadata")?;
            self.pod.annotations = own.annotations;
            self.pod.labels = own.labels;
            return Ok(());
        };
        match reader.member(value, key)? {
            None => Ok(()),
            Some(value) => self.read_template(value, rest, reader).map_err(|error| error.in_member(key)),
        }
    }
}

/// Whether the patch in a ControllerRevision keeps part of the template of the StatefulSet or DaemonSet. The patches
/// that the controllers store replace the whole template and nothing else.
fn is_merged<'t>(spec: &'t Value<'t>, reader: &Reader) -> Result<bool> {
    // A claim replaces a volume of the same name.
    if reader.member(spec, "volumeClaimTemplates")?.is_some() {
        return Ok(true);
    }
    let Some(template) = reader.member(spec, "template")?.filter(|template| template.is_object()) else {
        return Ok(false);
    };
    let directive = reader.member(template, "$patch").map_err(|error| error.in_member("template"))?;
    Ok(directive.and_then(|directive| directive.as_str()) != Some("replace"))
}
