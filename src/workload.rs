//! Where each kind keeps its pod: nine native kinds by name, any other by shape.

use crate::decode::{IsSet, List, Pairs, Text, read_unless_null, record};
use crate::json::{Members, Reader, Result, Unknown};
use crate::pod::{Pod, PodSpec};

/// An object that has a pod or a pod template.
#[derive(Debug, Default)]
pub struct Workload<'a> {
    /// The object's own metadata.
    pub metadata: ObjectMeta<'a>,
    /// Its pod, or the pods that it would create.
    pub pod: Pod<'a>,
}

record! {
    /// The slice of `ObjectMeta` that the policy reads.
    #[derive(Debug, Default)]
    #[allow(missing_docs, reason = "documented by Kubernetes")]
    pub struct ObjectMeta<'a> {
        pub annotations: Pairs<'a> = "annotations",
        /// Set while the object is being deleted.
        pub deletion_timestamp: IsSet = "deletionTimestamp",
        pub generate_name: Option<Text<'a>> = "generateName",
        pub name: Option<Text<'a>> = "name",
        pub namespace: Option<Text<'a>> = "namespace",
        pub owner_references: List<OwnerReference<'a>> = "ownerReferences",
    }
}

record! {
    /// `OwnerReference`.
    #[derive(Debug, Default)]
    #[allow(missing_docs, reason = "documented by Kubernetes")]
    pub struct OwnerReference<'a> {
        pub controller: Option<bool> = "controller",
        pub kind: Option<Text<'a>> = "kind",
    }
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

/// What to read at each level above a pod or pod template: the member on the way, and at the top the metadata.
type Way = &'static [Members];

impl Layout {
    /// The way from an object to its pod, and the same as paths begin with it.
    fn way(self) -> (Way, &'static str) {
        const TOP: Members = Members::new(&["metadata", "spec"], 0);
        const TEMPLATE: Members = Members::new(&["template"], 0);
        match self {
            Layout::Pod | Layout::ByShape => (&[], ""),
            Layout::PodTemplate => (const { &[Members::new(&["metadata", "template"], 0)] }, "template."),
            Layout::Template => (const { &[TOP, TEMPLATE] }, "spec.template."),
            Layout::JobTemplate => (
                const { &[TOP, Members::new(&["jobTemplate"], 0), Members::new(&["spec"], 0), TEMPLATE] },
                "spec.jobTemplate.spec.template.",
            ),
        }
    }

    /// Reads an object at the layout of its kind, in the same pass as everything around it. `None` stays `None` for
    /// `null` and for objects of other kinds without a pod template.
    ///
    /// # Errors
    /// A field that rules read has another type than Kubernetes gives it.
    pub fn read<'de: 'a, 'a>(self, object: &mut Option<Workload<'a>>, reader: &mut Reader<'de>) -> Result<()> {
        let layout = if self == Layout::ByShape { shape(reader) } else { Some(self) };
        let Some(layout) = layout.filter(|_| reader.peek() != b'n') else {
            return reader.skip();
        };
        let (way, prefix) = layout.way();
        let workload = object.insert(Workload::default());
        workload.pod.prefix = prefix;
        if !way.is_empty() {
            return read_along(way, workload, reader);
        }
        read_pod(&mut workload.metadata, &mut workload.pod.spec, reader)?;
        workload.pod.annotations = std::mem::take(&mut workload.metadata.annotations);
        Ok(())
    }
}

fn read_along<'de: 'a, 'a>(way: Way, workload: &mut Workload<'a>, reader: &mut Reader<'de>) -> Result<()> {
    if reader.null()? {
        return Ok(());
    }
    let Some((members, rest)) = way.split_first() else {
        let mut template = ObjectMeta::default();
        read_pod(&mut template, &mut workload.pod.spec, reader)?;
        workload.pod.annotations = template.annotations;
        return Ok(());
    };
    reader.record(members, Unknown::Skipped, &mut |reader, index| match members.keys()[index] {
        "metadata" => read_unless_null(&mut workload.metadata, reader),
        _ => read_along(rest, workload, reader),
    })
}

/// A Pod, or a pod template wherever it is.
fn read_pod<'de: 'a, 'a>(
    metadata: &mut ObjectMeta<'a>,
    spec: &mut PodSpec<'a>,
    reader: &mut Reader<'de>,
) -> Result<()> {
    static MEMBERS: Members = Members::new(&["metadata", "spec"], 0);
    reader.record(&MEMBERS, Unknown::Skipped, &mut |reader, index| {
        if index == 0 { read_unless_null(metadata, reader) } else { read_unless_null(spec, reader) }
    })
}

/// Custom workload kinds keep a pod template where the native ones do: Argo Rollouts, OpenKruise, operators.
/// Only what has a list of containers there counts, so that other things called `template` are left alone.
fn shape(object: &Reader) -> Option<Layout> {
    [
        (Layout::Template, &["spec", "template", "spec", "containers"][..]),
        (Layout::JobTemplate, &["spec", "jobTemplate", "spec", "template", "spec", "containers"]),
    ]
    .into_iter()
    .find(|(_, path)| find(object, path).is_some_and(|mut containers| containers.peek() == b'['))
    .map(|(layout, _)| layout)
}

/// The value at a path; `None` also when something on the way is no object.
fn find<'de>(value: &Reader<'de>, path: &[&str]) -> Option<Reader<'de>> {
    let Some((key, rest)) = path.split_first() else { return Some(value.clone()) };
    let mut found = None;
    let mut members = value.clone();
    members
        .object(&mut |reader, member| {
            if member.is(key) {
                found = Some(reader.clone());
            }
            reader.skip()
        })
        .ok()?;
    find(&found?, rest)
}
