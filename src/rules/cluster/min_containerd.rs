use super::affected_nodes::{AffectedNodes, candidates, selection_path};
use crate::finding::collector::Findings;
use crate::finding::severity::Severity;
use crate::k8s::version::Version;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "min-containerd",
    summary: about!(
        "a node that could run the pod has containerd older than 1.6 or another runtime (queries the cluster)"
    ),
    severity_varies: about!(
        "deny below the minimum and for another runtime, warn below 1.7 and for a version that cannot be read"
    ),
    page: page!("min_containerd.md"),
    ..Rule::new(check)
};

/// Before this version, mounts, paths and local groups work differently or not at all.
const RECOMMENDED: Version = Version::new(1, 7);

#[derive(Debug, PartialEq, Eq)]
enum Runtime {
    Containerd(Version),
    Another,
    Unreadable,
}

impl Runtime {
    /// Parses the runtime that a node reports, such as `containerd://1.6.6+azure`.
    fn parse(text: &str) -> Runtime {
        match text.split_once("://") {
            Some(("containerd", version)) => Version::parse(version).map_or(Runtime::Unreadable, Runtime::Containerd),
            Some((name, _)) if !name.is_empty() => Runtime::Another,
            _ => Runtime::Unreadable,
        }
    }
}

fn check(context: &Context, findings: &mut Findings) {
    let minimum = *context.settings.nodes.min_containerd;
    let (mut another, mut old, mut aging) =
        (AffectedNodes::default(), AffectedNodes::default(), AffectedNodes::default());
    let mut unreadable = AffectedNodes::default();
    for node in candidates(context) {
        match Runtime::parse(&node.container_runtime_version) {
            Runtime::Another => another.add((), node),
            Runtime::Containerd(version) if version < minimum => old.add(version, node),
            Runtime::Containerd(version) if version < RECOMMENDED => aging.add(version, node),
            Runtime::Containerd(_) => {}
            Runtime::Unreadable => unreadable.add((), node),
        }
    }
    if let Some((worst, named)) = another.worst() {
        findings.at(Severity::Deny).pod(
            selection_path(context),
            format!(
                "{named} runs {}, but HostProcess containers need containerd",
                quote(&worst.container_runtime_version)
            ),
            "select nodes that run containerd",
        );
    }
    if let Some((worst, named)) = old.worst() {
        findings.at(Severity::Deny).pod(
            selection_path(context),
            format!("{named} runs {}, but the minimum is {minimum}", quote(&worst.container_runtime_version)),
            format!("upgrade it to containerd {minimum} or later, or select newer nodes"),
        );
    }
    if let Some((worst, named)) = aging.worst() {
        findings.at(Severity::Warn).pod(
            selection_path(context),
            format!(
                "{named} runs {}, but {RECOMMENDED} or later is recommended",
                quote(&worst.container_runtime_version)
            ),
            format!("upgrade it to containerd {RECOMMENDED} or later"),
        );
    }
    if let Some((worst, named)) = unreadable.worst() {
        findings.at(Severity::Warn).pod(
            selection_path(context),
            format!("{named} reports the runtime {}, which could not be read", quote(&worst.container_runtime_version)),
            format!("make sure that it is containerd {minimum} or later"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reported_runtimes_are_parsed() {
        let containerd = |major, minor, patch| Runtime::Containerd(Version { major, minor, patch });
        assert_eq!(Runtime::parse("containerd://1.6.6+azure"), containerd(1, 6, 6));
        assert_eq!(Runtime::parse("containerd://1.7.33-1"), containerd(1, 7, 33));
        assert_eq!(Runtime::parse("containerd://1.7.15-k3s1"), containerd(1, 7, 15));
        assert_eq!(Runtime::parse("containerd://2.0.0-beta.1"), containerd(2, 0, 0));
        assert_eq!(Runtime::parse("containerd://v1.7.0"), containerd(1, 7, 0));
        for text in ["docker://20.10.9", "cri-o://1.28.1", "cri-dockerd://", "Containerd://1.7.0"] {
            assert_eq!(Runtime::parse(text), Runtime::Another, "{text}");
        }
        for text in ["", "containerd://", "containerd", "://", "://1.7", "containerd:/1.7", "containerd://latest"] {
            assert_eq!(Runtime::parse(text), Runtime::Unreadable, "{text}");
        }
    }
}
