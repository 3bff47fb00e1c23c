use crate::cluster::facts::Node;
use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::finding::patch::{Operation, Reach, remove};
use crate::finding::severity::Severity;
use crate::k8s::pod::Pod;
use crate::k8s::pod_spec::{Container, ContainerList, Volume};
use crate::k8s::version::Version;
use crate::rules::cluster::affected_nodes::{AffectedNodes, candidates};
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "run-as-uid",
    summary: about!("`runAsUser`, which has no effect and keeps the pod from starting on older kubelets"),
    severity_varies: about!(
        "warn; deny where a node that could run the pod is known to have such a kubelet (queries the cluster)"
    ),
    reads: Fields::of(&["runAsUser"]),
    patches: Some(Reach::Admission),
    page: page!("run_as_uid.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    let pod = context.pod;
    // kube-apiserver rejects the field in such pods: see `linux-only-fields`.
    if pod.os_is("windows") {
        return;
    }
    let (severity, message) = consequence(context);
    let mut findings = findings.at(severity);
    let message = |uid: i64| format!("user ID {uid} {message}");
    let removal = removal(pod);
    if let Some(uid) = pod.spec.security_context.as_ref().and_then(|context| context.run_as_user) {
        findings.pod(pod.path("securityContext.runAsUser"), message(uid), FIX).patch(Reach::Admission, &removal);
    }
    for container in pod.containers() {
        if let Some(uid) = own_uid(container.raw) {
            findings
                .container(&container, container.path("securityContext.runAsUser"), message(uid), FIX)
                .patch(Reach::Admission, &removal);
        }
    }
}

/// Removes the field only if the pod cannot run on Linux, where the image's user, which may be root, would replace this
/// one.
fn removal(pod: &Pod) -> impl Fn(&str) -> Vec<Operation> {
    let is_safe = pod.node_selection().requires_windows();
    move |path| if is_safe { vec![remove(path)] } else { Vec::new() }
}

const FIX: &str = "remove it, and name the account in windowsOptions.runAsUserName";

/// The consequence for the pod, as far as it is known.
fn consequence(context: &Context) -> (Severity, String) {
    const NO_EFFECT: &str = "has no effect on Windows";
    let nodes = candidates(context);
    if !has_token_volume(context.pod) || owner_of_volumes(context.pod).is_none() {
        return (Severity::Warn, NO_EFFECT.to_owned());
    }
    let mut failing = AffectedNodes::default();
    for node in nodes {
        if let Some(version) = Version::parse(&node.kubelet_version).filter(|version| fails(*version, node)) {
            failing.add(version, node);
        }
    }
    if let Some((worst, named)) = failing.worst() {
        let version = quote(&worst.kubelet_version);
        (
            Severity::Deny,
            format!(
                "cannot own the service account token: {named} runs kubelet {version}, which will fail to start the pod"
            ),
        )
    } else if !nodes.is_empty() && nodes.iter().all(|node| Version::parse(&node.kubelet_version).is_some_and(is_fixed))
    {
        (Severity::Warn, NO_EFFECT.to_owned())
    } else {
        (Severity::Warn, format!("{NO_EFFECT}, and kubelets before 1.31 (1.30.9, 1.29.13) do not start the pod"))
    }
}

/// Whether a kubelet has the fix of changing the owner of files on Windows (kubernetes#125040, in 1.31.0, and its
/// backports #129507 and #129508).
fn is_fixed(Version { major, minor, patch }: Version) -> bool {
    (major, minor) > (1, 30) || (minor == 30 && patch >= 9) || (minor == 29 && patch >= 13)
}

/// Whether a kubelet is known to fail. Distributors add their own patches (OpenShift has had one since 2021), so only a
/// version without a suffix is certain.
fn fails(version: Version, node: &Node) -> bool {
    !is_fixed(version) && !node.kubelet_version.contains(['-', '+'])
}

/// Whether the pod has a service account token. kube-apiserver adds the volume to a Pod before it calls webhooks,
/// unless the service account opts out. A template gets it unless it opts out itself.
fn has_token_volume(pod: &Pod) -> bool {
    let projects_a_token = |volume: &Volume| {
        volume.projected.as_ref().is_some_and(|p| p.sources.iter().any(|source| source.service_account_token.0))
    };
    let is_template = !pod.prefix.is_empty();
    is_template && pod.spec.automount_service_account_token != Some(false)
        || pod.spec.volumes.iter().any(projects_a_token)
}

/// The user that the kubelet makes the owner of the token: the one that all containers share, except ephemeral ones
/// (`FsUserFrom` of Kubernetes' `pkg/volume/util/util.go`).
fn owner_of_volumes(pod: &Pod) -> Option<i64> {
    let pod_uid = pod.spec.security_context.as_ref().and_then(|context| context.run_as_user);
    let mut uids = pod
        .containers()
        .filter(|container| container.list != ContainerList::Ephemeral)
        .map(|container| own_uid(container.raw).or(pod_uid));
    let first = uids.next()??;
    uids.all(|uid| uid == Some(first)).then_some(first)
}

fn own_uid(container: &Container) -> Option<i64> {
    container.security_context.as_ref()?.run_as_user
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixed_kubelets_are_recognised_by_version() {
        for (version, fixed) in [
            ("v1.23.0", false),
            ("v1.28.15", false),
            ("v1.29.12", false),
            ("v1.29.13", true),
            ("v1.30.8", false),
            ("v1.30.9", true),
            ("v1.31.0", true),
            ("v1.36.2", true),
            ("v2.0.0", true),
        ] {
            assert_eq!(Version::parse(version).map(is_fixed), Some(fixed), "{version}");
        }
    }
}
