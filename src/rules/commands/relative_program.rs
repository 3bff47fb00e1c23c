use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::finding::severity::Severity;
use crate::k8s::command_lines::CommandLine;
use crate::node::era::{Containerd, Era};
use crate::node::working_dir::default_working_dir;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::windows::path::WindowsPath;
use crate::windows::script::has_several_commands;
use crate::wording::quote;

use super::absolute_image_path::below_image;

pub static RULE: Rule = Rule {
    id: "relative-program",
    summary: about!("the relative path of a program or script without `workingDir`: nodes start in different folders"),
    severity: Severity::Warn,
    reads: Fields::of(&["command"]),
    page: page!("relative_program.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    for line in &context.command_lines {
        let container = &line.container;
        if container.raw.working_dir.is_some_and(|folder| !folder.is_empty()) {
            continue;
        }
        // Mounts move along with the default folder, so programs in them are found on nearly every node.
        let is_in_mount = |path: &WindowsPath| container.mounted_places().any(|at| path.is_same_or_under(at));
        let Some((field, path)) = relative_path(line).filter(|(_, path)| !is_in_mount(path)) else { continue };
        if let Some(folders) = folders(context) {
            findings.container(
                container,
                field,
                format!("{} is relative to {folders}, unless the image sets a working directory", quote(path.text())),
                format!("write {}, or set workingDir to the intended folder", quote(&below_image(&path))),
            );
        }
    }
}

/// The field and path of the program, or of the script of a shell, if it is relative.
fn relative_path<'p>(line: &CommandLine<'p, '_>) -> Option<(String, WindowsPath<'p>)> {
    // `linux-command` and `program-not-found` report other unusable programs.
    if let Some(program) = line.path().filter(|path| has_relative_folder(path) && line.no_program().is_none()) {
        return Some((line.program_path(), program.clone()));
    }
    let (element, script) = line.script()?;
    let script = WindowsPath::new(script);
    let is_file = line.element_before(&element).is_some_and(takes_file);
    let is_relative = has_relative_folder(&script) || is_file && is_name(script.text());
    let is_moved = |text: &str| has_several_commands(text) || sets_folder(text);
    (is_relative && !line.elements().any(|element| is_moved(element.text))).then(|| (element.path(), script))
}

/// Whether a path is relative to the working directory and has a folder, even `.`: bare names are also searched
/// elsewhere.
fn has_relative_folder(path: &WindowsPath) -> bool {
    path.text().contains(['/', '\\']) && is_literal(path.text()) && !path.is_absolute()
}

fn is_name(path: &str) -> bool {
    !path.contains(['/', '\\']) && is_literal(path)
}

/// Whether it is a literal path: without expanded parts, a drive or several words.
fn is_literal(path: &str) -> bool {
    !path.contains(['%', '$', '(', ':', ' ', '"', '\''])
}

/// Whether it is PowerShell's parameter for a file, which is not searched for, even if it is a bare name.
fn takes_file(argument: &str) -> bool {
    ["-File", "-f"].iter().any(|parameter| parameter.eq_ignore_ascii_case(argument))
}

/// Whether it is PowerShell 7's parameter for the working directory.
fn sets_folder(argument: &str) -> bool {
    ["-WorkingDirectory", "-wd"].iter().any(|parameter| parameter.eq_ignore_ascii_case(argument))
}

/// Describes the default working directories of the possible nodes; `None` if there is only one.
fn folders(context: &Context) -> Option<String> {
    let all: Vec<WorkingDir> = context.settings.eras().map(WorkingDir::of).collect();
    let usual = all.iter().filter(|dir| dir.era.is_1_6() || dir.era.binds()).collect();
    [usual, all.iter().collect()].into_iter().find(|dirs: &Vec<_>| differ(dirs)).map(|dirs| list(&dirs))
}

/// The default working directory of an era.
struct WorkingDir {
    era: Era,
    folder: &'static str,
}

impl WorkingDir {
    fn of(era: Era) -> WorkingDir {
        WorkingDir { era, folder: default_working_dir(era) }
    }

    fn describe(&self) -> String {
        let version = match self.era.containerd {
            Containerd::V1_6 => "with containerd 1.6",
            Containerd::V1_7 => "up to 1.7.18",
            Containerd::V1_7_19 => "since 1.7.19",
        };
        let filter = if self.era.binds() || self.era.is_1_6() { "" } else { " without the bind filter" };
        format!("{} {version}{filter}", self.folder)
    }
}

fn differ(dirs: &[&WorkingDir]) -> bool {
    dirs.windows(2).any(|pair| matches!(pair, [first, second] if first.folder != second.folder))
}

fn list(dirs: &[&WorkingDir]) -> String {
    dirs.iter().map(|dir| dir.describe()).collect::<Vec<_>>().join(", ")
}
