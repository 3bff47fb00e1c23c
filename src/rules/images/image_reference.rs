use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::finding::severity::Severity;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "image-reference",
    summary: about!("an image without a tag or digest, or with the tag `latest`"),
    severity: Severity::Off,
    reads: Fields::of(&["image"]),
    page: page!("image_reference.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    for container in context.pod.host_process_containers() {
        let image = container.raw.image.unwrap_or_default();
        if !image.is_empty() && is_moving(image) {
            findings.container(
                &container,
                container.path("image"),
                format!("{} may be a different image tomorrow", quote(image)),
                "use the tag of a version, or a digest with @sha256:",
            );
        }
    }
}

/// Whether a reference has neither a digest nor a tag other than `latest`. A colon before a slash belongs to a port.
fn is_moving(image: &str) -> bool {
    let name = image.rsplit('/').next().unwrap_or_default();
    !image.contains('@') && name.split_once(':').is_none_or(|(_, tag)| tag == "latest")
}

#[cfg(test)]
mod tests {
    use super::is_moving;

    #[test]
    fn references_without_a_fixed_version_are_moving() {
        for image in ["agent", "agent:latest", "registry.example:5000/team/agent", "registry.example/agent:latest"] {
            assert!(is_moving(image), "{image}");
        }
        for image in [
            "agent:1.2",
            "agent:latest-windows-hp",
            "registry.example:5000/agent:1",
            "agent@sha256:00",
            "agent:latest@sha256:00",
        ] {
            assert!(!is_moving(image), "{image}");
        }
    }
}
