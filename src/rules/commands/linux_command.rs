use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::finding::severity::Severity;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::windows::path::WindowsPath;
use crate::windows::program::NoProgram;
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
    for line in context.command_lines.iter().filter(|line| line.no_program() == Some(NoProgram::Linux)) {
        let found = quote(line.program().unwrap_or_default());
        let name = line.path().and_then(WindowsPath::file_name).filter(|_| line.shell().is_none());
        let (message, fix) = match name {
            Some(name) => (
                format!("{found} is a Linux path, which does not exist on a Windows node"),
                format!(
                    r"write the name of the Windows program, {}, or its path below %CONTAINER_SANDBOX_MOUNT_POINT%\",
                    quote(name)
                ),
            ),
            None => (
                format!("{found} is a Linux shell, which Windows does not have"),
                "use powershell.exe or cmd.exe, or call the program without a shell".to_owned(),
            ),
        };
        findings.container(&line.container, line.program_path(), message, fix);
    }
}
