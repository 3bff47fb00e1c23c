//! Patterns for images, matched against the reference as written: nothing is resolved, and `docker.io` is not added.
//!
//! - The repository is matched segment by segment ([`matches_segments`]): `registry.example/team/*` matches everything
//!   below `team`, but neither `registry.example/team` itself nor `registry.example/teammate/x`. A `*` alone matches
//!   any image.
//! - A `*` does not match across registries: `team*/app` matches neither `team.example/app` nor `teamX/app`. containerd
//!   treats a first segment as a host if it contains a dot, a colon or a capital, or is `localhost`
//!   (`splitDockerDomain` of `distribution/reference`).
//! - A pattern without tag and digest matches the repository with any tag or digest.
//! - With a tag (`app:1.*`) the image needs a matching tag and no digest, because the runtime would follow the digest.
//! - With a digest (`app@sha256:...`, `app@*`) the image needs a matching digest.

use super::{matches, matches_segments};

/// `repository[:tag][@digest]`.
#[derive(Debug, PartialEq, Eq)]
struct Reference<'a> {
    repository: &'a str,
    tag: Option<&'a str>,
    digest: Option<&'a str>,
}

impl<'a> Reference<'a> {
    fn split(text: &'a str) -> Reference<'a> {
        let (name, digest) = text.split_once('@').map_or((text, None), |(name, digest)| (name, Some(digest)));
        // A colon before the last slash precedes the port of the host.
        let last_segment = name.rfind('/').map_or(0, |slash| slash + 1);
        let colon = name[last_segment..].find(':').map(|colon| last_segment + colon);
        let (repository, tag) = colon.map_or((name, None), |colon| (&name[..colon], Some(&name[colon + 1..])));
        Reference { repository, tag, digest }
    }

    /// The first segment, if it names a registry.
    fn host(&self) -> Option<&'a str> {
        let (host, _) = self.repository.split_once('/')?;
        let is_host = |c: char| matches!(c, '.' | ':') || c.is_ascii_uppercase();
        (host.contains(is_host) || host == "localhost").then_some(host)
    }
}

/// The repository of an image, which is also a pattern for all of its tags and digests.
pub fn repository(image: &str) -> &str {
    Reference::split(image).repository
}

/// The digest of an image, if it has one.
pub fn digest(image: &str) -> Option<&str> {
    Reference::split(image).digest.filter(|digest| !digest.is_empty())
}

/// Whether an image matches a pattern.
pub fn matches_image(pattern: &str, image: &str) -> bool {
    if pattern == "*" {
        return !image.is_empty();
    }
    let (wanted, found) = (Reference::split(pattern), Reference::split(image));
    let same_kind_of_host = found.host().is_none() || wanted.host().is_some() || wanted.repository.starts_with("*/");
    let tag_and_digest = match (wanted.tag, wanted.digest) {
        (None, None) => true,
        (Some(tag), None) => found.digest.is_none() && found.tag.is_some_and(|found| matches(tag, found)),
        (tag, Some(digest)) => {
            found.digest.is_some_and(|found| matches(digest, found))
                && tag.is_none_or(|tag| found.tag.is_some_and(|found| matches(tag, found)))
        }
    };
    same_kind_of_host && tag_and_digest && matches_segments(wanted.repository, found.repository, b'/')
}

/// Why a pattern matches more than intended; `None` if it is valid.
pub fn lint_pattern(pattern: &str) -> Option<&'static str> {
    let host = Reference::split(pattern).host()?;
    let loose = host.strip_prefix("*.").unwrap_or(host).contains('*');
    loose.then_some("the '*' in the registry's host also matches other hosts: use it only as in '*.example.com/...'")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("mcr.microsoft.com/oss/*", "mcr.microsoft.com/oss/kubernetes/tool:v1", true)]
    #[case("mcr.microsoft.com/oss/*", "mcr.microsoft.com/oss/tool@sha256:ab", true)]
    #[case("mcr.microsoft.com/oss/*", "mcr.microsoft.com/oss", false)]
    #[case("mcr.microsoft.com/oss/*", "mcr.microsoft.com/ossevil/tool", false)]
    #[case("mcr.microsoft.com/oss/*", "mcr.microsoft.com.evil.example/oss/tool", false)]
    #[case("mcr.microsoft.com/oss/*", "evil.example/mcr.microsoft.com/oss/tool", false)]
    #[case("mcr.microsoft.com/oss/*", "mcr.microsoft.com/oss/", false)]
    #[case("mcr.microsoft.com/oss/*", "MCR.microsoft.com/oss/tool", false)]
    #[case("registry/*", "registry/app", true)]
    #[case("registry/*", "registry.evil.example/app", false)]
    #[case("registry/*", "registry:5000/app", false)]
    #[case("registry*/app", "registry.evil.example/app", false)]
    #[case("local*/app", "localhost/app", false)]
    #[case("team*/app", "teamX/app", false)]
    #[case("team*/app", "Team/app", false)]
    #[case("*/app", "teamX/app", true)]
    #[case("teamX/*", "teamX/app", true)]
    #[case("team*", "teamX", true)]
    #[case("*/app", "registry.example/app", true)]
    #[case("*.example/app", "registry.example/app", true)]
    #[case("*.example/app", "x/registry.example/app", false)]
    #[case("*", "anything.example/at/all:1@sha256:ab", true)]
    #[case("*", "", false)]
    #[case("registry.example:5000/app", "registry.example:5000/app:1.2", true)]
    #[case("registry.example:5000/app", "registry.example/app", false)]
    #[case("app", "app", true)]
    #[case("app", "docker.io/library/app", false)]
    #[case("docker.io/library/app", "app", false)]
    #[case("team/app:1.*", "team/app:1.2", true)]
    #[case("team/app:1.*", "team/app:2.1", false)]
    #[case("team/app:1.*", "team/app", false)]
    #[case("team/app:1.2", "team/app:1.2@sha256:ab", false)]
    #[case("team/app@sha256:ab", "team/app@sha256:ab", true)]
    #[case("team/app@sha256:ab", "team/app:1.2@sha256:ab", true)]
    #[case("team/app@sha256:ab", "team/app@sha256:abc", false)]
    #[case("team/app@sha256:ab", "team/app:1.2", false)]
    #[case("team/*@*", "team/app@sha256:ab", true)]
    #[case("team/*@*", "team/app:1.2", false)]
    #[case("team/app:1.2@sha256:ab", "team/app:1.3@sha256:ab", false)]
    #[case("team/app:1.2@sha256:ab", "team/app:1.2@sha256:ab", true)]
    fn images(#[case] pattern: &str, #[case] image: &str, #[case] expected: bool) {
        assert_eq!(matches_image(pattern, image), expected);
    }

    #[rstest]
    #[case("mcr.microsoft.com*/x", true)]
    #[case("registry.*/x", true)]
    #[case("*example.com/x", true)]
    #[case("registry.example:*/x", true)]
    #[case("Team*/x", true)]
    #[case("*.example.com/x", false)]
    #[case("mcr.microsoft.com/oss/*", false)]
    #[case("*/x", false)]
    #[case("*", false)]
    #[case("team*/x", false)]
    fn patterns_that_match_other_hosts_are_invalid(#[case] pattern: &str, #[case] expected: bool) {
        assert_eq!(lint_pattern(pattern).is_some(), expected);
    }
}
