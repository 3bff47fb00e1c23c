use super::mounts::{HostVolume, Mount, host_volumes, mounts};
use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::finding::patch::{Operation, Reach, remove};
use crate::finding::severity::Severity;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::windows::path::WindowsPath;
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "named-pipe-mount",
    summary: about!("a named pipe mounted as a volume, in any spelling, lost backslashes included"),
    severity_varies: about!("deny where a HostProcess container mounts it, warn where no container does"),
    reads: Fields::of(&["hostPath", "mountPath"]),
    patches: Some(Reach::Command),
    page: page!("named_pipe_mount.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    for volume in host_volumes(context.pod).filter(|volume| is_intended_as_pipe(volume.source())) {
        report_source(&volume, findings);
    }
    let shows_pipe = |mount: &Mount| mount.host_path().is_some_and(is_intended_as_pipe);
    for mount in mounts(context.pod).filter(|mount| is_intended_as_pipe(mount.path()) && !shows_pipe(mount)) {
        let (path, pipe) = (mount.path(), quote(mount.text()));
        let message = match path.is_named_pipe() {
            true => format!("{pipe} is a named pipe, where nothing can be mounted"),
            false => format!("{pipe} {}", misspelling(path)),
        };
        let fix = format!("remove the mount and {}", open(path));
        findings.at(Severity::Deny).container(&mount.container, mount.field("mountPath"), message, fix);
    }
}

/// The reason why a misspelt pipe does not work.
fn misspelling(path: &WindowsPath) -> &'static str {
    match path.text().contains(':') {
        true => "is the URL of a named pipe, not a path",
        false => "is a folder, not a named pipe: backslashes are missing, which YAML halves in double quotes",
    }
}

fn is_intended_as_pipe(path: &WindowsPath) -> bool {
    path.is_named_pipe() || path.is_misspelt_pipe()
}

fn report_source(volume: &HostVolume, findings: &mut Findings) {
    let (path, pipe, source) = (volume.field("path"), quote(volume.text()), volume.source());
    if let Some(container) = volume.first_mounting_container() {
        let message = match source.is_named_pipe() {
            true if is_folder(volume.text()) => {
                format!("{pipe} looks like a named pipe, but the node treats it as a folder of drive C:")
            }
            true => format!("{pipe} is a named pipe, which HostProcess containers cannot mount"),
            false => format!("{pipe} {}", misspelling(source)),
        };
        findings
            .at(Severity::Deny)
            .container(&container, path, message, format!("remove the volume and {}", open(source)))
            .patch(Reach::Command, |_| removal_of_mounts_and_volume(volume));
    } else if volume.is_unused() {
        let message =
            format!("{pipe} is a named pipe, which no container mounts and a HostProcess container could not mount");
        findings
            .at(Severity::Warn)
            .pod(path, message, "remove the volume")
            .patch(Reach::Command, |_| vec![remove(&volume.own_path())]);
    }
}

/// The end of a fix: how the program can access the pipe.
fn open(path: &WindowsPath) -> String {
    match path.pipe() {
        Some(pipe) => format!("let the program open the pipe itself, as {}", quote(&pipe)),
        None => "let the program open the pipe itself".to_owned(),
    }
}

/// Whether the node treats the path of a pipe as a folder: `C:\pipe\x` for `//./pipe/x`, which the kubelet turns into
/// `c://./pipe/x`, and `C:\Device\NamedPipe\x` for the kernel's name.
fn is_folder(path: &str) -> bool {
    !path.starts_with(r"\\") && !path.contains('?')
}

/// Removes the mounts and then the volume, but only if every container expects the pipe at its own path, where the
/// program finds it without the mount.
fn removal_of_mounts_and_volume(volume: &HostVolume) -> Vec<Operation> {
    // Kubernetes rejects several volumes of the same name.
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
    // Remove the last item of a list first, because the indices of later items change.
    operations.reverse();
    operations.push(remove(&volume.own_path()));
    operations
}

#[cfg(test)]
mod tests {
    use super::is_folder;
    use crate::node::host::Destination;
    use crate::node::kubelet::host_path;

    #[test]
    fn pipes_are_folders_exactly_if_the_node_model_agrees() {
        for path in [
            "//./pipe/x",
            "c://./pipe/x",
            r"C:\.\pipe\x",
            r"\Device\NamedPipe\x",
            r"\\.\pipe\x",
            r"\\.\PIPE\x",
            r"\\?\pipe\x",
            r"\??\pipe\x",
            r"\\server\pipe\x",
        ] {
            let is_models = matches!(Destination::of(&host_path(path)), Destination::Folder(_, None));
            assert_eq!(is_folder(path), is_models, "{path}");
        }
    }
}
