use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::finding::severity::Severity;
use crate::node::era::Era;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::windows::cmd::cmd_removes_quotes;
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "cmd-quotes",
    summary: about!("a program with a space in its path, whose quotes `cmd /c` removes"),
    severity: Severity::Warn,
    reads: Fields::of(&["command"]),
    page: page!("cmd_quotes.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    if !context.settings.may_have(Era::binds) {
        return;
    }
    for line in &context.command_lines {
        let Some(program) = line.program().filter(|program| program.contains([' ', '\t'])) else { continue };
        if cmd_removes_quotes(program, line.elements().skip(1).map(|element| element.text)) {
            findings.container(
                &line.container,
                line.program_path(),
                format!(
                    "{} loses its quotes, because cmd /c removes the first and the last of the command line",
                    quote(program)
                ),
                r"write a path without spaces, such as a short name (C:\PROGRA~1), or let powershell.exe -Command start it",
            );
        }
    }
}
