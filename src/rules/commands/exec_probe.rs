use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::finding::severity::Severity;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};

pub static RULE: Rule = Rule {
    id: "exec-probe",
    summary: about!(
        "a probe that runs a command, which has leaked memory in the container's shim until the node ran out of it"
    ),
    severity: Severity::Off,
    reads: Fields::of(&["command"]),
    page: page!("exec_probe.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    for line in &context.command_lines {
        let (Some(probe), Some(_)) = (line.probe(), line.program()) else { continue };
        findings.container(
            &line.container,
            line.container.path(&[probe, ".exec"].concat()),
            "starts a process on the node each time, and the container's shim may keep memory for every one",
            "probe with httpGet, tcpSocket or grpc",
        );
    }
}
