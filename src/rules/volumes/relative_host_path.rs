use super::mounts::{HostVolume, host_volumes};
use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::node::host::in_current_folder;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::windows::command_line::mentions;
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "relative-host-path",
    summary: about!("a relative host path, which is below `C:\\Windows\\System32`"),
    reads: Fields::of(&["hostPath"]),
    page: page!("relative_host_path.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    for volume in host_volumes(context.pod).filter(is_relative_host_path) {
        let path = volume.text();
        let Some(place) = in_current_folder(path) else { continue };
        if let Some(container) = volume.first_mounting_container() {
            findings.container(
                &container,
                volume.field("path"),
                format!("{} is relative: the node resolves it to {}", quote(path), quote(&place)),
                r"write the whole path, such as C:\data",
            );
        }
    }
}

/// Other rules cover pipes, sockets and paths with the image's variable, and kube-apiserver rejects an empty path.
fn is_relative_host_path(volume: &HostVolume) -> bool {
    !volume.text().is_empty()
        && !volume.is_unix_socket()
        && !volume.source().is_named_pipe()
        && !volume.source().is_misspelt_pipe()
        && mentions(volume.text()).next().is_none()
}
