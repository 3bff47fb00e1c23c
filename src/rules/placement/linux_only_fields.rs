use crate::decode::Fields;
use crate::k8s::pod_spec::{PodSpec, SecurityContext};
use crate::k8s::version::Version;
use crate::rules::api_server::ApiServer;
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::rule::{Rule, page};
use crate::settings::severity::Severity;

pub static RULE: Rule = Rule {
    id: "linux-only-fields",
    summary: "security fields that only Linux supports",
    severity_varies: "deny with `os.name: windows`; off without, except warn for `supplementalGroupsPolicy: Strict` while nodes may run containerd older than 2.0",
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
    page: page!("linux_only_fields.md"),
    check,
    ..Rule::DEFAULT
};

fn check(context: &Context, findings: &mut Findings) {
    let pod = context.pod;
    let refused = pod.os_is("windows");
    let is_strict = !refused && report_strict_groups(context, &mut findings.at(Severity::Warn));
    let mut findings = findings.at(if refused { Severity::Deny } else { Severity::Off });
    if findings.are_off() {
        return;
    }
    let message = match refused {
        true => "cannot be combined with os.name: windows",
        false => "has no effect on Windows",
    };
    for field in set_on_pod(&pod.spec).filter(|field| !is_strict || *field != GROUPS_POLICY) {
        findings.pod(pod.path(field), message, FIX);
    }
    for container in pod.containers() {
        for field in container.raw.security_context.iter().flat_map(set_on_container) {
            let path = container.path(&format!("securityContext.{field}"));
            findings.container(&container, path, message, FIX);
        }
    }
}

const FIX: &str = "remove it";
const GROUPS_POLICY: &str = "securityContext.supplementalGroupsPolicy";

/// The first that reports support for the policy, on every operating system.
const FIRST_WITH_GROUPS_POLICY: Version = Version::new(2, 0);

/// Reports the one policy that is not just ignored, because the kubelet wants the runtime to support it, and says whether it
/// is there.
fn report_strict_groups(context: &Context, findings: &mut Findings) -> bool {
    let policy = context.pod.spec.security_context.as_ref().and_then(|own| own.supplemental_groups_policy);
    let is_strict = policy == Some("Strict") && context.settings.containerd < FIRST_WITH_GROUPS_POLICY;
    if is_strict {
        findings.pod(
            context.pod.path(GROUPS_POLICY),
            format!("'Strict' needs containerd {FIRST_WITH_GROUPS_POLICY} or later, because kubelets since 1.33 reject the pod on an older one"),
            FIX,
        );
    }
    is_strict
}

/// The Linux-only fields that a pod sets. Some count when they are set at all, others only when they are true, as in
/// Kubernetes' validation.
fn set_on_pod(spec: &PodSpec) -> impl Iterator<Item = &'static str> {
    let own = [
        ("hostPID", spec.host_pid == Some(true)),
        ("hostIPC", spec.host_ipc == Some(true)),
        ("hostUsers", spec.host_users.is_some()),
        ("shareProcessNamespace", spec.share_process_namespace.is_some()),
    ];
    let of_context = spec.security_context.as_ref().map(|context| {
        [
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
        ]
    });
    own.into_iter().chain(of_context.into_iter().flatten()).filter(|(_, set)| *set).map(|(field, _)| field)
}

fn set_on_container(context: &SecurityContext) -> impl Iterator<Item = &'static str> {
    [
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
    ]
    .into_iter()
    .filter(|(_, set)| *set)
    .map(|(field, _)| field)
}
