use crate::finding::collector::Findings;
use crate::finding::ratchet::Ratchet;
use crate::finding::severity::Severity;
use crate::k8s::version::Version;
use crate::rules::api_server::ApiServer;
use crate::rules::cluster::affected_nodes::candidates;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, Scope, about, page};

pub static RULE: Rule = Rule {
    id: "resize",
    summary: about!("in-place resize of a HostProcess pod"),
    severity_varies: about!(
        "deny; warn where the pod's node is known to have kubelet 1.38 or later (queries the cluster)"
    ),
    scope: Scope::Resize,
    api_server: ApiServer::Partly("with `os.name: windows`; since Kubernetes 1.36 on every Windows node"),
    ratchet: Ratchet::SameWorkload,
    page: page!("resize.md"),
    ..Rule::new(check)
};

/// The first kubelet that may resize Windows containers, as planned in KEP-6303.
const PLANNED_IN: Version = Version::new(1, 38);

fn check(context: &Context, findings: &mut Findings) {
    let pod = context.pod;
    if pod.host_process_containers().next().is_none() {
        return;
    }
    let nodes = candidates(context);
    let may_resize = |version: &str| Version::parse(version).is_some_and(|version| version >= PLANNED_IN);
    let (severity, message) = if !nodes.is_empty() && nodes.iter().all(|node| may_resize(&node.kubelet_version)) {
        (Severity::Warn, "are resized in place only if Kubernetes supports it on Windows, as planned for 1.38")
    } else {
        (Severity::Deny, "cannot be resized in place, because kubelets on Windows do not support it")
    };
    findings.at(severity).pod(
        pod.path("containers"),
        message,
        "change the resources in the controller's template, so that new pods replace the old ones",
    );
}
