use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::finding::severity::Severity;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::windows::command_line::{Shell, is_linux_program};
use crate::windows::path::WindowsPath;
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "linux-command",
    summary: about!("a Linux path or shell as the program"),
    severity: Severity::Warn,
    reads: Fields::of(&["command"]),
    page: page!("linux_command.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    for line in &context.command_lines {
        if let Some(program) = line.program().filter(|program| is_linux_program(program)) {
            findings.container(&line.container, line.program_path(), message(program), fix(program));
        }
    }
}

fn message(program: &str) -> String {
    let found = quote(program);
    match Shell::of(program) {
        Some(_) => format!("{found} is a Linux shell, which Windows does not have"),
        None => format!("{found} is a Linux path, which does not exist on a Windows node"),
    }
}

fn fix(program: &str) -> String {
    match WindowsPath::new(program).file_name() {
        Some(name) if Shell::of(program).is_none() => format!(
            r"write the name of the Windows program, {}, or its path below %CONTAINER_SANDBOX_MOUNT_POINT%\",
            quote(name)
        ),
        _ => "use powershell.exe or cmd.exe, or call the program without a shell".to_owned(),
    }
}
