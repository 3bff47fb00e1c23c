use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::finding::patch::Reach;
use crate::finding::severity::Severity;
use crate::rules::api_server::ApiServer;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "hosts-and-hostname",
    summary: about!("`hostAliases`, `hostname` and similar fields, which are ignored or rejected"),
    severity_varies: about!("warn; deny for `hostnameOverride`, which kube-apiserver refuses on the host network"),
    api_server: ApiServer::Partly("`hostnameOverride`"),
    reads: Fields::of(&["hostAliases", "hostname", "hostnameOverride", "subdomain", "setHostnameAsFQDN"]),
    patches: Some(Reach::Admission),
    page: page!("hosts_and_hostname.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    let pod = context.pod;
    if pod.spec.hostname_override.0 && pod.spec.host_network == Some(true) {
        findings
            .pod(
                pod.path("hostnameOverride"),
                "cannot be combined with hostNetwork: true",
                "remove it, because HostProcess containers have the node's name",
            )
            .removable(Reach::Admission);
    }
    let findings = &mut findings.at(Severity::Warn);
    if pod.spec.host_aliases.0 {
        findings
            .pod(
                pod.path("hostAliases"),
                "has no effect, because HostProcess containers read the node's hosts file",
                "remove it, or let the program edit the node's hosts file",
            )
            .removable_if(context.is_proven_windows(), Reach::Admission);
    }
    let hostname = pod.spec.hostname.filter(|name| !name.is_empty());
    let subdomain = pod.spec.subdomain.filter(|name| !name.is_empty());
    match (hostname, subdomain) {
        (Some(name), None) if !is_set_by_controller(context, name) => {
            report_ineffective_name(context, findings, "hostname", name)
        }
        (None, Some(name)) => report_ineffective_name(context, findings, "subdomain", name),
        // Together, both fields give the pod a name in the cluster's DNS, which works for HostProcess pods.
        _ => {}
    }
    if pod.spec.set_hostname_as_fqdn == Some(true) {
        report_ineffective_name(context, findings, "setHostnameAsFQDN", "true");
    }
}

fn report_ineffective_name(context: &Context, findings: &mut Findings, field: &str, value: &str) {
    findings.pod(
        context.pod.path(field),
        format!("{} has no effect, because HostProcess containers have the node's name", quote(value)),
        "remove it",
    );
}

/// Whether a controller set the name: StatefulSets and indexed Jobs set `hostname` to a prefix of the pod's name.
fn is_set_by_controller(context: &Context, hostname: &str) -> bool {
    let metadata = &context.workload.metadata;
    let names = [&metadata.name, &metadata.generate_name];
    context.pod.prefix.is_empty() && names.into_iter().flatten().any(|name| name.starts_with(hostname))
}
