use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::finding::severity::Severity;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "entrypoint-unknown",
    summary: about!("`args` without `command`: an absolute path in the image's entrypoint is looked up on the node"),
    severity: Severity::Warn,
    severity_varies: about!("warn where the first argument begins with a dash, otherwise off"),
    reads: Fields::of(&["args"]),
    page: page!("entrypoint_unknown.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    for container in context.pod.host_process_containers() {
        let Some(first) = container.raw.args.first().filter(|_| container.raw.command.is_empty()) else { continue };
        let severity = if first.starts_with('-') { Severity::Warn } else { Severity::Off };
        findings.at(severity).container(
            &container,
            container.path("args"),
            format!(
                "are passed to the image's entrypoint, which is looked up on the node if it is an absolute path; without \
                 an entrypoint {} is the program",
                quote(first)
            ),
            "set command to the name of the program, such as agent.exe",
        );
    }
}
