//! Which kinds are judged, where each keeps its pod template, and how exactly it is read: ten native kinds by name, any other
//! by shape.

use crate::decode::{Reader, Value, at};

/// Where a kind keeps its pod template.
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
    /// `spec.template.spec.template`: Agones' Fleet, by shape: a template of objects that have a pod template themselves.
    Nested,
    /// `data.spec.template`: ControllerRevision, in which a StatefulSet or DaemonSet keeps a former template as a patch of
    /// itself. A StatefulSet creates pods from it.
    Revision,
}

impl TemplateLocation {
    /// The location for an object of this kind. `None` for an object of a kind that is not native and has no pod
    /// template where native kinds keep theirs.
    pub fn of<'t>(group: &str, kind: &str, object: &'t Value<'t>) -> Option<TemplateLocation> {
        native(group, kind).or_else(|| by_shape(object))
    }

    /// The keys that lead from the object to its pod or pod template.
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

    /// The same keys as the beginning of a path, such as `spec.template.`; empty for a Pod.
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

/// How an object of this kind is read.
///
/// kube-apiserver admits native kinds only with the types that Kubernetes gives their fields: whatever has others cannot be
/// understood, and is refused. A custom kind may resemble a pod template and give a field another type (`"{{port}}"`), and
/// a ControllerRevision may hold anything. There such a field counts as missing: a controller that knows only Kubernetes'
/// types, as that of StatefulSets does, fails to read it. But that one ignores the case of names.
///
/// An item of two bytes becomes a container of hundreds, and findings of as many. So only so many are read of an object: far
/// more than run on a node, and than fit into a command line of Windows.
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

/// Whether it is one of the kinds of Kubernetes that are judged.
pub fn is_native(group: &str, kind: &str) -> bool {
    native(group, kind).is_some()
}

/// How many items of lists and members of maps an object may have that rules would read.
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

/// Custom workload kinds (Argo Rollouts, OpenKruise, operators) keep a pod template where the native ones do, or where KEDA and Agones
/// do. One whose `spec` is not an object is something else.
fn by_shape<'t>(object: &'t Value<'t>) -> Option<TemplateLocation> {
    let has_spec = |location: &TemplateLocation| leads_to_object(object, &[location.keys(), &["spec"]].concat());
    // The outer template is the pod's if it has containers, whatever else is written in it.
    let has_containers = at(object, ["spec", "template", "spec", "containers"]).is_some();
    let candidates = [
        TemplateLocation::Nested,
        TemplateLocation::Template,
        TemplateLocation::JobTemplate,
        TemplateLocation::JobTargetRef,
    ];
    candidates.into_iter().skip(usize::from(has_containers)).find(has_spec)
}

/// Whether keys lead to an object. A key that is there twice leads to both, so that such an object is read, and refused.
fn leads_to_object<'t>(value: &'t Value<'t>, keys: &[&str]) -> bool {
    let Value::Object(members) = value else { return false };
    let Some((key, rest)) = keys.split_first() else { return true };
    members.iter().any(|(name, value)| name == *key && leads_to_object(value, rest))
}
