use crate::outcome::ratchet::Ratchet;
use crate::rules::api_server::ApiServer;
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::rule::{Rule, Scope, page};

pub static RULE: Rule = Rule {
    id: "resize",
    summary: "in-place resize of a HostProcess pod",
    scope: Scope::Resize,
    api_server: ApiServer::Partly("only with `os.name: windows`"),
    ratchet: Ratchet::RunsTheSame,
    page: page!("resize.md"),
    check,
    ..Rule::DEFAULT
};

fn check(context: &Context, findings: &mut Findings) {
    let pod = context.pod;
    if pod.host_process_containers().next().is_some() {
        findings.pod(
            pod.path("containers"),
            "cannot be resized in place, because they are HostProcess containers",
            "change the resources in the controller's template, so that new pods replace the old ones",
        );
    }
}
