//! Where each kind keeps its pod: nine native kinds by name, any other by shape.

use serde::de::{Deserialize, DeserializeSeed, Deserializer};
use serde_json::value::RawValue;

use crate::decode::{IsSet, List, Pairs, Text, null_as_default};
use crate::pod::{Pod, PodSpec};

/// An object that has a pod or a pod template.
#[derive(Debug)]
pub struct Workload<'a> {
    /// The object's own metadata.
    pub metadata: ObjectMeta<'a>,
    /// Its pod, or the pods that it would create.
    pub pod: Pod<'a>,
}

/// The slice of `ObjectMeta` that the policy reads.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs, reason = "documented by Kubernetes")]
pub struct ObjectMeta<'a> {
    #[serde(borrow)]
    pub name: Option<Text<'a>>,
    #[serde(borrow)]
    pub generate_name: Option<Text<'a>>,
    #[serde(borrow)]
    pub namespace: Option<Text<'a>>,
    #[serde(borrow)]
    pub annotations: Pairs<'a>,
    #[serde(borrow)]
    pub owner_references: List<OwnerReference<'a>>,
    /// Set while the object is being deleted.
    pub deletion_timestamp: IsSet,
}

/// `OwnerReference`.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
#[allow(missing_docs, reason = "documented by Kubernetes")]
pub struct OwnerReference<'a> {
    #[serde(borrow)]
    pub kind: Option<Text<'a>>,
    pub controller: Option<bool>,
}

/// Where a kind keeps its pod template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// `spec` is the pod's: Pod.
    Pod,
    /// `template`: PodTemplate.
    PodTemplate,
    /// `spec.template`: Deployment and most others.
    Template,
    /// `spec.jobTemplate.spec.template`: CronJob.
    JobTemplate,
    /// Not a kind that Kubernetes ships: a workload if it is shaped like one.
    ByShape,
}

impl Layout {
    /// The layout of a kind in an API group.
    pub fn of(group: &str, kind: &str) -> Layout {
        match (group, kind) {
            ("", "Pod") => Layout::Pod,
            ("", "PodTemplate") => Layout::PodTemplate,
            ("", "ReplicationController")
            | ("apps" | "extensions", "Deployment" | "ReplicaSet" | "DaemonSet" | "StatefulSet")
            | ("batch", "Job") => Layout::Template,
            ("batch", "CronJob") => Layout::JobTemplate,
            _ => Layout::ByShape,
        }
    }
}

/// Reads an object at the layout of its kind, in the same pass as everything around it.
///
/// The value is `None` for `null` and for objects without a pod template. It is an error when a field that rules
/// read has another type than Kubernetes gives it.
impl<'de> DeserializeSeed<'de> for Layout {
    type Value = Option<Workload<'de>>;

    fn deserialize<D: Deserializer<'de>>(self, object: D) -> Result<Self::Value, D::Error> {
        Ok(match self {
            Layout::Pod => Option::<PodLike>::deserialize(object)?.map(pod),
            Layout::PodTemplate => {
                Option::<WithTemplate>::deserialize(object)?.map(|o| workload(o.metadata, "template.", o.template))
            }
            Layout::Template => Option::<WithSpec<WithTemplate>>::deserialize(object)?
                .map(|o| workload(o.metadata, "spec.template.", o.spec.template)),
            Layout::JobTemplate => Option::<WithSpec<WithJobTemplate>>::deserialize(object)?
                .map(|o| workload(o.metadata, "spec.jobTemplate.spec.template.", o.spec.job_template.spec.template)),
            Layout::ByShape => match Option::<&RawValue>::deserialize(object)? {
                Some(object) => by_shape(object).map_err(serde::de::Error::custom)?,
                None => None,
            },
        })
    }
}

/// Custom workload kinds keep a pod template where the native ones do: Argo Rollouts, OpenKruise, operators.
/// Only what has a list of containers there counts, so that other things called `template` are left alone.
fn by_shape(object: &RawValue) -> serde_json::Result<Option<Workload<'_>>> {
    let find = |path: &[&str]| path.iter().try_fold(object, |value, key| member(value, key));
    for (path, prefix) in [
        (&["spec", "template"][..], "spec.template."),
        (&["spec", "jobTemplate", "spec", "template"][..], "spec.jobTemplate.spec.template."),
    ] {
        let Some(template) = find(path) else { continue };
        let containers = member(template, "spec").and_then(|spec| member(spec, "containers"));
        if containers.is_some_and(|list| list.get().starts_with('[')) {
            let metadata = find(&["metadata"]).map_or(Ok(ObjectMeta::default()), |m| serde_json::from_str(m.get()))?;
            return Ok(Some(workload(metadata, prefix, serde_json::from_str(template.get())?)));
        }
    }
    Ok(None)
}

/// A member of a JSON object; `None` also when the value is no object.
fn member<'a>(value: &'a RawValue, key: &str) -> Option<&'a RawValue> {
    let members: Pairs<&RawValue> = serde_json::from_str(value.get()).ok()?;
    members.get(key).copied()
}

fn pod(mut pod: PodLike<'_>) -> Workload<'_> {
    let annotations = std::mem::take(&mut pod.metadata.annotations);
    Workload { metadata: pod.metadata, pod: Pod { prefix: "", annotations, spec: pod.spec } }
}

fn workload<'a>(metadata: ObjectMeta<'a>, prefix: &'static str, pod: PodLike<'a>) -> Workload<'a> {
    Workload { metadata, pod: Pod { prefix, annotations: pod.metadata.annotations, spec: pod.spec } }
}

/// A Pod, and a pod template wherever it is.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct PodLike<'a> {
    #[serde(borrow, deserialize_with = "null_as_default")]
    metadata: ObjectMeta<'a>,
    #[serde(borrow, deserialize_with = "null_as_default")]
    spec: PodSpec<'a>,
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct WithTemplate<'a> {
    #[serde(borrow, deserialize_with = "null_as_default")]
    metadata: ObjectMeta<'a>,
    #[serde(borrow, deserialize_with = "null_as_default")]
    template: PodLike<'a>,
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
#[serde(bound(deserialize = "S: Default + serde::Deserialize<'de>"))]
struct WithSpec<'a, S: Default> {
    #[serde(borrow, deserialize_with = "null_as_default")]
    metadata: ObjectMeta<'a>,
    #[serde(deserialize_with = "null_as_default")]
    spec: S,
}

#[derive(Default, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct WithJobTemplate<'a> {
    #[serde(borrow, deserialize_with = "null_as_default")]
    job_template: JobTemplate<'a>,
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct JobTemplate<'a> {
    #[serde(borrow, deserialize_with = "null_as_default")]
    spec: WithTemplate<'a>,
}
