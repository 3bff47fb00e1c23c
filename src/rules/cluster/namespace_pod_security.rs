use crate::finding::collector::Findings;
use crate::finding::severity::Severity;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "namespace-pod-security",
    summary: about!("a controller in a namespace whose Pod Security level refuses its pods (queries the cluster)"),
    severity: Severity::Warn,
    page: page!("namespace_pod_security.md"),
    ..Rule::new(check)
};

const ENFORCED_LEVEL: &str = "pod-security.kubernetes.io/enforce";

fn check(context: &Context, findings: &mut Findings) {
    let namespace = context.request.namespace;
    let is_pod = context.pod.prefix.is_empty();
    if !context.settings.namespaces.check || is_pod || namespace.is_empty() {
        return;
    }
    let namespace = quote(namespace);
    let (message, fix) = match context.cluster.namespace_labels(context.request.namespace) {
        Err(why) => (
            format!("the Pod Security level of namespace {namespace} was not checked: {}", quote(&why)),
            "let the policy read namespaces, or set namespaces.check: false in its settings",
        ),
        Ok(labels) => match labels.get(ENFORCED_LEVEL).map(String::as_str) {
            None | Some("privileged") => return,
            Some(level) => (
                format!(
                    "namespace {namespace} enforces the Pod Security level {}, which refuses the pods of this workload",
                    quote(level)
                ),
                "use another namespace, or label this one pod-security.kubernetes.io/enforce: privileged",
            ),
        },
    };
    findings.pod("metadata.namespace".to_owned(), message, fix);
}
