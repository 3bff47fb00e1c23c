use crate::decode::Fields;
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::rule::{Rule, page};
use crate::settings::severity::Severity;

pub static RULE: Rule = Rule {
    id: "entrypoint-unknown",
    summary: "`args` without `command`: an absolute path in the image's entrypoint is looked up on the node",
    severity: Severity::Off,
    reads: Fields::of(&["args"]),
    page: page!("entrypoint_unknown.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    for container in context.pod.host_process_containers() {
        if container.raw.command.is_empty() && !container.raw.args.is_empty() {
            findings.container(
                &container,
                container.path("args"),
                "are passed to the image's entrypoint, which is looked up on the node if it is an absolute path",
                "set command to the name of the program, such as agent.exe",
            );
        }
    }
}
