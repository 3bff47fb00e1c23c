use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::finding::severity::Severity;
use crate::k8s::command_lines::CommandLine;
use crate::node::environment::is_path;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::windows::command_line::SANDBOX_MOUNT_POINT;
use crate::windows::program::NoProgram;
use crate::windows::script::is_powershell_7;
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "program-not-found",
    summary: about!("a program that nodes do not find or start: a `.ps1` file, a whole command line, `pwsh`"),
    severity: Severity::Warn,
    reads: Fields::of(&["command"]),
    page: page!("program_not_found.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    for line in &context.command_lines {
        let program = line.program().unwrap_or_default();
        let found = quote(program);
        let (message, fix) = match line.no_program() {
            Some(NoProgram::Script) => (
                format!("{found} is a script, which Windows cannot start directly"),
                format!("write powershell.exe, -File and {found} as the first three elements"),
            ),
            Some(NoProgram::CommandLine) => (
                format!("{found} is a whole command line, which many nodes treat as the name of the program"),
                "write each argument as a separate element".to_owned(),
            ),
            Some(NoProgram::PowerShell7) => {
                report_powershell_7(line, line.program_path(), program, findings);
                continue;
            }
            None => {
                if let Some((element, program)) = line.run_by_cmd().filter(|(_, program)| is_powershell_7(program)) {
                    report_powershell_7(line, element.path(), program, findings);
                }
                continue;
            }
            Some(NoProgram::Linux) => continue,
        };
        findings.container(&line.container, line.program_path(), message, fix);
    }
}

fn report_powershell_7(line: &CommandLine, path: String, program: &str, findings: &mut Findings) {
    if is_searched_elsewhere(line) {
        return;
    }
    findings.container(
        &line.container,
        path,
        format!("{} is not part of Windows, and images have it in a folder that is not searched", quote(program)),
        format!(
            r"write powershell.exe, or '%{SANDBOX_MOUNT_POINT}%\Program Files\PowerShell\latest\pwsh.exe' if the image has it there"
        ),
    );
}

/// Whether the container sets a `PATH` or a working directory, in which programs are searched.
fn is_searched_elsewhere(line: &CommandLine) -> bool {
    let raw = line.container.raw;
    raw.env.iter().any(|variable| variable.name.is_some_and(is_path))
        || raw.working_dir.is_some_and(|folder| folder.to_ascii_lowercase().contains("powershell"))
}
