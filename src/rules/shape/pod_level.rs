use crate::finding::collector::Findings;
use crate::finding::severity::Severity;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};

pub static RULE: Rule = Rule {
    id: "pod-level",
    summary: about!("`hostProcess` set only on containers, not on the pod"),
    severity: Severity::Off,
    page: page!("pod_level.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    let pod = context.pod;
    // A pod with `false` contradicts its containers, which `level-conflict` reports.
    let unset = pod.windows_options().is_none_or(|options| options.host_process.is_none());
    if unset && pod.host_process_containers().next().is_some() {
        findings.pod(
            pod.path("securityContext.windowsOptions.hostProcess"),
            "is not set on the pod, only on its containers",
            "set hostProcess: true on the pod as well",
        );
    }
}
