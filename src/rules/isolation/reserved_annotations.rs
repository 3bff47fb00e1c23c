use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::finding::severity::Severity;
use crate::node::logon::INHERIT_USER;
use crate::node::rootfs::ROOTFS_LOCATION;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, Scope, about, page};
use crate::windows::account::{Kind, Service};
use crate::windows::case::lower_case;
use crate::windows::path::WindowsPath;
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "reserved-annotations",
    summary: about!("annotations that override the account or the root filesystem, or are reserved for nodes"),
    severity_varies: about!(
        "deny; warn for a root filesystem outside system folders, for bans of the node and for unknown keys"
    ),
    scope: Scope::Annotations,
    reads: Fields::of(&["annotations"]),
    page: page!("reserved_annotations.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    let pod = context.pod;
    for (key, value) in pod.annotations.iter() {
        if (*key, *value) == (INHERIT_USER, "true") && runs_as_system(context) {
            continue;
        }
        if let Some((severity, effect)) = effect_of(key, value) {
            findings.at(severity).pod(
                pod.annotation_path(key),
                format!("{} {effect}", quote(value)),
                "remove it, because only containerd and its shim use it",
            );
        }
    }
}

/// Whether all containers are HostProcess containers that run as LocalSystem, the account of containerd.
fn runs_as_system(context: &Context) -> bool {
    !context.accounts.is_empty()
        && context
            .pod
            .containers()
            .all(|container| container.is_host_process() && container.run_as_user_name().is_some())
        && context.accounts.iter().all(|account| account.value.kind() == Kind::Service(Service::LocalSystem))
}

/// A severity, and a description of the effect.
type Effect = (Severity, &'static str);

/// Maps the value of an annotation to its effect.
type EffectOf = fn(&str) -> Effect;

/// The effects of annotations by key, if the node's containerd passes them on to hcsshim, which compares keys exactly.
const EFFECTS: &[(&str, EffectOf)] = &[
    ("microsoft.com/disable-hostprocess-container", ban_override_effect),
    ("io.microsoft.disable-unsafe-operations", ban_override_effect),
    (INHERIT_USER, |value| match value {
        "true" => (Severity::Deny, "replaces runAsUserName with the account of containerd, LocalSystem"),
        _ => (Severity::Deny, "overrides the node's setting for the account"),
    }),
    ("microsoft.com/hostprocess-container", |_| {
        (Severity::Deny, "determines on containerd 1.5 what is HostProcess, regardless of the field hostProcess")
    }),
    (ROOTFS_LOCATION, |value| {
        let severity = if is_system_folder(value) { Severity::Deny } else { Severity::Warn };
        (severity, "moves the container's files to that folder of the host")
    }),
];

const RESERVED_PREFIX: &str = "microsoft.com/hostprocess-";

fn effect_of(key: &str, value: &str) -> Option<Effect> {
    match EFFECTS.iter().find(|(known, _)| *known == key) {
        Some((_, effect)) => Some(effect(value)),
        None => key.starts_with(RESERVED_PREFIX).then_some((Severity::Warn, "is reserved for containerd and its shim")),
    }
}

fn ban_override_effect(_: &str) -> Effect {
    (
        Severity::Warn,
        "does not lift a ban: it has no effect up to containerd 2.0, and is rejected since 2.1 if the node passes it on",
    )
}

/// Whether a path is the root of `C:`, or `C:\Windows`, `C:\Program Files` (also `(x86)` and short names) or below
/// them, or may be, because it is on a device that only the node knows.
fn is_system_folder(path: &str) -> bool {
    // hcsshim receives the value unchanged by the kubelet, and Windows treats `//localhost/c$` as a share.
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
    fn system_folders_are_recognised_in_any_spelling() {
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
        for path in [
            r"C:\UnrealEngine",
            r"C:\WindowsApps2",
            r"D:\",
            r"D:\Windows",
            r"C:\hpc\Windows",
            r"\\server\windows",
            r"\\?\D:\x",
        ] {
            assert!(!is_system_folder(path), "{path}");
        }
    }
}
