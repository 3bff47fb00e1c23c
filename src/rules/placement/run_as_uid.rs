use crate::decode::Fields;
use crate::k8s::pod::{ContainerList, Pod};
use crate::k8s::pod_spec::{Container, Volume};
use crate::rules::api_server::ApiServer;
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::rule::{Rule, page};
use crate::settings::severity::Severity;

pub static RULE: Rule = Rule {
    id: "run-as-uid",
    summary: "`runAsUser`, which can leave the pod stuck in ContainerCreating",
    severity_varies: "deny where the pod would be stuck in ContainerCreating, warn where the field is only ignored",
    api_server: ApiServer::Partly("with `os.name: windows`"),
    reads: Fields::of(&["runAsUser"]),
    page: page!("run_as_uid.md"),
    check,
    ..Rule::DEFAULT
};

fn check(context: &Context, findings: &mut Findings) {
    let pod = context.pod;
    let hangs = has_a_token_volume(pod) && owner_of_volumes(pod).is_some();
    let mut findings = findings.at(if hangs { Severity::Deny } else { Severity::Warn });
    let message = |uid: i64| match hangs {
        true => format!("the kubelet on Windows cannot give the service account token to user {uid}"),
        false => format!("{uid} has no effect on Windows, which does not use numeric user IDs"),
    };
    if let Some(uid) = pod.spec.security_context.as_ref().and_then(|context| context.run_as_user) {
        findings.pod(pod.path("securityContext.runAsUser"), message(uid), FIX);
    }
    for container in pod.containers() {
        if let Some(uid) = own_uid(container.raw) {
            findings.container(&container, container.path("securityContext.runAsUser"), message(uid), FIX);
        }
    }
}

const FIX: &str = "remove it, and name the account in windowsOptions.runAsUserName";

/// Whether the pod gets a service account token: it does unless it opts out. Whether its service account opts out is
/// not in the request.
fn has_a_token_volume(pod: &Pod) -> bool {
    let projects_a_token = |volume: &Volume| {
        volume.projected.as_ref().is_some_and(|p| p.sources.iter().any(|source| source.service_account_token.0))
    };
    pod.spec.automount_service_account_token != Some(false) || pod.spec.volumes.iter().any(projects_a_token)
}

/// The user that the kubelet makes the owner of the token: the one that all containers share, not counting ephemeral
/// ones (`FsUserFrom` of Kubernetes' `pkg/volume/util/util.go`).
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
