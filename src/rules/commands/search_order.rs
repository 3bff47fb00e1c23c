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
    summary: about!("a `workingDir` or `PATH` in which programs are looked for first and ordinary users may put some"),
    severity: Severity::Warn,
    reads: Fields::of(&["workingDir", "value"]),
    page: page!("search_order.md"),
    ..Rule::new(check)
};

/// Folders that ordinary users of the node may write to, with all that is in them.
const WRITABLE: &[WindowsPath] = &[
    WindowsPath::on_c(r"C:\Users\Public"),
    WindowsPath::on_c(r"C:\Windows\Temp"),
    WindowsPath::on_c(r"C:\Temp"),
    WindowsPath::on_c(r"C:\tmp"),
];

/// The same, but installers often protect their own folders in it.
const WRITABLE_ITSELF: WindowsPath = WindowsPath::on_c(r"C:\ProgramData");

fn check(context: &Context, findings: &mut Findings) {
    let may_bind = context.settings.may_have(Era::binds);
    let may_search_path = context.settings.may_have(|era| !era.is_1_6());
    for container in context.pod.host_process_containers() {
        let directory = container.raw.working_dir.filter(|directory| may_bind && is_writable_place(directory));
        if let Some(directory) = directory.filter(|directory| !is_in_mount(directory, &container)) {
            report(&container, container.path("workingDir"), directory, findings);
        }
        for (index, value) in path_variables(&container).filter(|_| may_search_path) {
            let before_system = value.split(';').take_while(|folder| !system_folder(folder));
            for folder in before_system.filter(|folder| is_writable_place(folder)).take(1) {
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

fn is_writable_place(folder: &str) -> bool {
    if mentions(folder).next().is_some() {
        return false;
    }
    let path = WindowsPath::new(folder);
    path.is_absolute()
        && (WRITABLE.iter().any(|writable| path.is_same_or_under(writable)) || path.is_same(&WRITABLE_ITSELF))
}

/// Whether the folder is in a mount, where the volume decides who may write.
fn is_in_mount(folder: &str, container: &ContainerView) -> bool {
    let path = WindowsPath::new(folder);
    let mut places = container.raw.volume_mounts.iter().filter_map(|mount| mount.mount_path);
    places.any(|place| path.is_same_or_under(&WindowsPath::new(place)))
}
