use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::finding::patch::{Operation, Reach, remove};
use crate::finding::severity::Severity;
use crate::k8s::pod::{ContainerView, Pod};
use crate::k8s::pod_spec::{PodSpec, SecurityContext};
use crate::k8s::version::Version;
use crate::rules::api_server::ApiServer;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};

pub static RULE: Rule = Rule {
    id: "linux-only-fields",
    summary: about!("security fields that only Linux supports"),
    severity_varies: about!(
        "deny with `os.name: windows`; off without, except warn for `supplementalGroupsPolicy: Strict` while nodes may run containerd older than 2.0"
    ),
    api_server: ApiServer::Partly("with `os.name: windows`"),
    reads: Fields::of(&[
        "hostPID",
        "hostIPC",
        "hostUsers",
        "shareProcessNamespace",
        "appArmorProfile",
        "seLinuxOptions",
        "seLinuxChangePolicy",
        "seccompProfile",
        "fsGroup",
        "fsGroupChangePolicy",
        "sysctls",
        "runAsUser",
        "runAsGroup",
        "supplementalGroups",
        "supplementalGroupsPolicy",
        "capabilities",
        "readOnlyRootFilesystem",
        "privileged",
        "allowPrivilegeEscalation",
        "procMount",
    ]),
    patches: Some(Reach::Admission),
    page: page!("linux_only_fields.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    let pod = context.pod;
    let is_rejected = pod.os_is("windows");
    let (severity, message) = match is_rejected {
        true => (Severity::Deny, "cannot be combined with os.name: windows"),
        false => (Severity::Off, "has no effect on Windows"),
    };
    for field in set_on_pod(&pod.spec)
        .into_iter()
        .filter(|field| is_rejected || !another_rule_reports_pod_field(field, &pod.spec))
    {
        let (severity, message) = match field {
            GROUPS_POLICY if !is_rejected && needs_containerd_2(context) => (Severity::Warn, STRICT_MESSAGE),
            _ => (severity, message),
        };
        findings
            .at(severity)
            .pod(pod.path(field), message, FIX)
            .patch(Reach::Admission, removal_if_rejected(is_rejected));
    }
    let mut findings = findings.at(severity);
    if findings.are_off() {
        return;
    }
    for container in pod.containers() {
        let fields = container.raw.security_context.iter().flat_map(set_on_container);
        for field in fields.filter(|field| is_rejected || !another_rule_reports_container_field(field, &container)) {
            let path = container.path(&format!("securityContext.{field}"));
            findings
                .container(&container, path, message, FIX)
                .patch(Reach::Admission, removal_if_rejected(is_rejected));
        }
    }
}

/// Whether `host-namespaces`, `host-users` or `run-as-uid` reports a field of the pod that Windows ignores.
fn another_rule_reports_pod_field(field: &str, spec: &PodSpec) -> bool {
    match field {
        "hostPID" | "hostIPC" | "securityContext.runAsUser" => true,
        "shareProcessNamespace" => spec.share_process_namespace == Some(true),
        "hostUsers" => spec.host_users == Some(false),
        _ => false,
    }
}

/// Whether `run-as-uid` or `read-only-not-enforced` reports a field of a container that Windows ignores.
fn another_rule_reports_container_field(field: &str, container: &ContainerView) -> bool {
    let is_read_only = || container.raw.security_context.as_ref().and_then(|own| own.read_only_root_filesystem);
    match field {
        "runAsUser" => true,
        "readOnlyRootFilesystem" => container.is_host_process() && is_read_only() == Some(true),
        _ => false,
    }
}

/// Removes a field only if it is rejected: if it is ignored, the pod may be intended for both systems.
fn removal_if_rejected(is_rejected: bool) -> impl Fn(&str) -> Vec<Operation> {
    move |path| if is_rejected { vec![remove(path)] } else { Vec::new() }
}

const FIX: &str = "remove it";
const GROUPS_POLICY: &str = "securityContext.supplementalGroupsPolicy";
const STRICT_MESSAGE: &str =
    "'Strict' needs containerd 2.0 or later, because kubelets since 1.33 reject the pod on an older one";

/// Whether the policy for groups is the one that the kubelet does not ignore: it requires support by the runtime, which
/// containerd reports since 2.0 on every operating system.
fn needs_containerd_2(context: &Context) -> bool {
    let policy = context.pod.spec.security_context.as_ref().and_then(|own| own.supplemental_groups_policy);
    policy == Some("Strict") && *context.settings.containerd < Version::new(2, 0)
}

/// The fields with which kube-apiserver would reject `os.name: windows` in the pod, without the index of a container.
pub fn linux_only_fields<'p>(pod: &'p Pod) -> impl Iterator<Item = &'static str> + 'p {
    let contexts = pod.containers().filter_map(|container| container.raw.security_context.as_ref());
    set_on_pod(&pod.spec).into_iter().chain(contexts.flat_map(set_on_container))
}

/// The Linux-only fields that a pod sets. As in the validation of Kubernetes, some fields count if they are set to any
/// value, other fields only if they are true.
fn set_on_pod(spec: &PodSpec) -> Vec<&'static str> {
    let mut fields = only_set(&[
        ("hostPID", spec.host_pid == Some(true)),
        ("hostIPC", spec.host_ipc == Some(true)),
        ("hostUsers", spec.host_users.is_some()),
        ("shareProcessNamespace", spec.share_process_namespace.is_some()),
    ]);
    if let Some(context) = &spec.security_context {
        fields.extend(only_set(&[
            ("securityContext.appArmorProfile", context.app_armor_profile.0),
            ("securityContext.seLinuxOptions", context.se_linux_options.0),
            ("securityContext.seLinuxChangePolicy", context.se_linux_change_policy.0),
            ("securityContext.seccompProfile", context.seccomp_profile.0),
            ("securityContext.fsGroup", context.fs_group.is_some()),
            ("securityContext.fsGroupChangePolicy", context.fs_group_change_policy.0),
            ("securityContext.sysctls", context.sysctls.0),
            ("securityContext.runAsUser", context.run_as_user.is_some()),
            ("securityContext.runAsGroup", context.run_as_group.is_some()),
            ("securityContext.supplementalGroups", context.supplemental_groups.0),
            (GROUPS_POLICY, context.supplemental_groups_policy.is_some()),
        ]));
    }
    fields
}

fn set_on_container(context: &SecurityContext) -> Vec<&'static str> {
    only_set(&[
        ("appArmorProfile", context.app_armor_profile.0),
        ("seLinuxOptions", context.se_linux_options.0),
        ("seccompProfile", context.seccomp_profile.0),
        ("capabilities", context.capabilities.0),
        ("readOnlyRootFilesystem", context.read_only_root_filesystem.is_some()),
        ("privileged", context.privileged.is_some()),
        ("allowPrivilegeEscalation", context.allow_privilege_escalation.is_some()),
        ("procMount", context.proc_mount.0),
        ("runAsUser", context.run_as_user.is_some()),
        ("runAsGroup", context.run_as_group.is_some()),
    ])
}

fn only_set(fields: &[(&'static str, bool)]) -> Vec<&'static str> {
    fields.iter().filter(|(_, is_set)| *is_set).map(|(field, _)| *field).collect()
}
