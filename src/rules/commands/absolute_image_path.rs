use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::finding::severity::Severity;
use crate::k8s::command_lines::CommandLine;
use crate::k8s::pod::Pod;
use crate::node::era::Era;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::windows::command_line::{SANDBOX_MOUNT_POINT, mentions};
use crate::windows::path::{ROOTFS, WindowsPath};
use crate::wording::quote;
use std::cell::LazyCell;

/// Program folders of the host.
const HOST_PROGRAMS: &[WindowsPath] = &[
    WindowsPath::on_c(r"C:\Windows"),
    WindowsPath::on_c(r"C:\Program Files"),
    WindowsPath::on_c(r"C:\Program Files (x86)"),
    WindowsPath::on_c(r"C:\ProgramData"),
    WindowsPath::on_c(r"C:\k"),
];

/// Windows cannot start a program with a path of more than 260 UTF-16 units (`MAX_PATH`), each of at most three bytes.
/// The limit bounds the comparison with the folders of all mounts.
const MAX_PROGRAM_BYTES: usize = 3 * 260;

pub static RULE: Rule = Rule {
    id: "absolute-image-path",
    summary: about!("the absolute path of a program or script, which is looked up on the host, not in the image"),
    severity: Severity::Warn,
    reads: Fields::of(&["command", "args"]),
    page: page!("absolute_image_path.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    let may_not_bind = context.settings.may_have(|era| !era.binds());
    let may_be_1_6 = context.settings.may_have(Era::is_1_6);
    let volumes = LazyCell::new(|| places_of_volumes(context.pod));
    for line in &context.command_lines {
        let message = |path: &WindowsPath| {
            let found = quote(path.text());
            match locate(path, line, &volumes) {
                Location::Image | Location::Mount if may_not_bind => {
                    Some(format!("{found} is found only with containerd 1.7 or later and the bind filter"))
                }
                Location::Image | Location::Mount | Location::Host => None,
                Location::Unknown => Some(format!("{found} is looked up on the host, not in the image")),
            }
        };
        // `linux-command` and `program-not-found` report other unusable programs.
        let program = line.path().filter(|path| may_be_an_image_path(path) && line.no_program().is_none());
        if let Some((program, message)) = program.and_then(|program| Some((program, message(program)?))) {
            // containerd 1.6 searches for a name in the working directory, by default the root of the image.
            let is_name_found = !may_be_1_6 || line.container.raw.working_dir.is_none_or(str::is_empty);
            findings.container(&line.container, line.program_path(), message, fix(program, is_name_found));
        }
        let Some((element, script)) = line.script() else { continue };
        let script = WindowsPath::new(script);
        if let Some(message) = Some(&script).filter(|script| may_be_an_image_path(script)).and_then(message) {
            findings.container(&line.container, element.path(), message, fix_of_script(&script));
        }
    }
}

/// Whether this is an absolute path on `C:` that hcsshim does not replace.
fn may_be_an_image_path(path: &WindowsPath) -> bool {
    path.is_absolute()
        && path.drive() == Some('C')
        && path.text().len() <= MAX_PROGRAM_BYTES
        && mentions(path.text()).next().is_none()
}

enum Location {
    /// `C:\hpc`.
    Image,
    /// Below a mount of the container.
    Mount,
    /// In one of the host's program folders, or in a host folder that the container mounts.
    Host,
    /// Anywhere else.
    Unknown,
}

/// The place of each volume's host path.
fn places_of_volumes(pod: &Pod) -> Vec<Option<String>> {
    (0..pod.spec.volumes.len()).map(|index| pod.volumes.host_path(index)?.place()).collect()
}

fn locate(path: &WindowsPath, line: &CommandLine, volumes: &[Option<String>]) -> Location {
    let place = path.place().unwrap_or_default();
    let mut host_paths = line.container.mounts().iter().filter_map(|mount| volumes.get(mount.volume?)?.as_deref());
    let is_under = |folder| place.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('\\'));
    if path.is_same_or_under(&ROOTFS) {
        Location::Image
    } else if HOST_PROGRAMS.iter().any(|folder| path.is_same_or_under(folder)) || host_paths.any(is_under) {
        Location::Host
    } else if line.container.mounted_places().any(|at| path.is_same_or_under(at)) {
        Location::Mount
    } else {
        Location::Unknown
    }
}

/// The fix for a script, which is not searched for by name.
fn fix_of_script(script: &WindowsPath) -> String {
    format!("write {}, if the script is in the image", quote(&below_image(script)))
}

/// The same path in the image, whose folder differs between nodes.
pub(super) fn below_image(path: &WindowsPath) -> String {
    let names = path.segments().skip(usize::from(path.is_same_or_under(&ROOTFS)));
    names.fold(format!("%{SANDBOX_MOUNT_POINT}%"), |folder, name| folder + r"\" + name)
}

fn fix(path: &WindowsPath, is_name_found: bool) -> String {
    let name = path.file_name().unwrap_or("app.exe");
    let below_image = format!(r"%{SANDBOX_MOUNT_POINT}%\{name}");
    if is_name_found {
        format!("write {}, which is searched for in the image too, or {}", quote(name), quote(&below_image))
    } else {
        format!("write {}", quote(&below_image))
    }
}
