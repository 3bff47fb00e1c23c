//! `host-users`: reads `hostUsers`, `hostNetwork`, `hostPID` and `hostIPC` of the pod; absent `hostUsers` is true, the others false.

use crate::finding::Findings;
use crate::rules::{ApiServer, Context, DefaultSeverity, Group, Rule, Scope};
use crate::settings::Severity;

/// A user namespace for a pod that shares the node's network, processes or IPC.
pub static RULE: Rule = Rule {
    id: "host-users",
    group: Group::Shape,
    severity: DefaultSeverity::Always(Severity::Deny),
    scope: Scope::HostProcess,
    api_server: ApiServer::Refuses,
    summary: "`hostUsers: false`",
    page: page!("host_users.md"),
    check,
};

fn check(context: &Context, findings: &mut Findings) {
    let spec = &context.pod.spec;
    let shared = [("hostNetwork", spec.host_network), ("hostPID", spec.host_pid), ("hostIPC", spec.host_ipc)];
    if spec.host_users == Some(false)
        && let Some((field, _)) = shared.into_iter().find(|(_, shared)| *shared == Some(true))
    {
        findings.pod(
            context.pod.path("hostUsers"),
            format!("is false, which {field}: true rules out"),
            "remove it: Windows has no user namespaces",
        );
    }
}
