//! Recognises requests of the built-in controllers, which create pods from templates.
//!
//! kube-controller-manager runs each controller under a separate service account in `kube-system`, or all of them as
//! `system:kube-controller-manager`. Sending a request under one of these names requires access to the control plane,
//! or permission to impersonate service accounts in `kube-system`, which the role `edit` there includes. Objects of
//! controllers have an owner reference to the object with the template, which was checked when it was submitted.

use crate::admission::request::{GroupVersionKind, Request};
use crate::admission::workload::Workload;
use crate::settings::pattern::kind::full_name;

/// The service accounts of the controllers that create pods, or objects that create pods, each with the group and kind
/// of the object with the template.
const CONTROLLERS: [(&str, GroupVersionKind); 7] = [
    ("daemon-set-controller", GroupVersionKind { group: "apps", kind: "DaemonSet" }),
    ("replicaset-controller", GroupVersionKind { group: "apps", kind: "ReplicaSet" }),
    ("replication-controller", GroupVersionKind { group: "", kind: "ReplicationController" }),
    ("statefulset-controller", GroupVersionKind { group: "apps", kind: "StatefulSet" }),
    ("job-controller", GroupVersionKind { group: "batch", kind: "Job" }),
    ("deployment-controller", GroupVersionKind { group: "apps", kind: "Deployment" }),
    ("cronjob-controller", GroupVersionKind { group: "batch", kind: "CronJob" }),
];

/// The kind of the object with the template of this one, if the controller of that kind sent the request. `None` for
/// requests of any other user, regardless of the owner that the object claims.
pub fn template_owner(request: &Request, workload: &Workload) -> Option<&'static GroupVersionKind<'static>> {
    let (controller, owner) = claimed_owner(workload)?;
    let user = request.user_info.username?;
    let sent_it = match user.strip_prefix("system:serviceaccount:kube-system:") {
        Some(service_account) => service_account == *controller,
        None => user == "system:kube-controller-manager",
    };
    sent_it.then_some(owner)
}

/// The kind that counts for `kinds` instead of the object's: that of the template, if a controller created the object.
/// A request without a user concerns an existing object, whose claimed owner is trusted: otherwise every audit would
/// report granted workloads.
pub fn kind_of_origin(request: &Request, workload: &Workload) -> Option<&'static GroupVersionKind<'static>> {
    match request.user_info.is_unknown() {
        true => claimed_owner(workload).map(|(_, owner)| owner),
        false => template_owner(request, workload),
    }
}

/// The kind whose controller creates objects of this owner's kind, in the same group. An owner reference leads only one
/// level up, so a pod of a ReplicaSet or Job also counts as one of a Deployment or CronJob.
pub fn kind_above(owner: &GroupVersionKind) -> Option<&'static str> {
    match (owner.group, owner.kind) {
        ("apps", "ReplicaSet") => Some("Deployment"),
        ("batch", "Job") => Some("CronJob"),
        _ => None,
    }
}

/// The kinds of which a grant must list one to cover an object, in the syntax of `kinds`, the closest first.
pub fn kinds_to_grant(request: &Request, workload: &Workload) -> Vec<String> {
    let origin = kind_of_origin(request, workload);
    let kind = origin.unwrap_or(&request.kind);
    let kinds = [Some(kind.kind), origin.and_then(kind_above)];
    kinds.into_iter().flatten().map(|name| full_name(kind.group, name).into_owned()).collect()
}

/// The controlling owner that an object claims, if it is of a kind with a built-in controller, and that controller.
fn claimed_owner(workload: &Workload) -> Option<&'static (&'static str, GroupVersionKind<'static>)> {
    let owner = workload.metadata.owner_references.iter().find(|owner| owner.controller == Some(true))?;
    let group = owner.api_version?.split_once('/').map_or("", |(group, _)| group);
    CONTROLLERS.iter().find(|(_, known)| Some(known.kind) == owner.kind && known.group == group)
}
