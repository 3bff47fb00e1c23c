//! `port-mismatch`: reads `ports` of regular and init containers and `hostNetwork` of the pod; an absent `hostPort` follows `containerPort`.

use crate::finding::Findings;
use crate::pod::ContainerList;
use crate::rules::{ApiServer, Context, DefaultSeverity, Group, Rule, Scope};
use crate::settings::Severity;

/// `hostPort` differs from `containerPort` on the node's network.
pub static RULE: Rule = Rule {
    id: "port-mismatch",
    group: Group::Shape,
    severity: DefaultSeverity::Varies("deny; warn in init containers, where Kubernetes does not look"),
    scope: Scope::HostProcess,
    api_server: ApiServer::Partly("not in init containers, sidecars included"),
    summary: "`hostPort` differs from `containerPort`",
    page: page!("port_mismatch.md"),
    check,
};

fn check(context: &Context, findings: &mut Findings) {
    let pod = context.pod;
    if pod.spec.host_network != Some(true) {
        return;
    }
    for container in pod.containers() {
        let severity = if container.list == ContainerList::Regular { Severity::Deny } else { Severity::Warn };
        for (index, port) in container.raw.ports.iter().enumerate() {
            // In a template 0 waits for the default that the pod will get: the container port.
            let (Some(host_port @ 1..), Some(container_port)) = (port.host_port, port.container_port) else { continue };
            if host_port != container_port {
                findings.at(severity).container(
                    &container,
                    container.path(&format!("ports[{index}].hostPort")),
                    format!("is {host_port}, but containerPort is {container_port} and the network is the node's"),
                    "remove hostPort: the container port is the node's port",
                );
            }
        }
    }
}
