//! The kinds that are judged, the location of their pod templates, and the strictness of reading: ten native kinds are
//! recognised by name, custom kinds by shape.

use crate::decode::{Reader, Value, at};

/// The location of the pod template in a kind of object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TemplateLocation {
    /// The object is the pod itself: Pod.
    Pod,
    /// `template`: PodTemplate.
    PodTemplate,
    /// `spec.template`: Deployment and most others.
    Template,
    /// `spec.jobTemplate.spec.template`: CronJob.
    JobTemplate,
    /// `spec.jobTargetRef.template`: KEDA's ScaledJob, by shape.
    JobTargetRef,
    /// `spec.template.spec.template`: Agones' Fleet, by shape: a template of objects with a pod template.
    Nested,
    /// `data.spec.template`: ControllerRevision, which stores a former template of a StatefulSet or DaemonSet as a
    /// patch. A StatefulSet creates pods from it.
    Revision,
}

impl TemplateLocation {
    /// The location for an object of this kind. `None` for a custom kind without a pod template in a known location.
    pub fn of<'t>(group: &str, kind: &str, object: &'t Value<'t>) -> Option<TemplateLocation> {
        native(group, kind).or_else(|| by_shape(object))
    }

    /// The keys from the object to its pod or pod template.
    pub fn keys(self) -> &'static [&'static str] {
        match self {
            TemplateLocation::Pod => &[],
            TemplateLocation::PodTemplate => &["template"],
            TemplateLocation::Template => &["spec", "template"],
            TemplateLocation::JobTemplate => &["spec", "jobTemplate", "spec", "template"],
            TemplateLocation::JobTargetRef => &["spec", "jobTargetRef", "template"],
            TemplateLocation::Nested => &["spec", "template", "spec", "template"],
            TemplateLocation::Revision => &["data", "spec", "template"],
        }
    }

    /// The keys as the prefix of a path, such as `spec.template.`; empty for a Pod.
    pub fn prefix(self) -> &'static str {
        match self {
            TemplateLocation::Pod => "",
            TemplateLocation::PodTemplate => "template.",
            TemplateLocation::Template => "spec.template.",
            TemplateLocation::JobTemplate => "spec.jobTemplate.spec.template.",
            TemplateLocation::JobTargetRef => "spec.jobTargetRef.template.",
            TemplateLocation::Nested => "spec.template.spec.template.",
            TemplateLocation::Revision => "data.spec.template.",
        }
    }
}

/// The reader for objects of a kind.
///
/// kube-apiserver accepts native kinds only with the right types of fields, so a wrong type makes them unreadable. A
/// custom kind may resemble a pod template but give a field another type (`"{{port}}"`), and a ControllerRevision may
/// contain anything. In these, a field of the wrong type counts as missing, because controllers that use the types of
/// Kubernetes, such as that of StatefulSets, fail to read it. However, that controller ignores the case of names.
///
/// The number of items per object is limited, because an item of two bytes becomes a container of hundreds of bytes,
/// and findings of as many. The limit far exceeds the containers of a node and the arguments of a Windows command line.
pub fn reader(group: &str, kind: &str) -> Reader {
    let location = native(group, kind);
    let is_revision = location == Some(TemplateLocation::Revision);
    Reader {
        skips_wrong_types: is_revision || location.is_none(),
        rejects_other_case: is_revision,
        max_items: Some(MAX_ITEMS),
        ..Reader::default()
    }
}

/// Whether it is one of the native kinds that are judged.
pub fn is_native(group: &str, kind: &str) -> bool {
    native(group, kind).is_some()
}

/// The maximum number of list items and map members of an object that rules read.
pub const MAX_ITEMS: usize = 20_000;

fn native(group: &str, kind: &str) -> Option<TemplateLocation> {
    match (group, kind) {
        ("", "Pod") => Some(TemplateLocation::Pod),
        ("", "PodTemplate") => Some(TemplateLocation::PodTemplate),
        ("", "ReplicationController")
        | ("apps" | "extensions", "Deployment" | "ReplicaSet" | "DaemonSet" | "StatefulSet")
        | ("batch", "Job") => Some(TemplateLocation::Template),
        ("batch", "CronJob") => Some(TemplateLocation::JobTemplate),
        ("apps", "ControllerRevision") => Some(TemplateLocation::Revision),
        _ => None,
    }
}

/// Custom workload kinds (Argo Rollouts, OpenKruise, operators) have a pod template in the same location as native
/// kinds, or as those of KEDA and Agones. If the template's `spec` is not an object, it is not a pod template.
fn by_shape<'t>(object: &'t Value<'t>) -> Option<TemplateLocation> {
    let has_spec = |location: &TemplateLocation| leads_to_object(object, &[location.keys(), &["spec"]].concat());
    // The outer template is the pod's if it has containers, regardless of its other fields.
    let has_containers = at(object, ["spec", "template", "spec", "containers"]).is_some();
    let candidates = [
        TemplateLocation::Nested,
        TemplateLocation::Template,
        TemplateLocation::JobTemplate,
        TemplateLocation::JobTargetRef,
    ];
    candidates.into_iter().skip(usize::from(has_containers)).find(has_spec)
}

/// Whether keys lead to an object. A duplicate key leads to both members, so that such an object is read, which fails.
fn leads_to_object<'t>(value: &'t Value<'t>, keys: &[&str]) -> bool {
    let Value::Object(members) = value else { return false };
    let Some((key, rest)) = keys.split_first() else { return true };
    members.iter().any(|(name, value)| name == *key && leads_to_object(value, rest))
}
