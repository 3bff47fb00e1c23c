//! Which workloads a grant covers. One grant covers the whole workload: all its lists match, for all containers.

use std::fmt;

use super::requester;
use crate::decode::{List, Text};
use crate::finding::quote;
use crate::pattern::host_path::matches_host_path;
use crate::pattern::image::matches_image;
use crate::pattern::{matches, matches_ignoring_case};
use crate::pod::{ContainerView, Pod};
use crate::rules::Context;
use crate::settings::grant::{Grant, Requesters};
use crate::settings::label_selector::LabelSelector;

/// Whether a grant covers the workload. One that asks for nothing, which valid settings do not have, covers nothing.
pub fn covers(context: &Context, grant: &Grant) -> bool {
    grant.number_of_lists() > 0
        && mismatches(context, grant).next().is_none()
        && unmatched_labels(context, grant).is_none()
}

/// The lists of a grant that do not match. The cluster is asked for labels only where they decide.
pub fn all_mismatches<'c, 'a>(context: &Context<'c, 'a>, grant: &'c Grant<'a>) -> Vec<Mismatch<'c>> {
    let mut missed: Vec<Mismatch> = mismatches(context, grant).collect();
    if missed.is_empty() {
        missed.extend(unmatched_labels(context, grant));
    }
    missed
}

/// One by one, since a grant for another namespace needs no look at the images.
fn mismatches<'i, 'c, 'a>(
    context: &'i Context<'c, 'a>,
    grant: &'c Grant<'a>,
) -> impl Iterator<Item = Mismatch<'c>> + use<'i, 'c, 'a> {
    let checks: [fn(&Context<'c, 'a>, &'c Grant<'a>) -> Option<Mismatch<'c>>; 7] = [
        |context, grant| {
            let namespace = [&*context.request.namespace];
            unmatched("namespace", "namespaces", &grant.namespaces, namespace, matches)
        },
        |context, grant| {
            let name = [service_account(context.pod)];
            unmatched("service account", "serviceAccounts", &grant.service_accounts, name, matches)
        },
        |context, grant| {
            let images = covered_containers(context.pod).map(|c| c.raw.image.as_deref().unwrap_or_default());
            unmatched("image", "images", &grant.images, at_least_one(images), matches_image)
        },
        |context, grant| {
            let names = covered_containers(context.pod).map(|c| c.run_as_user_name().map_or("", |name| name.value()));
            unmatched("account", "runAsUserNames", &grant.run_as_user_names, at_least_one(names), matches_account)
        },
        |context, grant| {
            let paths = mounted_host_paths(context.pod);
            unmatched("host path", "hostPaths", &grant.host_paths, paths, matches_host_path)
        },
        |context, grant| unmatched_kind(context, grant),
        |context, grant| unmatched_requester(context, grant),
    ];
    checks.into_iter().filter_map(move |check| check(context, grant))
}

/// A list of a grant, with a value that is not in it.
#[derive(Debug)]
pub struct Mismatch<'c> {
    noun: &'static str,
    value: &'c str,
    list: &'static str,
    wanted: Wanted<'c>,
}

#[derive(Debug)]
enum Wanted<'c> {
    Patterns(&'c [Text<'c>]),
    Requesters(&'c Requesters<'c>),
    Labels(&'c LabelSelector<'c>),
    /// The labels, which are not known; the text says why.
    UnknownLabels(String),
}

fn unmatched<'c>(
    noun: &'static str,
    list: &'static str,
    patterns: &'c Option<List<Text<'_>>>,
    values: impl IntoIterator<Item = &'c str>,
    matches: fn(&str, &str) -> bool,
) -> Option<Mismatch<'c>> {
    let patterns: &'c [Text<'_>] = patterns.as_ref()?;
    let value = values.into_iter().find(|value| !patterns.iter().any(|pattern| matches(pattern, value)))?;
    Some(Mismatch { noun, value, list, wanted: Wanted::Patterns(patterns) })
}

/// Controllers send pods of their own kind: one of a CronJob is a pod of a Job.
fn unmatched_kind<'c>(context: &Context<'c, '_>, grant: &'c Grant) -> Option<Mismatch<'c>> {
    let patterns = grant.kinds.as_ref()?;
    let sent = requester::template_owner(context).unwrap_or(&context.request.kind.kind);
    let above = match sent {
        "ReplicaSet" => "Deployment",
        "Job" => "CronJob",
        kind => kind,
    };
    let kinds = if requester::template_owner(context).is_some() { [sent, above] } else { [sent, sent] };
    let is_listed = kinds.iter().any(|kind| patterns.iter().any(|pattern| matches(pattern, kind)));
    let wanted = Wanted::Patterns(patterns);
    (!is_listed).then_some(Mismatch { noun: "kind", value: sent, list: "kinds", wanted })
}

/// What a built-in controller sends was judged when somebody sent the template.
fn unmatched_requester<'c>(context: &Context<'c, '_>, grant: &'c Grant) -> Option<Mismatch<'c>> {
    let requesters = grant.requesters.as_ref()?;
    let user = &context.request.user_info;
    let name = user.username.as_deref().unwrap_or_default();
    let listed = |list: &Option<List<Text>>, name: &str| list.iter().flat_map(|l| l.iter()).any(|p| matches(p, name));
    let is_listed = requester::template_owner(context).is_some()
        || listed(&requesters.users, name)
        || user.groups.iter().any(|group| listed(&requesters.groups, group));
    let wanted = Wanted::Requesters(requesters);
    (!is_listed).then_some(Mismatch { noun: "requester", value: name, list: "requesters", wanted })
}

fn unmatched_labels<'c>(context: &Context<'c, '_>, grant: &'c Grant) -> Option<Mismatch<'c>> {
    let selector = grant.namespace_selector.as_ref()?;
    let namespace = &*context.request.namespace;
    let wanted = match context.cluster.namespace_labels(namespace) {
        Ok(labels) if selector.selects(labels) => return None,
        Ok(_) => Wanted::Labels(selector),
        Err(reason) => Wanted::UnknownLabels(reason),
    };
    Some(Mismatch { noun: "namespace", value: namespace, list: "namespaceSelector", wanted })
}

/// The containers that a grant must cover: the HostProcess ones, and where `hostProcess: true` is written but no
/// container ends up with it, all of them.
fn covered_containers<'p, 'a>(pod: &'p Pod<'a>) -> impl Iterator<Item = ContainerView<'p, 'a>> {
    let none = pod.host_process_containers().next().is_none();
    pod.containers().filter(move |container| none || container.is_host_process())
}

/// No value at all is one that no pattern can match: a custom kind may fill in its containers later.
fn at_least_one<'c>(values: impl Iterator<Item = &'c str>) -> impl Iterator<Item = &'c str> {
    let mut values = values.peekable();
    let missing = values.peek().is_none().then_some("");
    values.chain(missing)
}

pub(super) fn service_account<'p>(pod: &'p Pod) -> &'p str {
    let written = [&pod.spec.service_account_name, &pod.spec.service_account];
    written.into_iter().flatten().map(|name| &**name).find(|name| !name.is_empty()).unwrap_or("default")
}

fn mounted_host_paths<'p>(pod: &'p Pod) -> impl Iterator<Item = &'p str> {
    covered_containers(pod)
        .flat_map(|container| container.raw.volume_mounts.iter())
        .filter_map(|mount| pod.volume(mount.name.as_deref()?)?.host_path.as_ref())
        .map(|host_path| host_path.path.as_deref().unwrap_or_default())
}

/// Without regard to case, and for the service accounts without regard to spaces: `NT AUTHORITY\LocalService` logs
/// on as `NT AUTHORITY\Local Service` does.
fn matches_account(pattern: &str, name: &str) -> bool {
    !name.is_empty() && matches_ignoring_case(&unspaced(pattern), &unspaced(name))
}

fn unspaced(name: &str) -> String {
    match name.split_once('\\') {
        Some((domain, user)) if domain.eq_ignore_ascii_case("NT AUTHORITY") => {
            format!("{domain}\\{}", user.replace(' ', ""))
        }
        _ => name.to_owned(),
    }
}

/// `image 'x' is not in its images ['registry.example/*']`.
impl fmt::Display for Mismatch<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Mismatch { noun, value, list, wanted } = self;
        match (wanted, *value) {
            (Wanted::Labels(selector), _) => {
                return write!(f, "{noun} {} is not selected by its {list} ({selector})", quote(value));
            }
            (Wanted::UnknownLabels(reason), _) => {
                return write!(
                    f,
                    "the labels of {noun} {}, which its {list} needs, are not known ({reason})",
                    quote(value)
                );
            }
            (_, "") => write!(f, "no {noun} is known, which must be")?,
            (_, value) => write!(f, "{noun} {} is not", quote(value))?,
        }
        write!(f, " in its {list} [{wanted}]")
    }
}

impl fmt::Display for Wanted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Wanted::Patterns(patterns) => f.write_str(&listing(patterns)),
            Wanted::Requesters(Requesters { users, groups }) => {
                let named = [("users", users), ("groups", groups)];
                let lists = named.into_iter().filter_map(|(key, list)| {
                    list.as_ref().filter(|list| !list.is_empty()).map(|list| format!("{key} {}", listing(list)))
                });
                f.write_str(&lists.collect::<Vec<_>>().join("; "))
            }
            Wanted::Labels(selector) => selector.fmt(f),
            Wanted::UnknownLabels(reason) => f.write_str(reason),
        }
    }
}

/// `'a', 'b', 'c' and 4 more`.
fn listing(patterns: &[Text]) -> String {
    const MOST: usize = 3;
    let shown = patterns.iter().take(MOST).map(|pattern| quote(pattern).to_string()).collect::<Vec<_>>().join(", ");
    match patterns.len().saturating_sub(MOST) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
