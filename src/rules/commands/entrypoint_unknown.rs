use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::finding::severity::Severity;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::settings::pattern::image::repository;
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "entrypoint-unknown",
    summary: about!("`args` without `command`: an absolute path in the image's entrypoint is looked up on the node"),
    severity: Severity::Warn,
    severity_varies: about!(
        "warn where the first argument begins with a dash, unless the image is known; otherwise off"
    ),
    reads: Fields::of(&["args"]),
    page: page!("entrypoint_unknown.md"),
    ..Rule::new(check)
};

/// Repositories whose images have an entrypoint that works in HostProcess containers, according to their Dockerfiles.
const KNOWN: &[&str] = &[
    "ghcr.io/prometheus-community/windows-exporter",
    "mcr.microsoft.com/oss/prometheus/windows-exporter",
    "quay.io/k0sproject/apiserver-network-proxy-agent",
];

fn check(context: &Context, findings: &mut Findings) {
    for container in context.pod.host_process_containers() {
        let Some(first) = container.raw.args.first().filter(|_| container.raw.command.is_empty()) else { continue };
        let is_known = container.raw.image.is_some_and(|image| KNOWN.contains(&repository(image)));
        let severity = if first.starts_with('-') && !is_known { Severity::Warn } else { Severity::Off };
        findings.at(severity).container(
            &container,
            container.path("args"),
            format!(
                "are passed to the image's entrypoint, which is looked up on the node if it is an absolute path; without \
                 an entrypoint {} is the program",
                quote(first)
            ),
            "set command to the name of the program, such as agent.exe",
        );
    }
}
