//! `reserved-annotations`: reads the annotations of every pod or pod template, HostProcess or not; those of a controller do not reach the pod.

use crate::finding::{Findings, quote};
use crate::rules::{ApiServer, Context, DefaultSeverity, Group, Rule, Scope};
use crate::settings::Severity;
use crate::windows::case::lower_case;
use crate::windows::path::WindowsPath;

/// Annotations that override the account, the root filesystem or a node-wide ban.
pub static RULE: Rule = Rule {
    id: "reserved-annotations",
    group: Group::Isolation,
    severity: DefaultSeverity::Varies("deny; warn for a root filesystem outside of system folders and for unknown keys"),
    scope: Scope::AnyPod,
    api_server: ApiServer::Accepts,
    summary: "annotations that override the account, the root filesystem or a node-wide ban",
    page: page!("reserved_annotations.md"),
    check,
};

fn check(context: &Context, findings: &mut Findings) {
    let pod = context.pod;
    for (key, value) in pod.annotations.iter() {
        if let Some((severity, effect)) = effect_of(key, value) {
            let case = if is_written_as_known(key) { "" } else { " (if spelled in lower case)" };
            findings.at(severity).pod(
                pod.annotation_path(key),
                format!("{} {effect}{case}", quote(value)),
                "remove it, it is between containerd and its shim",
            );
        }
    }
}

const PREFIX: &str = "microsoft.com/hostprocess-";
const DISABLE_HOST_PROCESS: &str = "microsoft.com/disable-hostprocess-container";
const DISABLE_UNSAFE: &str = "io.microsoft.disable-unsafe-operations";

/// What hcsshim does with an annotation once the node's containerd passes it on. Keys are recognised in any case;
/// hcsshim knows them only in lower case.
fn effect_of(key: &str, value: &str) -> Option<(Severity, &'static str)> {
    if is(key, DISABLE_HOST_PROCESS) || is(key, DISABLE_UNSAFE) {
        return Some((Severity::Deny, "replaces the node's own setting, which may forbid HostProcess"));
    }
    let prefix = key.get(..PREFIX.len()).filter(|prefix| is(prefix, PREFIX))?;
    let name = &key[prefix.len()..];
    Some(if is(name, "inherit-user") {
        let effect = match value {
            "true" => "replaces runAsUserName by the account of containerd, LocalSystem",
            _ => "replaces the node's own setting of whose account is used",
        };
        (Severity::Deny, effect)
    } else if is(name, "container") {
        (Severity::Deny, "decides on containerd 1.5 what is HostProcess, past the field hostProcess")
    } else if is(name, "rootfs-location") {
        let severity = if is_system_folder(value) { Severity::Deny } else { Severity::Warn };
        (severity, "moves the container's files to that folder of the host")
    } else {
        (Severity::Warn, "is reserved for containerd and its shim")
    })
}

fn is(text: &str, name: &str) -> bool {
    text.eq_ignore_ascii_case(name)
}

fn is_written_as_known(key: &str) -> bool {
    !key.bytes().any(|byte| byte.is_ascii_uppercase())
}

/// The root of `C:`, `C:\Windows`, `C:\Program Files` (also `(x86)` and short names) and everything below; also what may be
/// one of these, on a device that only the node knows.
fn is_system_folder(path: &str) -> bool {
    // hcsshim gets the value as it is, without the kubelet: to Windows `//localhost/c$` is a share.
    let path = path.replace('/', r"\");
    let path = WindowsPath::new(&path);
    let is_system = |folder: &str| {
        let folder = lower_case(folder);
        folder == "windows" || folder.starts_with("program files") || folder.starts_with("progra~")
    };
    path.is_on_unknown_device() || path.drive() == Some('C') && path.segments().next().is_none_or(is_system)
}

#[cfg(test)]
mod tests {
    use super::is_system_folder;

    #[test]
    fn system_folders_in_any_spelling() {
        for path in [
            r"C:\",
            "c:",
            "/",
            "",
            r"C:\Windows",
            r"\windows\System32",
            "C:/Program Files/app",
            r"C:\Program Files (x86)",
            r"C:\PROGRA~1\app",
            r"C:\apps\..\Windows.",
            r"\\?\C:\Windows",
            r"\??\C:\Windows",
            r"\\.\C:",
            r"\\localhost\c$\Windows",
            "//127.0.0.1/C$",
            r"\\localhost\ADMIN$",
            r"\\?\GLOBALROOT\SystemRoot",
            r"\\?\GLOBALROOT\Device\HarddiskVolume3\Windows",
            r"\\?\Volume{00000000-0000-0000-0000-000000000000}\x",
            r"C:\Windows::$INDEX_ALLOCATION",
        ] {
            assert!(is_system_folder(path), "{path}");
        }
        for path in [r"C:\UnrealEngine", r"C:\WindowsApps2", r"D:\", r"D:\Windows", r"C:\hpc\Windows", r"\\server\windows", r"\\?\D:\x"] {
            assert!(!is_system_folder(path), "{path}");
        }
    }
}
