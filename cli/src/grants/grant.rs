//! A grant for one workload.

use std::collections::BTreeSet;

use serde::Serialize;
use windows_hostprocess_policy::rules::access::coverage::GrantRequirements;
use windows_hostprocess_policy::settings::pattern::host_path::{self, NONE};
use windows_hostprocess_policy::settings::pattern::image;
use windows_hostprocess_policy::wording::quote;

/// Why no grant covers exactly one workload.
#[derive(Debug, thiserror::Error)]
pub enum GrantError {
    /// The workload lacks a value.
    #[error("it has no {0}, and no grant covers that")]
    IsMissing(&'static str),
    /// A value would act as a pattern.
    #[error("its {0} contains a '*', which would match more in a grant")]
    IsPattern(&'static str),
    /// An image is to be pinned.
    #[error("its image {} has no digest: write it as repository@sha256:..., or leave out --digests", quote(.0))]
    HasNoDigest(String),
    /// No pattern matches a host path.
    #[error("no grant can list its host path {}: {problem}", quote(.path))]
    HostPath {
        /// The path as written.
        path: String,
        /// The reason.
        problem: &'static str,
    },
}

/// A grant with the keys of the settings. Its patterns contain no wildcards, so it covers only the given values.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Grant {
    namespaces: [String; 1],
    service_accounts: [String; 1],
    kinds: [String; 1],
    images: BTreeSet<String>,
    run_as_user_names: BTreeSet<String>,
    host_paths: BTreeSet<String>,
}

impl Grant {
    /// The grant that a workload needs.
    ///
    /// # Errors
    /// A required value is missing, or no pattern matches only that value.
    pub(super) fn new(needs: &GrantRequirements, by_digest: bool) -> Result<Grant, GrantError> {
        let one = |what, value: &str| pattern(what, value.to_owned()).map(|pattern| [pattern]);
        let image = if by_digest { with_digest } else { repository };
        let mut host_paths = patterns("host path", &needs.host_paths, host_path)?;
        if host_paths.is_empty() {
            host_paths.insert(NONE.to_owned());
        }
        Ok(Grant {
            namespaces: one("namespace", &needs.namespace)?,
            service_accounts: one("service account", &needs.service_account)?,
            kinds: one("kind", needs.kinds.first().map_or("", String::as_str))?,
            images: patterns("image", &needs.images, image)?,
            run_as_user_names: patterns("account", &needs.accounts, |account| Ok(account.to_owned()))?,
            host_paths,
        })
    }

    /// The namespace and the service account.
    pub(super) fn subject(&self) -> [&str; 2] {
        [&self.namespaces[0], &self.service_accounts[0]]
    }

    fn lists(&self) -> [&BTreeSet<String>; 3] {
        [&self.images, &self.run_as_user_names, &self.host_paths]
    }

    /// The number of values in its lists.
    pub(super) fn pattern_count(&self) -> usize {
        self.lists().into_iter().flatten().filter(|pattern| *pattern != NONE).count()
    }

    /// Whether it covers every workload of these kinds that `other` covers. A grant with host paths also covers pods
    /// without any.
    pub(super) fn includes(&self, other: &Grant, kinds: &[String]) -> bool {
        let is_listed = |(mine, others): (&BTreeSet<String>, &BTreeSet<String>)| {
            others.iter().all(|pattern| pattern == NONE || mine.contains(pattern))
        };
        self.subject() == other.subject()
            && kinds.contains(&self.kinds[0])
            && self.lists().into_iter().zip(other.lists()).all(is_listed)
    }
}

fn repository(image: &str) -> Result<String, GrantError> {
    Ok(image::repository(image).to_owned())
}

/// The image without its tag, which runtimes ignore beside a digest.
fn with_digest(image: &str) -> Result<String, GrantError> {
    let digest = image::digest(image).ok_or_else(|| GrantError::HasNoDigest(image.to_owned()))?;
    Ok(format!("{}@{digest}", image::repository(image)))
}

fn host_path(path: &str) -> Result<String, GrantError> {
    match host_path::lint_pattern(path) {
        Some(problem) => Err(GrantError::HostPath { path: path.to_owned(), problem }),
        // Alone, this word is the pattern for no path at all.
        None if path == NONE => Ok(format!("C:\\{NONE}")),
        None => Ok(path.to_owned()),
    }
}

/// Converts values to patterns.
fn patterns(
    what: &'static str,
    values: &[String],
    written: fn(&str) -> Result<String, GrantError>,
) -> Result<BTreeSet<String>, GrantError> {
    values.iter().map(|value| pattern(what, written(value)?)).collect()
}

/// The pattern, provided that it matches only itself.
fn pattern(what: &'static str, pattern: String) -> Result<String, GrantError> {
    match &*pattern {
        "" => Err(GrantError::IsMissing(what)),
        _ if pattern.contains('*') => Err(GrantError::IsPattern(what)),
        _ => Ok(pattern),
    }
}
