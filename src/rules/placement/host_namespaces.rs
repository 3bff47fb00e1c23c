use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::finding::patch::Reach;
use crate::finding::severity::Severity;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};

pub static RULE: Rule = Rule {
    id: "host-namespaces",
    summary: about!("`hostPID`, `hostIPC` and `shareProcessNamespace`, which have no effect on Windows"),
    severity: Severity::Off,
    reads: Fields::of(&["hostPID", "hostIPC", "shareProcessNamespace"]),
    patches: Some(Reach::Admission),
    page: page!("host_namespaces.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    let pod = context.pod;
    // kube-apiserver rejects the fields in such pods: see `linux-only-fields`.
    if pod.os_is("windows") {
        return;
    }
    for (field, value) in [
        ("hostPID", pod.spec.host_pid),
        ("hostIPC", pod.spec.host_ipc),
        ("shareProcessNamespace", pod.spec.share_process_namespace),
    ] {
        if value == Some(true) {
            findings
                .pod(pod.path(field), "is true, but has no effect on Windows", "remove it")
                .removable_if(context.is_proven_windows(), Reach::Admission);
        }
    }
}
