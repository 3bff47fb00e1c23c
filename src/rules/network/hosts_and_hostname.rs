//! `hosts-and-hostname`: reads `hostAliases`, `hostname`, `subdomain` and `setHostnameAsFQDN` of the pod, and the name of a bare Pod.

use crate::finding::{Findings, quote};
use crate::rules::{ApiServer, Context, DefaultSeverity, Group, Rule, Scope};
use crate::settings::Severity;

/// `hostAliases`, `hostname` and such, ignored.
pub static RULE: Rule = Rule {
    id: "hosts-and-hostname",
    group: Group::Network,
    severity: DefaultSeverity::Always(Severity::Warn),
    scope: Scope::HostProcess,
    api_server: ApiServer::Accepts,
    summary: "`hostAliases`, `hostname` and such, ignored",
    page: page!("hosts_and_hostname.md"),
    check,
};

fn check(context: &Context, findings: &mut Findings) {
    let pod = context.pod;
    if pod.spec.host_aliases.0 {
        findings.pod(
            pod.path("hostAliases"),
            "has no effect, HostProcess containers read the node's hosts file",
            "remove it, or let the program write the node's hosts file",
        );
    }
    let hostname = pod.spec.hostname.as_deref().filter(|name| !name.is_empty());
    let subdomain = pod.spec.subdomain.as_deref().filter(|name| !name.is_empty());
    match (hostname, subdomain) {
        (Some(name), None) if !is_from_a_controller(context, name) => useless_name(context, findings, "hostname", name),
        (None, Some(name)) => useless_name(context, findings, "subdomain", name),
        // Both together are a name in the DNS of the cluster, as for any other pod.
        _ => {}
    }
    if pod.spec.set_hostname_as_fqdn == Some(true) {
        useless_name(context, findings, "setHostnameAsFQDN", "true");
    }
}

fn useless_name(context: &Context, findings: &mut Findings, field: &str, value: &str) {
    findings.pod(
        context.pod.path(field),
        format!("{} has no effect, HostProcess containers have the node's name", quote(value)),
        "remove it",
    );
}

/// StatefulSets and indexed Jobs set `hostname` on their pods to what the pods' names begin with.
fn is_from_a_controller(context: &Context, hostname: &str) -> bool {
    let metadata = &context.workload.metadata;
    let names = [&metadata.name, &metadata.generate_name];
    context.pod.prefix.is_empty() && names.into_iter().flatten().any(|name| name.starts_with(hostname))
}
