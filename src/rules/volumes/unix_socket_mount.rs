//! `unix-socket-mount`: reads `volumes[].hostPath.{path,type}` with the `volumeMounts[]` of every HostProcess container
//! (containers, initContainers, ephemeralContainers), and `volumeMounts[].subPath`.

use crate::finding::{Findings, quote};
use crate::rules::{ApiServer, Context, DefaultSeverity, Group, Rule, Scope};
use crate::settings::Severity;

use super::{host_volumes, is_named_like_a_socket, mounts};

/// A unix domain socket mounted as a volume.
pub static RULE: Rule = Rule {
    id: "unix-socket-mount",
    group: Group::Volumes,
    severity: DefaultSeverity::Always(Severity::Warn),
    scope: Scope::HostProcess,
    api_server: ApiServer::Accepts,
    summary: "a unix domain socket mounted as a volume",
    page: page!("unix_socket_mount.md"),
    check,
};

fn check(context: &Context, findings: &mut Findings) {
    for volume in host_volumes(context.pod).filter(|volume| volume.is_unix_socket()) {
        if let Some(container) = volume.first_user() {
            findings.container(
                &container,
                volume.field("path"),
                format!("{} is a unix socket, which HostProcess containers cannot mount", quote(volume.text())),
                "remove the volume and let the program open the socket at its place on the host",
            );
        }
    }
    for mount in mounts(context.pod) {
        if let Some(sub_path) = mount.raw.sub_path.as_deref().filter(|path| is_named_like_a_socket(path)) {
            findings.container(
                &mount.container,
                mount.field("subPath"),
                format!("{} is a unix socket, which HostProcess containers cannot mount", quote(sub_path)),
                "remove the mount and let the program open the socket at its place on the host",
            );
        }
    }
}
