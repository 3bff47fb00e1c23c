use super::host_ports::node_port;
use crate::decode::Fields;
use crate::k8s::pod::ContainerList;
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::rule::{Rule, page};
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "surge-with-host-ports",
    summary: "a DaemonSet whose updates start the new pod first, while the old one still has its ports",
    reads: Fields::of(&["ports"]),
    page: page!("surge_with_host_ports.md"),
    check,
    ..Rule::DEFAULT
};

fn check(context: &Context, findings: &mut Findings) {
    let strategy = &context.workload.update_strategy;
    let max_surge = strategy.rolling_update.as_ref().and_then(|rolling| rolling.max_surge.as_ref());
    let Some(max_surge) = max_surge.map(|surge| &*surge.0).filter(|surge| is_positive(surge)) else { return };
    if strategy.type_ == Some("OnDelete") {
        return;
    }
    let mut containers = context.pod.host_process_containers().filter(|c| c.list == ContainerList::Regular);
    let port = containers.find_map(|container| Some((container, container.raw.ports.iter().find_map(node_port)?)));
    if let Some((container, (_, port))) = port {
        findings.pod(
            "spec.updateStrategy.rollingUpdate.maxSurge".to_owned(),
            format!(
                "is {max_surge}, so an update waits for a new pod, which waits for port {port} of the old one (container {})",
                quote(container.name())
            ),
            "set maxSurge: 0 and maxUnavailable: 1, or do not declare the ports",
        );
    }
}

/// Whether a number or a percentage is above zero. Kubernetes refuses whatever is neither.
fn is_positive(surge: &str) -> bool {
    surge.strip_suffix('%').unwrap_or(surge).parse().is_ok_and(|surge: i64| surge > 0)
}
