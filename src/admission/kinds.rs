//! Which kinds are judged, and where each keeps its pod template: nine native kinds by name, any other by shape.

use serde_json_borrow::Value;

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
}

impl TemplateLocation {
    /// The location for an object of this kind. `None` for an object of a kind that is not native and has no pod
    /// template where native kinds keep theirs.
    pub fn of(group: &str, kind: &str, object: &Value) -> Option<TemplateLocation> {
        match (group, kind) {
            ("", "Pod") => Some(TemplateLocation::Pod),
            ("", "PodTemplate") => Some(TemplateLocation::PodTemplate),
            ("", "ReplicationController")
            | ("apps" | "extensions", "Deployment" | "ReplicaSet" | "DaemonSet" | "StatefulSet")
            | ("batch", "Job") => Some(TemplateLocation::Template),
            ("batch", "CronJob") => Some(TemplateLocation::JobTemplate),
            _ => TemplateLocation::by_shape(object),
        }
    }

    /// The keys that lead from the object to its pod or pod template.
    pub fn keys(self) -> &'static [&'static str] {
        match self {
            TemplateLocation::Pod => &[],
            TemplateLocation::PodTemplate => &["template"],
            TemplateLocation::Template => &["spec", "template"],
            TemplateLocation::JobTemplate => &["spec", "jobTemplate", "spec", "template"],
        }
    }

    /// The same keys as the beginning of a path, such as `spec.template.`; empty for a Pod.
    pub fn prefix(self) -> &'static str {
        match self {
            TemplateLocation::Pod => "",
            TemplateLocation::PodTemplate => "template.",
            TemplateLocation::Template => "spec.template.",
            TemplateLocation::JobTemplate => "spec.jobTemplate.spec.template.",
        }
    }

    /// Custom workload kinds (Argo Rollouts, OpenKruise, operators) keep a pod template where the native ones do. It
    /// counts only if it has a list of containers, so that other fields called `template` are left alone.
    fn by_shape(object: &Value) -> Option<TemplateLocation> {
        let has_containers = |location: &TemplateLocation| {
            let keys = location.keys().iter().chain(&["spec", "containers"]);
            let found = keys.copied().try_fold(object, |value, key| value.as_object()?.get(key));
            found.is_some_and(|containers| matches!(containers, Value::Array(_)))
        };
        [TemplateLocation::Template, TemplateLocation::JobTemplate].into_iter().find(has_containers)
    }
}
