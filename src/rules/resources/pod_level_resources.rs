use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::node::admission::has_pod_level_resources;
use crate::rules::api_server::ApiServer;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};

pub static RULE: Rule = Rule {
    id: "pod-level-resources",
    summary: about!("pod-level resources, with which Windows nodes reject a pod"),
    api_server: ApiServer::Partly("with `os.name: windows`"),
    reads: Fields::of(&["resources"]),
    page: page!("pod_level_resources.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    let pod = context.pod;
    // kube-apiserver rejects even an empty object, which kubelets ignore.
    if pod.spec.resources.is_some() && (pod.os_is("windows") || has_pod_level_resources(pod)) {
        findings.pod(
            pod.path("resources"),
            "is set, but Windows nodes reject pods with pod-level resources",
            "set the resources of each container instead",
        );
    }
}
