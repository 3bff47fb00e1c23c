use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::rules::api_server::ApiServer;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};

pub static RULE: Rule = Rule {
    id: "os-linux",
    summary: about!("`os.name: linux` with Windows options"),
    api_server: ApiServer::Refuses,
    reads: Fields::of(&["os"]),
    page: page!("os_linux.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    const FIELD: &str = "securityContext.windowsOptions";
    const MESSAGE: &str = "is set, but os.name is 'linux'";
    const FIX: &str = "set os.name: windows, or remove os";
    let pod = context.pod;
    if !pod.os_is("linux") {
        return;
    }
    if pod.windows_options().is_some() {
        findings.pod(pod.path(FIELD), MESSAGE, FIX);
    }
    for container in pod.containers().filter(|container| container.own_windows_options().is_some()) {
        findings.container(&container, container.path(FIELD), MESSAGE, FIX);
    }
}
