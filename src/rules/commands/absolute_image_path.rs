use crate::decode::Fields;
use crate::k8s::command_lines::CommandLine;
use crate::k8s::pod::{ContainerView, Pod};
use crate::k8s::version::Version;
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::rule::{Rule, page};
use crate::settings::severity::Severity;
use crate::windows::command_line::{SANDBOX_MOUNT_POINT, is_linux_program, mentions};
use crate::windows::path::{ROOTFS, WindowsPath};
use crate::wording::quote;
use std::cell::LazyCell;

/// The first containerd that puts images and mounts at paths known in advance.
const FIRST_WITH_FIXED_PATHS: Version = Version::new(1, 7);

/// Folders in which the host keeps programs.
const HOST_PROGRAMS: &[WindowsPath] = &[
    WindowsPath::on_c(r"C:\Windows"),
    WindowsPath::on_c(r"C:\Program Files"),
    WindowsPath::on_c(r"C:\Program Files (x86)"),
    WindowsPath::on_c(r"C:\ProgramData"),
    WindowsPath::on_c(r"C:\k"),
];

/// Windows starts no program with a path of more than 260 UTF-16 units (`MAX_PATH`), each of at most three bytes. A longer one
/// would be compared with the folders of every mount.
const MAX_PROGRAM_BYTES: usize = 3 * 260;

pub static RULE: Rule = Rule {
    id: "absolute-image-path",
    summary: "the absolute path of a program, which is looked up on the host, not in the image",
    severity: Severity::Warn,
    reads: Fields::of(&["command"]),
    page: page!("absolute_image_path.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    let before_fixed_paths = *context.settings.containerd < FIRST_WITH_FIXED_PATHS;
    let volumes = LazyCell::new(|| places_of_volumes(context.pod));
    for line in &context.command_lines {
        let Some(program) = line.program().filter(|program| may_be_an_image_path(program)) else { continue };
        let message = match locate(program, line, &volumes) {
            Location::Image | Location::Mount if before_fixed_paths => {
                format!("{} is found only with containerd {FIRST_WITH_FIXED_PATHS} or later", quote(program))
            }
            Location::Image | Location::Mount | Location::Host => continue,
            Location::Unknown => format!("{} is looked up on the host, not in the image", quote(program)),
        };
        findings.container(&line.container, line.program_path(), message, fix(program));
    }
}

/// Whether this is an absolute path on `C:` that hcsshim does not replace and no other rule reports.
fn may_be_an_image_path(program: &str) -> bool {
    if program.len() > MAX_PROGRAM_BYTES || !program.bytes().any(|byte| matches!(byte, b'/' | b'\\')) {
        return false;
    }
    let path = WindowsPath::new(program);
    path.is_absolute() && path.drive() == Some('C') && mentions(program).next().is_none() && !is_linux_program(program)
}

enum Location {
    /// `C:\hpc`.
    Image,
    /// Below a mount of the container.
    Mount,
    /// In one of the host's program folders, or in a host folder that the container mounts somewhere.
    Host,
    /// Anywhere else.
    Unknown,
}

/// For each volume the place of its host path.
fn places_of_volumes(pod: &Pod) -> Vec<Option<String>> {
    (0..pod.spec.volumes.len()).map(|index| pod.volumes.host_path(index)?.place()).collect()
}

fn locate(program: &str, line: &CommandLine, volumes: &[Option<String>]) -> Location {
    let path = WindowsPath::new(program);
    let place = path.place().unwrap_or_default();
    let ContainerView { pod, raw, .. } = line.container;
    let mounts = || raw.volume_mounts.iter();
    let mut host_paths = mounts().filter_map(|mount| volumes[pod.volumes.index(mount.name?)?].as_deref());
    let is_under = |folder| place.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('\\'));
    if path.is_same_or_under(&ROOTFS) {
        Location::Image
    } else if HOST_PROGRAMS.iter().any(|folder| path.is_same_or_under(folder)) || host_paths.any(is_under) {
        Location::Host
    } else if mounts().filter_map(|mount| mount.mount_path).any(|at| path.is_same_or_under(&WindowsPath::new(at))) {
        Location::Mount
    } else {
        Location::Unknown
    }
}

fn fix(program: &str) -> String {
    let path = WindowsPath::new(program);
    let name = path.file_name().unwrap_or("app.exe");
    let below_image = format!(r"%{SANDBOX_MOUNT_POINT}%\{name}");
    format!("write {}, which is searched for in the image too, or {}", quote(name), quote(&below_image))
}
