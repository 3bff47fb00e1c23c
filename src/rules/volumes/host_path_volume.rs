//! `host-path-volume`: reads `volumes[].hostPath.path` with the `volumeMounts[]` of every HostProcess container
//! (containers, initContainers, ephemeralContainers).

use crate::finding::{Findings, quote};
use crate::rules::{ApiServer, Context, DefaultSeverity, Group, Rule, Scope};
use crate::settings::Severity;

use super::host_volumes;

/// A folder of the host mounted into a container that sees the host anyway.
pub static RULE: Rule = Rule {
    id: "host-path-volume",
    group: Group::Volumes,
    severity: DefaultSeverity::Always(Severity::Off),
    scope: Scope::HostProcess,
    api_server: ApiServer::Accepts,
    summary: "a folder of the host mounted into a container that sees the host anyway",
    page: page!("host_path_volume.md"),
    check,
};

fn check(context: &Context, findings: &mut Findings) {
    for volume in host_volumes(context.pod) {
        // Pipes and sockets have rules of their own.
        if volume.source().is_named_pipe() || volume.is_unix_socket() {
            continue;
        }
        if let Some(container) = volume.first_user() {
            let kind = if volume.source().is_unc_share() { "the share" } else { "the host's" };
            findings.container(
                &container,
                volume.field("path"),
                format!("{kind} {} is mounted, but a HostProcess container can use it directly", quote(volume.text())),
                "remove the volume and use the path itself",
            );
        }
    }
}
