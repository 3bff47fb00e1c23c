use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::finding::severity::Severity;
use crate::node::era::Era;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::windows::cmd::truncates_command_line;
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "line-break",
    summary: about!("a command of several lines, of which `cmd /c` reads only the first"),
    severity_varies: about!("warn; deny where every node has containerd 1.7 or later and the bind filter"),
    reads: Fields::of(&["command", "args"]),
    page: page!("line_break.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    let settings = context.settings;
    if !settings.may_have(Era::binds) {
        return;
    }
    let severity = if settings.may_have(|era| !era.binds()) { Severity::Warn } else { Severity::Deny };
    let since = if settings.may_have(Era::is_1_6) { "since containerd 1.7, " } else { "" };
    for line in &context.command_lines {
        let mut elements = line.elements().peekable();
        while let Some(element) = elements.next() {
            if truncates_command_line(element.text, elements.peek().is_none()) {
                findings.at(severity).container(
                    &line.container,
                    element.path(),
                    format!("{since}cmd /c reads only up to the first line break in {}", quote(element.text)),
                    "write the script in one line, with a semicolon between PowerShell's commands, or put it in a file",
                );
            }
        }
    }
}
