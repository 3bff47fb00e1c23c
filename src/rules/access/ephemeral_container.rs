//! `ephemeral-container`: reads the effective `hostProcess` and `runAsUserName` of the ephemeral containers that a request
//! adds.

use crate::finding::{Findings, quote};
use crate::pod::{ContainerList, Level};
use crate::rules::{ApiServer, Context, DefaultSeverity, Group, Rule, Scope};
use crate::settings::Severity;

/// A debug container that becomes a process on the node.
pub static RULE: Rule = Rule {
    id: "ephemeral-container",
    group: Group::Access,
    severity: DefaultSeverity::Always(Severity::Warn),
    scope: Scope::HostProcess,
    api_server: ApiServer::Partly("when `hostProcess` is set on the containers only, so that the new one lacks it"),
    summary: "a debug container added to a HostProcess pod becomes a process on the node, with the pod's account",
    page: page!("ephemeral_container.md"),
    check,
};

fn check(context: &Context, findings: &mut Findings) {
    let is_old = |name: &str| {
        let old = context.request.old_object.iter();
        old.flat_map(|old| old.pod.spec.ephemeral_containers.iter()).any(|old| old.name.as_deref() == Some(name))
    };
    let added = context.pod.host_process_containers().filter(|c| c.list == ContainerList::Ephemeral);
    for container in added.filter(|container| !is_old(container.name())) {
        let message = match container.run_as_user_name() {
            Some(Level::Container(account)) => format!("runs on the node itself as {}", quote(account)),
            Some(Level::Pod(account)) => {
                format!("runs on the node itself as {}, which it takes over from the pod", quote(account))
            }
            None => "runs on the node itself".to_owned(),
        };
        findings.container(
            &container,
            container.place(),
            message,
            "debug from a pod of its own that a grant covers, or use 'kubectl logs'",
        );
    }
}
