use super::mounts::{HostVolume, host_volumes};
use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::finding::severity::Severity;
use crate::node::host::in_current_folder;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "host-path-file",
    summary: about!("the host path of a file without a type: if the file is missing, a folder is created"),
    severity: Severity::Off,
    reads: Fields::of(&["hostPath"]),
    page: page!("host_path_file.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    for volume in host_volumes(context.pod).filter(names_a_file) {
        if let Some(container) = volume.first_mounting_container() {
            findings.container(
                &container,
                volume.field("path"),
                format!("{} becomes a folder on a node that does not have the file", quote(volume.text())),
                "set type: File, so that the pod waits for the file, or FileOrCreate",
            );
        }
    }
}

/// Whether a host path without a type looks like a file: its last name has an extension of two letters or more, unlike
/// `conf.d` and `v1.2`. Other rules cover pipes, sockets and relative paths.
fn names_a_file(volume: &HostVolume) -> bool {
    let has_no_type = matches!(volume.kind(), None | Some(""));
    let extension = volume.source().file_name().and_then(|name| name.rsplit_once('.')).map(|(_, extension)| extension);
    has_no_type
        && !volume.is_unix_socket()
        && !volume.source().is_named_pipe()
        && in_current_folder(volume.text()).is_none()
        && extension.is_some_and(|text| text.len() >= 2 && text.bytes().any(|byte| byte.is_ascii_alphabetic()))
}
