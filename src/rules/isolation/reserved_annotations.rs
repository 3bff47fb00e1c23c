use crate::decode::Fields;
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::rule::{Rule, Scope, page};
use crate::settings::pattern::lower_case;
use crate::settings::severity::Severity;
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "reserved-annotations",
    summary: "annotations that override the account, the root filesystem or a node-wide ban",
    severity_varies: "deny; warn for a root filesystem outside of system folders and for unknown keys",
    scope: Scope::AnyPod,
    reads: Fields::of(&["annotations"]),
    page: page!("reserved_annotations.md"),
    check,
    ..Rule::DEFAULT
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

/// The root of `C:`, `C:\Windows`, `C:\Program Files` (also `(x86)` and short names) and everything below.
fn is_system_folder(path: &str) -> bool {
    let path = lower_case(path).replace('/', r"\");
    let without_prefix = path.strip_prefix(r"\\?\").or_else(|| path.strip_prefix(r"\\.\")).unwrap_or(&path);
    let on_c = without_prefix.strip_prefix("c:").unwrap_or(without_prefix);
    let mut folders: Vec<&str> = Vec::new();
    for folder in on_c.split('\\') {
        match folder {
            "" | "." => {}
            ".." => drop(folders.pop()),
            // Windows drops dots and spaces at the end of a name.
            name => folders.push(name.trim_end_matches(['.', ' '])),
        }
    }
    folders
        .first()
        .is_none_or(|top| *top == "windows" || top.starts_with("program files") || top.starts_with("progra~"))
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
        ] {
            assert!(is_system_folder(path), "{path}");
        }
        for path in
            [r"C:\UnrealEngine", r"C:\WindowsApps2", r"D:\", r"D:\Windows", r"C:\hpc\Windows", r"\\server\windows"]
        {
            assert!(!is_system_folder(path), "{path}");
        }
    }
}
