use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::finding::severity::Severity;
use crate::k8s::pod::ContainerView;
use crate::node::era::Era;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::windows::command_line::mentions;
use crate::windows::path::WindowsPath;
use crate::wording::quote;

use super::path_variable::{path_variables, system_folder};

pub static RULE: Rule = Rule {
    id: "search-order",
    summary: about!(
        "a `workingDir` or `PATH` that is searched first for programs and that ordinary users may write to"
    ),
    severity: Severity::Warn,
    reads: Fields::of(&["workingDir", "value"]),
    page: page!("search_order.md"),
    ..Rule::new(check)
};

/// Folders that ordinary users of the node may write to, including subfolders.
const WRITABLE: &[WindowsPath] = &[
    WindowsPath::on_c(r"C:\Users\Public"),
    WindowsPath::on_c(r"C:\Windows\Temp"),
    WindowsPath::on_c(r"C:\Temp"),
    WindowsPath::on_c(r"C:\tmp"),
];

/// A folder that ordinary users may write to, excluding subfolders, which installers often protect.
const WRITABLE_ITSELF: WindowsPath = WindowsPath::on_c(r"C:\ProgramData");

fn check(context: &Context, findings: &mut Findings) {
    let settings = context.settings;
    let directories = if settings.may_have(Era::binds) { context.working_dirs() } else { &[] };
    for directory in directories.iter().filter(|directory| is_writable(&directory.path) && !directory.is_in_mount()) {
        report(&directory.container, directory.container.path("workingDir"), directory.path.text(), findings);
    }
    if !settings.may_have(|era| !era.is_1_6()) {
        return;
    }
    for container in context.pod.host_process_containers() {
        for (index, value) in path_variables(&container) {
            let before_system = value.split(';').take_while(|folder| !system_folder(folder));
            let is_writable =
                |folder: &&str| mentions(folder).next().is_none() && is_writable(&WindowsPath::new(folder));
            for folder in before_system.filter(is_writable).take(1) {
                report(&container, container.path(&format!("env[{index}].value")), folder, findings);
            }
        }
    }
}

fn report(container: &ContainerView, path: String, folder: &str, findings: &mut Findings) {
    findings.container(
        container,
        path,
        format!("programs such as cmd are looked for in {} first, where ordinary users may put one", quote(folder)),
        "use a folder that only administrators may write to",
    );
}

fn is_writable(folder: &WindowsPath) -> bool {
    folder.is_absolute()
        && (WRITABLE.iter().any(|writable| folder.is_same_or_under(writable)) || folder.is_same(&WRITABLE_ITSELF))
}
