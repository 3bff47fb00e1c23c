use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::finding::patch::Reach;
use crate::finding::severity::Severity;
use crate::k8s::pod_spec::ContainerList;
use crate::rules::api_server::ApiServer;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};

pub static RULE: Rule = Rule {
    id: "port-mismatch",
    summary: about!("`hostPort` differs from `containerPort`"),
    severity_varies: about!("deny; warn in init containers, which Kubernetes does not check"),
    api_server: ApiServer::Partly("not in init containers, sidecars included"),
    reads: Fields::of(&["hostPort"]),
    patches: Some(Reach::Admission),
    page: page!("port_mismatch.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    let pod = context.pod;
    if pod.spec.host_network != Some(true) {
        return;
    }
    for container in pod.containers() {
        let severity = if container.list == ContainerList::Regular { Severity::Deny } else { Severity::Warn };
        for (index, port) in container.raw.ports.iter().enumerate() {
            // In a template, 0 stands for the default: the container port.
            let (Some(host_port @ 1..), Some(container_port)) = (port.host_port, port.container_port) else { continue };
            if host_port != container_port {
                findings.at(severity).container(
                    &container,
                    container.path(&format!("ports[{index}].hostPort")),
                    format!(
                        "is {host_port}, but containerPort is {container_port}, and with hostNetwork they must be equal"
                    ),
                    "remove hostPort, because containerPort is already the port on the node",
                )
                .removable(Reach::Admission);
            }
        }
    }
}
