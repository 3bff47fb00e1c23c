use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::finding::severity::Severity;
use crate::k8s::pod_spec::ContainerPort;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::settings::PortRange;

pub static RULE: Rule = Rule {
    id: "host-ports",
    summary: about!("ports opened on the node, or only those outside the allowed ranges"),
    severity_varies: about!("off; deny for ports outside `hostPorts` when that is set"),
    reads: Fields::of(&["ports"]),
    page: page!("host_ports.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    let allowed = context.settings.host_ports.as_deref();
    let mut findings = findings.at(if allowed.is_some() { Severity::Deny } else { Severity::Off });
    if findings.are_off() {
        return;
    }
    let is_allowed = allowed.map(allowed_ports).unwrap_or_default();
    for container in context.pod.host_process_containers() {
        for (index, port) in container.raw.ports.iter().enumerate() {
            let Some((field, number)) = node_port(port) else { continue };
            if usize::try_from(number).is_ok_and(|number| is_allowed.get(number) == Some(&true)) {
                continue;
            }
            let path = container.path(&format!("ports[{index}].{field}"));
            let found = format!("opens port {number} on the node");
            let (message, fix) = match allowed {
                Some(ranges) => (found + ", which is not allowed", fix(ranges)),
                None => (found, "make sure that no other pod on the node uses it".to_owned()),
            };
            findings.container(&container, path, message, fix);
        }
    }
}

/// The field and number of the node's port that a container opens. On the host network, `containerPort` is a port of
/// the node, too. Zero counts as unset.
pub(super) fn node_port(port: &ContainerPort) -> Option<(&'static str, i64)> {
    let host = port.host_port.filter(|port| *port != 0).map(|port| ("hostPort", port));
    host.or_else(|| port.container_port.filter(|port| *port != 0).map(|port| ("containerPort", port)))
}

/// Whether each port is in one of the ranges, indexed by port.
fn allowed_ports(ranges: &[PortRange]) -> Vec<bool> {
    let mut is_allowed = vec![false; usize::from(u16::MAX) + 1];
    for PortRange { min, max } in ranges.iter().filter(|range| range.min <= range.max) {
        is_allowed[usize::from(*min)..=usize::from(*max)].fill(true);
    }
    is_allowed
}

fn fix(ranges: &[PortRange]) -> String {
    if ranges.is_empty() {
        return "remove it, because the policy allows no ports".to_owned();
    }
    const MAX_SHOWN: usize = 10;
    let shown: Vec<String> = ranges
        .iter()
        .take(MAX_SHOWN)
        .map(|PortRange { min, max }| if min == max { min.to_string() } else { format!("{min}-{max}") })
        .collect();
    let more = if ranges.len() > MAX_SHOWN { ", ..." } else { "" };
    format!("use one of {}{more}", shown.join(", "))
}
