//! Whether a request comes from one of the built-in controllers, which create pods from templates.
//!
//! kube-controller-manager runs each controller under a service account of its own in `kube-system`, or all of them as
//! `system:kube-controller-manager`. Sending a request under one of these names takes access to the control plane, or
//! leave to impersonate service accounts in `kube-system`, which the role `edit` there includes. What
//! the controllers create carries an owner reference to the object that holds the template, and that object was checked
//! when it was submitted.

use crate::admission::request::{GroupVersionKind, Request};
use crate::admission::workload::Workload;
use crate::settings::pattern::kind::full_name;

/// The service accounts of the controllers that create pods, or objects that create pods, each with group and kind of what
/// holds the template.
const CONTROLLERS: [(&str, GroupVersionKind); 7] = [
    ("daemon-set-controller", GroupVersionKind { group: "apps", kind: "DaemonSet" }),
    ("replicaset-controller", GroupVersionKind { group: "apps", kind: "ReplicaSet" }),
    ("replication-controller", GroupVersionKind { group: "", kind: "ReplicationController" }),
    ("statefulset-controller", GroupVersionKind { group: "apps", kind: "StatefulSet" }),
    ("job-controller", GroupVersionKind { group: "batch", kind: "Job" }),
    ("deployment-controller", GroupVersionKind { group: "apps", kind: "Deployment" }),
    ("cronjob-controller", GroupVersionKind { group: "batch", kind: "CronJob" }),
];

/// The kind that holds the template of this object, if the controller of that kind sent the request. `None` for
/// requests of any other user, whatever owner the object claims.
pub fn template_owner(request: &Request, workload: &Workload) -> Option<&'static GroupVersionKind<'static>> {
    let (controller, owner) = claimed_owner(workload)?;
    let user = request.user_info.username?;
    let sent_it = match user.strip_prefix("system:serviceaccount:kube-system:") {
        Some(service_account) => service_account == *controller,
        None => user == "system:kube-controller-manager",
    };
    sent_it.then_some(owner)
}

/// The kind that counts for `kinds` instead of the object's own: that of the template, if a controller made the object
/// from one. A request that names no user is about an object that exists already, so what the object claims is believed:
/// otherwise every audit would report what is granted.
pub fn kind_of_origin(request: &Request, workload: &Workload) -> Option<&'static GroupVersionKind<'static>> {
    match request.user_info.is_unknown() {
        true => claimed_owner(workload).map(|(_, owner)| owner),
        false => template_owner(request, workload),
    }
}

/// The kind whose controller makes objects of this owner's kind, in the same group. An owner reference goes only one level up,
/// so a pod of a ReplicaSet or Job counts as one of a Deployment or CronJob as well.
pub fn kind_above(owner: &GroupVersionKind) -> Option<&'static str> {
    match (owner.group, owner.kind) {
        ("apps", "ReplicaSet") => Some("Deployment"),
        ("batch", "Job") => Some("CronJob"),
        _ => None,
    }
}

/// The kinds of which a grant must list one to cover an object, as `kinds` names them, the closest first.
pub fn kinds_to_grant(request: &Request, workload: &Workload) -> Vec<String> {
    let origin = kind_of_origin(request, workload);
    let kind = origin.unwrap_or(&request.kind);
    let kinds = [Some(kind.kind), origin.and_then(kind_above)];
    kinds.into_iter().flatten().map(|name| full_name(kind.group, name).into_owned()).collect()
}

/// The owner that an object claims to be controlled by, if that is of a kind with a built-in controller, and the controller.
fn claimed_owner(workload: &Workload) -> Option<&'static (&'static str, GroupVersionKind<'static>)> {
    let owner = workload.metadata.owner_references.iter().find(|owner| owner.controller == Some(true))?;
    let group = owner.api_version?.split_once('/').map_or("", |(group, _)| group);
    CONTROLLERS.iter().find(|(_, known)| Some(known.kind) == owner.kind && known.group == group)
}
