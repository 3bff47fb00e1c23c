//! Which workloads a grant covers. A single grant must cover the whole workload: every list in it must match, for every
//! container.

use super::mismatch::{Mismatch, Wanted};
use super::requester;
use crate::admission::request::Request;
use crate::decode::List;
use crate::k8s::pod::{ContainerView, Level, Pod};
use crate::k8s::pod_spec::Volume;
use crate::rules::context::Context;
use crate::settings::grant::Grant;
use crate::settings::pattern::host_path::matches_host_path;
use crate::settings::pattern::image::matches_image;
use crate::settings::pattern::kind::{full_name, matches_kind};
use crate::settings::pattern::{matches, matches_ignoring_case};
use std::mem::replace;

/// What the lists of a grant must match to cover a workload.
#[derive(Debug)]
pub struct Needs {
    /// The namespace of the object.
    pub namespace: String,
    /// `default` when the pod names none.
    pub service_account: String,
    /// The kinds of which one must be listed: that of the object, or those that it counts as because of its owner.
    pub kinds: Vec<String>,
    /// The images as written, those of mounted image volumes included; `""` where one is missing.
    pub images: Vec<String>,
    /// The effective accounts; `""` where one is missing.
    pub accounts: Vec<String>,
    /// The host paths that are mounted.
    pub host_paths: Vec<String>,
}

/// What a grant must list to cover the workload of a request. `None` for one that needs no grant, and for a revision that is
/// merged into another template, which only a grant for that one could cover.
pub fn needs(request: &Request) -> Option<Needs> {
    let workload = request.object.as_ref()?;
    let pod = &workload.pod;
    let owned = |values: &mut dyn Iterator<Item = &str>| values.map(str::to_owned).collect();
    pod.sets_host_process().then(|| Needs {
        namespace: request.namespace.to_owned(),
        service_account: service_account(pod).to_owned(),
        kinds: requester::kinds_to_grant(request, workload),
        images: owned(&mut images(pod)),
        accounts: owned(&mut accounts(pod)),
        host_paths: owned(&mut mounted_host_paths(pod)),
    })
}

/// Compares one list of a grant with the workload.
type Check = for<'c> fn(&Context<'c, '_>, &'c Grant) -> Option<Mismatch<'c>>;

/// One for each list that the object decides, in the order in which messages name them. The requester and the cluster, in
/// this order, come after them.
const CHECKS: [Check; 6] = [
    |context, grant| unmatched_namespace(context, grant),
    |context, grant| {
        let name = [service_account(context.pod)];
        unmatched("service account", "serviceAccounts", &grant.service_accounts, name, matches)
    },
    |context, grant| unmatched("image", "images", &grant.images, images(context.pod), matches_image),
    |context, grant| {
        unmatched("account", "runAsUserNames", &grant.run_as_user_names, accounts(context.pod), matches_account)
    },
    |context, grant| {
        unmatched("host path", "hostPaths", &grant.host_paths, mounted_host_paths(context.pod), matches_host_path)
    },
    |context, grant| unmatched_kind(context, grant),
];

/// For whom a workload is to be covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whom {
    /// The one who sends the request.
    Requester,
    /// Anybody at all.
    Somebody,
}

/// Whether a grant covers the workload. A grant without lists covers nothing; validation refuses such settings anyway.
/// The cluster is asked for the namespace's labels only when everything else matches.
pub fn covers(context: &Context, grant: &Grant, whom: Whom) -> bool {
    grant.constraint_count() > 0
        && CHECKS.iter().all(|check| check(context, grant).is_none())
        && (whom == Whom::Somebody || unmatched_requester(context, grant).is_none())
        && unmatched_labels(context, grant).is_none()
}

/// Whether the grant depends on who sends a request in this namespace.
pub fn depends_on_requester(context: &Context, grant: &Grant) -> bool {
    grant.requesters.is_some() && unmatched_namespace(context, grant).is_none()
}

/// The lists of a grant that do not match.
pub fn mismatches<'c>(context: &Context<'c, '_>, grant: &'c Grant) -> Vec<Mismatch<'c>> {
    let mut missed: Vec<Mismatch> = CHECKS.iter().filter_map(|check| check(context, grant)).collect();
    missed.extend(unmatched_requester(context, grant));
    if missed.is_empty() {
        missed.extend(unmatched_labels(context, grant));
    }
    missed
}

/// The first value that matches no pattern of the list. An absent list matches everything.
fn unmatched<'c>(
    noun: &'static str,
    list: &'static str,
    patterns: &'c Option<List<&str>>,
    values: impl IntoIterator<Item = &'c str>,
    matches: fn(&str, &str) -> bool,
) -> Option<Mismatch<'c>> {
    let patterns: &[&str] = patterns.as_ref()?;
    let value = values.into_iter().find(|value| !patterns.iter().any(|pattern| matches(pattern, value)))?;
    Some(Mismatch { noun, value: value.into(), list, wanted: Wanted::Patterns(patterns) })
}

fn unmatched_namespace<'c>(context: &Context<'c, '_>, grant: &'c Grant) -> Option<Mismatch<'c>> {
    unmatched("namespace", "namespaces", &grant.namespaces, [context.request.namespace], matches)
}

/// Objects made by a built-in controller count as the controller's kind, and as the one above it.
fn unmatched_kind<'c>(context: &Context<'c, '_>, grant: &'c Grant) -> Option<Mismatch<'c>> {
    let patterns = grant.kinds.as_ref()?;
    let owner = requester::kind_of_origin(context.request, context.workload);
    let sent = owner.unwrap_or(&context.request.kind);
    let is_listed = |kind: &str| patterns.iter().any(|pattern| matches_kind(pattern, sent.group, kind));
    if is_listed(sent.kind) || owner.and_then(requester::kind_above).is_some_and(is_listed) {
        return None;
    }
    let value = full_name(sent.group, sent.kind);
    Some(Mismatch { noun: "kind", value, list: "kinds", wanted: Wanted::Patterns(patterns) })
}

/// Objects made by a built-in controller pass: their requester was checked when the template was submitted.
fn unmatched_requester<'c>(context: &Context<'c, '_>, grant: &'c Grant) -> Option<Mismatch<'c>> {
    let requesters = grant.requesters.as_ref()?;
    let user = &context.request.user_info;
    let name = user.username.unwrap_or_default();
    let lists = |list: &Option<List<&str>>, name: &str| list.iter().flat_map(|l| l.iter()).any(|p| matches(p, name));
    let is_listed = requester::template_owner(context.request, context.workload).is_some()
        || lists(&requesters.users, name)
        || user.groups.iter().any(|group| lists(&requesters.groups, group));
    let wanted = Wanted::Requesters(requesters);
    (!is_listed).then_some(Mismatch { noun: "requester", value: name.into(), list: "requesters", wanted })
}

fn unmatched_labels<'c>(context: &Context<'c, '_>, grant: &'c Grant) -> Option<Mismatch<'c>> {
    let selector = grant.namespace_selector.as_ref()?;
    let namespace = context.request.namespace;
    let wanted = match context.cluster.namespace_labels(namespace) {
        Ok(labels) if selector.selects(&labels) => return None,
        Ok(_) => Wanted::Labels(selector),
        Err(reason) => Wanted::UnknownLabels(reason),
    };
    Some(Mismatch { noun: "namespace", value: namespace.into(), list: "namespaceSelector", wanted })
}

/// The containers that a grant must cover.
fn covered_containers<'p, 'a>(pod: &'p Pod<'a>) -> impl Iterator<Item = ContainerView<'p, 'a>> {
    pod.containers().filter(is_covered(pod))
}

/// Whether a grant must cover a container: a HostProcess one, or any when `hostProcess: true` is set but in effect for none.
fn is_covered<'p, 'a>(pod: &'p Pod<'a>) -> impl Fn(&ContainerView<'p, 'a>) -> bool + Copy {
    let none = pod.host_process_containers().next().is_none();
    move |container| none || container.is_host_process()
}

/// The images of containers, and of the volumes that they mount: programs come from both.
fn images<'p>(pod: &'p Pod) -> impl Iterator<Item = &'p str> {
    let of_volume = |volume: &'p Volume| Some(volume.image.as_ref()?.reference.unwrap_or_default());
    or_empty_value(covered_containers(pod).map(|container| container.raw.image.unwrap_or_default()))
        .chain(mounted_volumes(pod).filter_map(of_volume))
}

fn accounts<'p>(pod: &'p Pod) -> impl Iterator<Item = &'p str> {
    // Once for all that inherit it.
    let mut has_inherited = false;
    or_empty_value(covered_containers(pod).filter_map(move |container| match container.run_as_user_name() {
        None => Some(""),
        Some(name) if name.set_on == Level::Pod && replace(&mut has_inherited, true) => None,
        Some(name) => Some(name.value),
    }))
}

/// Yields one empty value, which no pattern matches, when there are none: a custom kind may fill in its containers
/// later, so a grant must not cover it for having none yet.
fn or_empty_value<'c>(values: impl Iterator<Item = &'c str>) -> impl Iterator<Item = &'c str> {
    let mut values = values.peekable();
    let missing = values.peek().is_none().then_some("");
    values.chain(missing)
}

/// The name of the pod's service account, `default` when it sets none.
pub fn service_account<'p>(pod: &'p Pod) -> &'p str {
    let names = [pod.spec.service_account_name, pod.spec.service_account];
    names.into_iter().flatten().find(|name| !name.is_empty()).unwrap_or("default")
}

fn mounted_host_paths<'p>(pod: &'p Pod) -> impl Iterator<Item = &'p str> {
    let host_path = |volume: &'p Volume| Some(volume.host_path.as_ref()?.path.unwrap_or_default());
    mounted_volumes(pod).filter_map(host_path)
}

/// The volumes that a covered container mounts.
fn mounted_volumes<'p, 'a>(pod: &'p Pod<'a>) -> impl Iterator<Item = &'p Volume<'a>> {
    pod.spec.volumes.iter().filter(move |volume| {
        pod.containers_mounting(volume.name.unwrap_or_default()).any(|container| is_covered(pod)(&container))
    })
}

/// Ignores case and, in names of `NT AUTHORITY`, spaces: `NT AUTHORITY\LocalService` and `NT AUTHORITY\Local Service`
/// are the same account.
fn matches_account(pattern: &str, name: &str) -> bool {
    !name.is_empty() && matches_ignoring_case(&without_spaces(pattern), &without_spaces(name))
}

fn without_spaces(name: &str) -> String {
    match name.split_once('\\') {
        Some((domain, user)) if domain.eq_ignore_ascii_case("NT AUTHORITY") => {
            format!("{domain}\\{}", user.replace(' ', ""))
        }
        _ => name.to_owned(),
    }
}
