//! Whether a request comes from one of the built-in controllers, which create pods from templates.
//!
//! kube-controller-manager runs each controller under a service account of its own in `kube-system`, or all of them as
//! `system:kube-controller-manager`. Sending a request under one of these names takes access to the control plane, or
//! leave to impersonate service accounts in `kube-system`, which the role `edit` there includes. What
//! the controllers create carries an owner reference to the object that holds the template, and that object was checked
//! when it was submitted.

use crate::admission::workload::Workload;
use crate::rules::context::Context;

/// The service accounts of the controllers that create pods, or objects that create pods, each with the kind that holds
/// the template.
const CONTROLLERS: [(&str, &str); 7] = [
    ("daemon-set-controller", "DaemonSet"),
    ("replicaset-controller", "ReplicaSet"),
    ("replication-controller", "ReplicationController"),
    ("statefulset-controller", "StatefulSet"),
    ("job-controller", "Job"),
    ("deployment-controller", "Deployment"),
    ("cronjob-controller", "CronJob"),
];

/// The kind that holds the template of this object, if the controller of that kind sent the request. `None` for
/// requests of any other user, whatever owner the object claims.
pub fn template_owner<'c>(context: &Context<'c, '_>) -> Option<&'c str> {
    let owner = claimed_owner(context.workload)?;
    let user = context.request.user_info.username?;
    let may_send = |controller: &str, kind: &str| match user.strip_prefix("system:serviceaccount:kube-system:") {
        Some(service_account) => service_account == controller && owner == kind,
        None => user == "system:kube-controller-manager" && owner == kind,
    };
    CONTROLLERS.iter().any(|(controller, kind)| may_send(controller, kind)).then_some(owner)
}

/// The kind that counts for `kinds` instead of the object's own: that of the template, if a controller made the object
/// from one. A request that names no user is about an object that exists already, so what the object claims is believed:
/// otherwise every audit would report what is granted.
pub fn kind_of_origin<'c>(context: &Context<'c, '_>) -> Option<&'c str> {
    let is_built_in = |owner: &&str| CONTROLLERS.iter().any(|(_, kind)| kind == owner);
    match context.request.user_info.is_unknown() {
        true => claimed_owner(context.workload).filter(is_built_in),
        false => template_owner(context),
    }
}

fn claimed_owner<'c>(workload: &'c Workload) -> Option<&'c str> {
    workload.metadata.owner_references.iter().find(|owner| owner.controller == Some(true))?.kind
}
