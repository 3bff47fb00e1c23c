use super::mounts::{HostVolume, host_volumes, is_named_like_a_socket, mounts};
use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::finding::severity::Severity;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "unix-socket-mount",
    summary: about!("a Unix domain socket mounted as a volume"),
    severity: Severity::Warn,
    reads: Fields::of(&["hostPath", "subPath"]),
    page: page!("unix_socket_mount.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    // `named-pipe-mount` reports pipes, regardless of their extension.
    let is_socket = |volume: &HostVolume| volume.is_unix_socket() && !volume.source().is_named_pipe();
    for volume in host_volumes(context.pod).filter(is_socket) {
        if let Some(container) = volume.first_mounting_container() {
            findings.container(
                &container,
                volume.field("path"),
                format!("{} is a Unix socket, which HostProcess containers cannot mount", quote(volume.text())),
                "remove the volume and let the program open the socket at its path on the host",
            );
        }
    }
    for mount in mounts(context.pod) {
        if let Some(sub_path) = mount.raw.sub_path.filter(|path| is_named_like_a_socket(path)) {
            findings.container(
                &mount.container,
                mount.field("subPath"),
                format!("{} is a Unix socket, which HostProcess containers cannot mount", quote(sub_path)),
                "remove the mount and let the program open the socket at its path on the host",
            );
        }
    }
}
