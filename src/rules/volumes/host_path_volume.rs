use super::mounts::host_volumes;
use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::finding::severity::Severity;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "host-path-volume",
    summary: about!("a folder of the host mounted into a container that can use it without the mount"),
    severity: Severity::Off,
    reads: Fields::of(&["hostPath"]),
    page: page!("host_path_volume.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    for volume in host_volumes(context.pod) {
        // Other rules cover pipes and sockets.
        let source = volume.source();
        if source.is_named_pipe() || source.is_misspelt_pipe() || volume.is_unix_socket() {
            continue;
        }
        if let Some(container) = volume.first_mounting_container() {
            let kind = if volume.source().is_unc_share() { "the share" } else { "the host's" };
            findings.container(
                &container,
                volume.field("path"),
                format!(
                    "{kind} {} is mounted, but a HostProcess container can use it without a mount",
                    quote(volume.text())
                ),
                "remove the volume and use the path directly",
            );
        }
    }
}
