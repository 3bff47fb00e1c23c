use crate::finding::collector::Findings;
use crate::finding::patch::{Reach, add};
use crate::k8s::misplaced;
use crate::rules::api_server::ApiServer;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};

pub static RULE: Rule = Rule {
    id: "host-network",
    summary: about!("`hostNetwork` is not true"),
    api_server: ApiServer::Refuses,
    patches: Some(Reach::Admission),
    page: page!("host_network.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    let pod = context.pod;
    if pod.spec.host_network != Some(true) && pod.host_process_containers().next().is_some() {
        let (found, fix) = match pod.spec.host_network {
            Some(_) => (
                "is false".to_owned(),
                "set hostNetwork: true, because HostProcess containers cannot have a separate network",
            ),
            None => ("is not set".to_owned() + &misplaced::note(pod, "hostNetwork", "spec"), "set hostNetwork: true"),
        };
        findings
            .pod(pod.path("hostNetwork"), format!("{found}, but HostProcess containers share the node's network"), fix)
            .patch(Reach::Admission, |path| {
                // No patch if ordinary containers would get the node's network, too.
                let all = pod.containers().all(|container| container.is_host_process());
                if all { vec![add(path, true)] } else { Vec::new() }
            });
    }
}
