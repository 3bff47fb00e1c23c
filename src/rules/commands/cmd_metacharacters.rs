use crate::decode::Fields;
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::rule::{Rule, page};
use crate::settings::severity::Severity;
use crate::windows::command_line::{CmdReader, Operator, Shell};
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "cmd-metacharacters",
    summary: "an argument that `cmd /c` takes apart",
    severity: Severity::Warn,
    reads: Fields::of(&["command", "args"]),
    page: page!("cmd_metacharacters.md"),
    check,
    ..Rule::DEFAULT
};

fn check(context: &Context, findings: &mut Findings) {
    for line in &context.command_lines {
        let matters = |operator| match (line.shell(), operator) {
            // Who calls cmd wants what cmd does; it does not matter which of the two does it.
            (Some(Shell::Cmd), _) => false,
            // Nor does it matter who redirects the output of a script.
            (Some(Shell::PowerShell), Operator::Redirection(_)) => false,
            _ => true,
        };
        let mut cmd = CmdReader::default();
        for element in line.elements() {
            if let Some(operator) = cmd.operator_in(element.text, matters) {
                let message = message(element.text, operator);
                findings.container(&line.container, element.path(), message, fix(line.shell()));
            }
        }
    }
}

fn message(text: &str, operator: Operator) -> String {
    let found = quote(text);
    match operator {
        Operator::Command(c) => format!("cmd /c reads the '{c}' in {found} and runs the rest as a command"),
        Operator::Redirection(c) => format!("cmd /c reads the '{c}' in {found} and takes the rest for a file"),
        Operator::Escape => format!("cmd /c removes the '^' from {found}"),
    }
}

fn fix(shell: Option<Shell>) -> &'static str {
    match shell {
        Some(Shell::PowerShell) => {
            "write the script as one argument with spaces and single quotes, or put it in a file"
        }
        _ => "pass the value in a file or an environment variable that the program reads",
    }
}
