//! The setting `rbac`: whether the cluster's RBAC grants a permission.

use super::coverage::service_account;
use super::requester;
use crate::rules::context::Context;
use crate::settings::rbac::{Rbac, Subject};
use crate::wording::quote;
use kubewarden_policy_sdk::host_capabilities::kubernetes::{ResourceAttributes, SubjectAccessReview};

/// Returns `Ok` if the cluster's RBAC grants the permission, otherwise the reason. Without an answer from the cluster
/// the permission is not granted.
pub fn granted(context: &Context, rbac: &Rbac) -> Result<(), String> {
    if rbac.subject == Subject::Requester && requester::template_owner(context.request, context.workload).is_some() {
        return Ok(());
    }
    let (who, user, groups) = subject(context, rbac.subject);
    let what = format!("{} {}", rbac.verb, resource(rbac));
    let namespace = context.request.namespace.to_string();
    let review = SubjectAccessReview {
        groups: Some(groups),
        resource_attributes: ResourceAttributes {
            group: Some(rbac.group.to_string()),
            name: rbac.name.as_ref().map(ToString::to_string),
            namespace: Some(namespace),
            resource: rbac.resource.to_string(),
            verb: rbac.verb.to_string(),
            ..ResourceAttributes::default()
        },
        user,
    };
    match context.cluster.may(review) {
        Ok(true) => Ok(()),
        Ok(false) => Err(format!("RBAC does not let {who} {what}")),
        Err(reason) => Err(format!("whether RBAC lets {who} {what} is not known ({reason})")),
    }
}

/// The subject: its description for messages, its user name and its groups.
fn subject(context: &Context, subject: Subject) -> (String, String, Vec<String>) {
    match subject {
        Subject::ServiceAccount => {
            let (namespace, name) = (&context.request.namespace, service_account(context.pod));
            (
                format!("service account {}", quote(name)),
                format!("system:serviceaccount:{namespace}:{name}"),
                vec![
                    "system:serviceaccounts".to_owned(),
                    format!("system:serviceaccounts:{namespace}"),
                    "system:authenticated".to_owned(),
                ],
            )
        }
        Subject::Requester => {
            let user = &context.request.user_info;
            let name = user.username.unwrap_or_default();
            let groups = user.groups.iter().map(ToString::to_string).collect();
            (format!("requester {}", quote(name)), name.to_owned(), groups)
        }
    }
}

/// `'hostprocesses.example.com/name'`.
fn resource(rbac: &Rbac) -> String {
    let dot = if rbac.group.is_empty() { "" } else { "." };
    let name = rbac.name.map_or(String::new(), |name| format!("/{name}"));
    quote(&format!("{}{dot}{}{name}", rbac.resource, rbac.group)).to_string()
}
