use super::mounts::{HostVolume, host_volumes, mounts};
use crate::decode::Fields;
use crate::outcome::patch::{Operation, Reach, remove};
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::rule::{Rule, page};
use crate::settings::severity::Severity;
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "named-pipe-mount",
    summary: "a named pipe mounted as a volume, in any spelling",
    severity_varies: "deny where a HostProcess container mounts it, warn where no container does",
    reads: Fields::of(&["hostPath", "mountPath"]),
    patches: Some(Reach::Command),
    page: page!("named_pipe_mount.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    for volume in host_volumes(context.pod).filter(|volume| volume.source().is_named_pipe()) {
        report_source(&volume, findings);
    }
    for mount in mounts(context.pod).filter(|mount| mount.path().is_named_pipe() && !mount.shows_named_pipe()) {
        findings.at(Severity::Deny).container(
            &mount.container,
            mount.field("mountPath"),
            format!("{} is a named pipe, where nothing can be mounted", quote(mount.text())),
            "remove the mount and let the program open the pipe itself",
        );
    }
}

fn report_source(volume: &HostVolume, findings: &mut Findings) {
    let (path, pipe) = (volume.field("path"), quote(volume.text()));
    if let Some(container) = volume.first_mounting_container() {
        findings
            .at(Severity::Deny)
            .container(
                &container,
                path,
                format!("{pipe} is a named pipe, which HostProcess containers cannot mount"),
                r"remove the volume and let the program open the pipe itself, as '\\.\pipe\NAME'",
            )
            .patch(Reach::Command, |_| without_mounts(volume));
    } else if volume.is_unused() {
        findings
            .at(Severity::Warn)
            .pod(
                path,
                format!(
                    "{pipe} is a named pipe, which no container mounts and a HostProcess container could not mount"
                ),
                "remove the volume",
            )
            .patch(Reach::Command, |_| vec![remove(&volume.own_path())]);
    }
}

/// Removes the mounts and then the volume. Only where every container expects the pipe at its own path: there the program
/// finds it without the mount.
fn without_mounts(volume: &HostVolume) -> Vec<Operation> {
    // Kubernetes refuses several volumes of one name.
    if !volume.is_first_of_its_name() {
        return Vec::new();
    }
    let mut operations = Vec::new();
    for mount in volume.mounts() {
        if !mount.container.is_host_process() || !mount.is_identity_mount() {
            return Vec::new();
        }
        operations.push(remove(&mount.own_path()));
    }
    // The last of a list first, because those after it move up.
    operations.reverse();
    operations.push(remove(&volume.own_path()));
    operations
}
