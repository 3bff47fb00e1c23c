use super::mounts::mounts;
use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::finding::patch::Reach;
use crate::finding::severity::Severity;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "read-only-not-enforced",
    summary: about!("`readOnly` and `readOnlyRootFilesystem`, which are not enforced"),
    severity: Severity::Warn,
    severity_varies: about!("warn; off for `readOnlyRootFilesystem` of a pod that may run on Linux nodes as well"),
    reads: Fields::of(&["readOnly", "readOnlyRootFilesystem"]),
    patches: Some(Reach::OnDemand),
    page: page!("read_only_not_enforced.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    for mount in mounts(context.pod).filter(|mount| mount.raw.read_only == Some(true)) {
        if mount.host_path().is_some() {
            findings.container(
                &mount.container,
                mount.field("readOnly"),
                format!(
                    "is true, but does not keep the container from writing to the host path of volume {}",
                    quote(mount.raw.name.unwrap_or_default())
                ),
                "do not rely on it, and run as an account that cannot write there",
            );
        }
    }
    // With `os.name: windows`, kube-apiserver rejects the field: see `linux-only-fields`.
    if context.pod.os_is("windows") {
        return;
    }
    // The field is effective on Linux nodes.
    let severity = if context.is_proven_windows() { Severity::Warn } else { Severity::Off };
    for container in context.pod.host_process_containers() {
        let security_context = container.raw.security_context.as_ref();
        if security_context.is_some_and(|s| s.read_only_root_filesystem == Some(true)) {
            findings
                .at(severity)
                .container(
                    &container,
                    container.path("securityContext.readOnlyRootFilesystem"),
                    "is true, but Windows containers have no read-only root filesystem",
                    "do not rely on it, and run as an account that cannot write to the host",
                )
                .removable_if(context.is_proven_windows(), Reach::OnDemand);
        }
    }
}
