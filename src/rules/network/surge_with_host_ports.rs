use super::host_ports::node_port;
use crate::decode::{Fields, Value, at};
use crate::finding::collector::Findings;
use crate::k8s::pod_spec::ContainerList;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "surge-with-host-ports",
    summary: about!("a DaemonSet whose updates start the new pod first, while the old one still has its ports"),
    reads: Fields::of(&["ports"]),
    page: page!("surge_with_host_ports.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    if !context.workload.update_strategy.is_some_and(surges) {
        return;
    }
    let mut containers = context.pod.host_process_containers().filter(|c| c.list == ContainerList::Regular);
    let port = containers.find_map(|container| Some((container, container.raw.ports.iter().find_map(node_port)?)));
    if let Some((container, (_, port))) = port {
        findings.pod(
            "spec.updateStrategy.rollingUpdate.maxSurge".to_owned(),
            format!(
                "is not 0, so an update waits for a new pod, which waits for port {port} of the old one (container {})",
                quote(container.name())
            ),
            "set maxSurge: 0 and maxUnavailable: 1, or do not declare the ports",
        );
    }
}

/// Whether `maxSurge`, a number or a percentage, is above zero. Kubernetes rejects anything else.
fn surges<'t>(strategy: &'t Value<'t>) -> bool {
    let of = |keys: &[&'static str]| at(strategy, keys.iter().copied());
    let amount = of(&["rollingUpdate", "maxSurge"]).and_then(|surge| match surge {
        Value::Str(percentage) => percentage.strip_suffix('%')?.parse().ok(),
        number => number.as_i64(),
    });
    amount > Some(0_i64) && of(&["type"]).and_then(|kind| kind.as_str()) != Some("OnDelete")
}
