use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::finding::patch::Reach;
use crate::rules::api_server::ApiServer;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};

pub static RULE: Rule = Rule {
    id: "host-users",
    summary: about!("`hostUsers: false` in a pod that shares a namespace with the host"),
    api_server: ApiServer::Refuses,
    reads: Fields::of(&["hostUsers"]),
    patches: Some(Reach::Admission),
    page: page!("host_users.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    // kube-apiserver always rejects the field in such pods: see `linux-only-fields`.
    if context.pod.os_is("windows") {
        return;
    }
    let spec = &context.pod.spec;
    let shared = [("hostNetwork", spec.host_network), ("hostPID", spec.host_pid), ("hostIPC", spec.host_ipc)];
    if spec.host_users == Some(false)
        && let Some((field, _)) = shared.into_iter().find(|(_, shared)| *shared == Some(true))
    {
        findings
            .pod(
                context.pod.path("hostUsers"),
                format!("is false, which kube-apiserver refuses by default together with {field}: true"),
                "remove it, because Windows has no user namespaces",
            )
            .removable(Reach::Admission);
    }
}
