use crate::decode::{Fields, Pairs, Quantity};
use crate::rules::api_server::ApiServer;
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::rule::{Rule, page};

pub static RULE: Rule = Rule {
    id: "pod-level-resources",
    summary: "resources of the pod as a whole, with which Windows nodes reject it",
    api_server: ApiServer::Partly("with `os.name: windows`"),
    reads: Fields::of(&["resources"]),
    page: page!("pod_level_resources.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    let pod = context.pod;
    let Some(resources) = &pod.spec.resources else { return };
    // kube-apiserver refuses even an empty object, which kubelets ignore.
    if pod.os_is("windows") || has_any(&resources.limits) || has_any(&resources.requests) {
        findings.pod(
            pod.path("resources"),
            "is set, but Windows nodes reject a pod with resources of its own",
            "set the resources of each container instead",
        );
    }
}

/// Whether there is a quantity of a resource that a pod as a whole can have.
fn has_any(quantities: &Pairs<Quantity>) -> bool {
    quantities.iter().any(|(name, _)| matches!(*name, "cpu" | "memory") || name.starts_with("hugepages-"))
}
