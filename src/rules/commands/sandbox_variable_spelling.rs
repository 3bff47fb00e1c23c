use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::finding::patch::{Reach, replace};
use crate::finding::severity::Severity;
use crate::k8s::command_lines::CommandLine;
use crate::k8s::pod::ContainerView;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::windows::command_line::{Form, Mention, SANDBOX_MOUNT_POINT, Shell, mentions};
use crate::wording::quote;
use std::cell::LazyCell;

const REPLACED: &str = "%CONTAINER_SANDBOX_MOUNT_POINT%";
const FIX_OF_PATH: &str = "write the path without the variable";
const FIX: &str = "write %CONTAINER_SANDBOX_MOUNT_POINT% or $env:CONTAINER_SANDBOX_MOUNT_POINT";

pub static RULE: Rule = Rule {
    id: "sandbox-variable-spelling",
    summary: about!("`CONTAINER_SANDBOX_MOUNT_POINT` in a form that is not expanded"),
    severity: Severity::Warn,
    reads: Fields::of(&["command", "args", "workingDir", "value", "mountPath", "hostPath"]),
    patches: Some(Reach::Command),
    page: page!("sandbox_variable_spelling.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    for line in &context.command_lines {
        let is_declared = LazyCell::new(|| declares_variable(&line.container));
        for element in line.elements() {
            let is_expanded = |form| is_expanded_in(line, form) || form == Form::Kubelet && *is_declared;
            if let Some(mention) = unexpanded(element.text, is_expanded) {
                report(&line.container, element.path(), element.text, mention, findings);
            }
        }
    }
    for container in context.pod.host_process_containers() {
        let raw = container.raw;
        let directory = raw.working_dir.unwrap_or_default();
        if let Some(mention) = unexpanded(directory, |form| form == Form::Replaced) {
            report(&container, container.path("workingDir"), directory, mention, findings);
        }
        let is_declared = LazyCell::new(|| declares_variable(&container));
        for (index, variable) in raw.env.iter().enumerate() {
            let value = variable.value.unwrap_or_default();
            let is_expanded = |form| match form {
                Form::Replaced | Form::BareName => true,
                _ => form == Form::Kubelet && *is_declared,
            };
            if let Some(mention) = unexpanded(value, is_expanded) {
                report(&container, container.path(&format!("env[{index}].value")), value, mention, findings);
            }
        }
        for (index, mount) in raw.volume_mounts.iter().enumerate() {
            if let Some(message) = in_path(mount.mount_path) {
                let place = container.path(&format!("volumeMounts[{index}].mountPath"));
                findings.container(&container, place, message, FIX_OF_PATH);
            }
        }
    }
    for (index, volume) in context.pod.spec.volumes.iter().enumerate() {
        if let Some(message) = in_path(volume.host_path.as_ref().and_then(|host| host.path)) {
            findings.pod(context.pod.path(&format!("volumes[{index}].hostPath.path")), message, FIX_OF_PATH);
        }
    }
}

/// The first mention in an unexpanded form.
fn unexpanded(text: &str, is_expanded: impl Fn(Form) -> bool) -> Option<Mention<'_>> {
    mentions(text).find(|mention| !is_expanded(mention.form))
}

fn report(
    container: &ContainerView,
    path: String,
    whole: &str,
    Mention { text, form }: Mention,
    findings: &mut Findings,
) {
    let message = match form {
        Form::Misspelt => format!("{} is misspelt, so it is neither set nor replaced", quote(text)),
        _ => format!("{} is not one of the two forms that the runtime replaces", quote(text)),
    };
    let reported = findings.container(container, path, message, FIX);
    if form == Form::Kubelet {
        reported.patch(Reach::Command, |path| vec![replace(path, whole.replace(text, REPLACED))]);
    }
}

/// No form of the variable is replaced in volume and mount paths.
fn in_path(path: Option<&str>) -> Option<String> {
    let mention = mentions(path?).next()?;
    Some(format!("{} is not replaced in volume and mount paths", quote(mention.text)))
}

/// hcsshim replaces two forms. A shell also expands its own forms, because hcsshim sets the variable.
fn is_expanded_in(line: &CommandLine, form: Form) -> bool {
    match form {
        Form::Replaced | Form::BareName => true,
        Form::Cmd => line.may_be(Shell::Cmd),
        Form::PowerShell => line.may_be(Shell::PowerShell),
        Form::Posix => line.shell() == Some(Shell::Posix),
        Form::Kubelet | Form::Misspelt => false,
    }
}

/// Whether the kubelet expands the variable, which it does only if the container's `env` declares it.
fn declares_variable(container: &ContainerView) -> bool {
    container.raw.env.iter().any(|v| v.name == Some(SANDBOX_MOUNT_POINT))
}
