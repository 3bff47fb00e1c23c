use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::finding::severity::Severity;
use crate::node::era::Era;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::windows::cmd::{CmdReader, Operator};
use crate::windows::command_line::Shell;
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "cmd-metacharacters",
    summary: about!("an argument with characters that `cmd /c` interprets"),
    severity: Severity::Warn,
    reads: Fields::of(&["command", "args"]),
    page: page!("cmd_metacharacters.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    let settings = context.settings;
    if !settings.may_have(Era::binds) {
        return;
    }
    let since = if settings.may_have(Era::is_1_6) { "since containerd 1.7, " } else { "" };
    for line in &context.command_lines {
        let mut cmd = match line.shell() {
            // The command is intended for cmd, so it makes no difference which of the two cmd processes interprets it.
            Some(Shell::Cmd) => continue,
            Some(Shell::PowerShell) => CmdReader::for_powershell(),
            _ => CmdReader::default(),
        };
        for element in line.elements() {
            if let Some(operator) = cmd.operator_in(element.text) {
                let message = message(element.text, operator, since);
                findings.container(&line.container, element.path(), message, fix(line.shell()));
            }
        }
    }
}

fn message(text: &str, operator: Operator, since: &str) -> String {
    let found = quote(text);
    match operator {
        Operator::Command(c) => format!("{since}cmd /c runs what follows the '{c}' in {found} as a command"),
        Operator::Redirection(c) => format!("{since}cmd /c treats what follows the '{c}' in {found} as a file name"),
        Operator::Escape => format!("{since}cmd /c removes the '^' from {found}"),
    }
}

fn fix(shell: Option<Shell>) -> &'static str {
    match shell {
        Some(Shell::PowerShell) => {
            "write the script as one argument that has spaces and only single quotes, or put it in a file"
        }
        _ => "pass the value in a file or an environment variable that the program reads",
    }
}
