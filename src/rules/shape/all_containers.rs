//! `all-containers`: reads `hostProcess` of the pod and of every container, init and ephemeral ones included.

use crate::finding::{Findings, quote};
use crate::pod::Level;
use crate::rules::{ApiServer, Context, DefaultSeverity, Group, Rule, Scope};
use crate::settings::Severity;

/// HostProcess and ordinary containers are mixed in one pod.
pub static RULE: Rule = Rule {
    id: "all-containers",
    group: Group::Shape,
    severity: DefaultSeverity::Always(Severity::Deny),
    scope: Scope::HostProcess,
    api_server: ApiServer::Refuses,
    summary: "HostProcess and ordinary containers mixed in one pod",
    page: page!("all_containers.md"),
    check,
};

fn check(context: &Context, findings: &mut Findings) {
    let Some(host_process) = context.pod.host_process_containers().next() else { return };
    for container in context.pod.containers().filter(|container| !container.is_host_process()) {
        let found = match container.windows_option(|options| options.host_process) {
            None => "is not set",
            Some(Level::Container(_)) => "is false",
            Some(Level::Pod(_)) => "is false on the pod",
        };
        findings.container(
            &container,
            container.path("securityContext.windowsOptions.hostProcess"),
            format!("{found}, but container {} is HostProcess", quote(host_process.name())),
            "set hostProcess: true for the whole pod, or move the ordinary containers into a pod of their own",
        );
    }
}
