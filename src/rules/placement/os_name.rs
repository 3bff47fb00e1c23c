use crate::finding::collector::Findings;
use crate::finding::patch::{Reach, Scalar, add};
use crate::finding::severity::Severity;
use crate::rules::context::Context;
use crate::rules::placement::linux_only_fields::linux_only_fields;
use crate::rules::rule::{Rule, about, page};
use crate::settings::Platform;

pub static RULE: Rule = Rule {
    id: "os-name",
    summary: about!("`os.name` is not set"),
    severity: Severity::Off,
    patches: Some(Reach::OnDemand),
    page: page!("os_name.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    let pod = context.pod;
    // `os-linux` reports `linux`, and Kubernetes rejects any other value.
    if context.settings.platform != Platform::OpenShift && pod.spec.os.as_ref().is_none_or(|os| os.name.is_none()) {
        findings
            .pod(
                pod.path("os.name"),
                "is not set",
                "set os.name: windows, after removing fields that only Linux supports",
            )
            .patch(Reach::OnDemand, |_| {
                let is_safe = pod.node_selection().requires_windows()
                    && pod.spec.resources.is_none()
                    && linux_only_fields(pod).next().is_none();
                if is_safe {
                    vec![add(&pod.path("os"), Scalar::EmptyObject {}), add(&pod.path("os.name"), "windows")]
                } else {
                    Vec::new()
                }
            });
    }
}
