use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::finding::severity::Severity;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::settings::Platform;

pub static RULE: Rule = Rule {
    id: "openshift-os-name",
    summary: about!("`os.name: windows`, which exempts a pod from OpenShift's SecurityContextConstraints"),
    severity: Severity::Off,
    severity_varies: about!("off; silent without `platform: openshift`"),
    reads: Fields::of(&["os"]),
    page: page!("openshift_os_name.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    let pod = context.pod;
    if context.settings.platform == Platform::OpenShift && pod.os_is("windows") {
        findings.pod(
            pod.path("os.name"),
            "is 'windows', so OpenShift applies no SecurityContextConstraints to the pod",
            "remove it and let the service account use an SCC that allows the pod, or grant the workload in the policy's setting allow",
        );
    }
}
