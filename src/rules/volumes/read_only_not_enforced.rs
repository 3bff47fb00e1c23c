//! `read-only-not-enforced`: reads `volumeMounts[].readOnly` of `hostPath` volumes and
//! `securityContext.readOnlyRootFilesystem` of every HostProcess container (containers, initContainers, ephemeralContainers).

use crate::finding::{Findings, quote};
use crate::rules::{ApiServer, Context, DefaultSeverity, Group, Rule, Scope};
use crate::settings::Severity;

use super::mounts;

/// `readOnly` that the runtime does not enforce.
pub static RULE: Rule = Rule {
    id: "read-only-not-enforced",
    group: Group::Volumes,
    severity: DefaultSeverity::Always(Severity::Warn),
    scope: Scope::HostProcess,
    api_server: ApiServer::Accepts,
    summary: "`readOnly` that the runtime does not enforce",
    page: page!("read_only_not_enforced.md"),
    check,
};

fn check(context: &Context, findings: &mut Findings) {
    for mount in mounts(context.pod).filter(|mount| mount.raw.read_only == Some(true)) {
        if let Some(source) = mount.host_path() {
            findings.container(
                &mount.container,
                mount.field("readOnly"),
                format!("is true, but does not keep the container from writing to {} on the host", quote(source)),
                "do not count on it: run as an account that may not write there",
            );
        }
    }
    for container in context.pod.host_process_containers() {
        let security_context = container.raw.security_context.as_ref();
        if security_context.is_some_and(|s| s.read_only_root_filesystem == Some(true)) {
            findings.container(
                &container,
                container.path("securityContext.readOnlyRootFilesystem"),
                "is true, but Windows containers have no read-only root filesystem",
                "do not count on it: run as an account that may not write to the host",
            );
        }
    }
}
