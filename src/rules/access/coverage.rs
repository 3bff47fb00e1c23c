//! Decides whether a grant covers a workload. A single grant must cover the whole workload: every list in it must
//! match, for every container.

use super::mismatch::{Mismatch, Wanted};
use super::requester;
use crate::admission::request::{GroupVersionKind, Request};
use crate::cluster::questions::{Cluster, Labels};
use crate::decode::List;
use crate::k8s::pod::{Level, Pod};
use crate::order::distinct;
use crate::rules::context::Context;
use crate::settings::grant::Grant;
use crate::settings::pattern::kind::{full_name, matches_kind};
use crate::settings::pattern::{Comparable, Syntax, matches_any};
use std::cell::OnceCell;
use std::mem::replace;

/// The values that the lists of a grant must match to cover a workload.
#[derive(Debug)]
pub struct GrantRequirements {
    /// The namespace of the object.
    pub namespace: String,
    /// The pod's service account; `default` if it names none.
    pub service_account: String,
    /// The kinds, of which one must be listed: that of the object, or those of its owners.
    pub kinds: Vec<String>,
    /// The images as written, including those of mounted image volumes; `""` for a missing one.
    pub images: Vec<String>,
    /// The effective accounts; `""` for a missing one.
    pub accounts: Vec<String>,
    /// The mounted host paths.
    pub host_paths: Vec<String>,
}

/// The requirements that a grant must meet to cover the workload of a request. `None` for a workload that needs no
/// grant, and for a partial revision, which only a grant for the resulting template could cover.
pub fn requirements(request: &Request) -> Option<GrantRequirements> {
    let workload = request.object.as_ref()?;
    let pod = &workload.pod;
    let owned = |values: Vec<&str>| values.into_iter().map(str::to_owned).collect();
    pod.sets_host_process().then(|| {
        let Values { images, accounts, host_paths } = Values::of(pod);
        GrantRequirements {
            namespace: request.namespace.to_owned(),
            service_account: service_account(pod).to_owned(),
            kinds: requester::kinds_to_grant(request, workload),
            images: owned(images),
            accounts: owned(accounts),
            host_paths: owned(host_paths),
        }
    })
}

/// The requester that a grant must cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CoveredFor {
    /// The sender of this request.
    Requester,
    /// Any requester, for the same object.
    AnyRequester,
}

/// The maximum number of distinct images, accounts and host paths of a workload, and their maximum total size in bytes:
/// each may be compared with each pattern in the settings.
pub const MAX_COMPARED: (usize, usize) = (250, 16_000);

/// The values of a workload that are compared with grants, collected once.
#[derive(Debug)]
pub struct Claim<'c> {
    request: &'c Request<'c>,
    cluster: &'c Cluster<'c>,
    service_account: &'c str,
    images: Vec<Comparable<'c>>,
    accounts: Vec<Comparable<'c>>,
    host_paths: Vec<Comparable<'c>>,
    /// The kind that counts for `kinds`, and the name of its owner's kind in the same group, which counts as well.
    counted_kind: &'c GroupVersionKind<'c>,
    above: Option<&'static str>,
    /// Whether a built-in controller created it from a template.
    is_from_controller: bool,
    /// The user's groups that are compared.
    groups: Vec<&'c str>,
    labels: OnceCell<Result<Labels, String>>,
}

impl<'c> Claim<'c> {
    /// Collects the values of the workload of a request. `None` if there are too many to compare, in which case no
    /// grant covers it.
    #[inline(never)]
    pub fn of(context: &Context<'c, '_>) -> Option<Claim<'c>> {
        let pod = context.pod;
        let Values { images, accounts, host_paths } = Values::of(pod);
        let lists = [images, accounts, host_paths].map(distinct);
        let values = || lists.iter().flatten();
        if values().count() > MAX_COMPARED.0 || values().map(|value| value.len()).sum::<usize>() > MAX_COMPARED.1 {
            return None;
        }
        let [images, accounts, host_paths] = lists;
        let comparable = |syntax: Syntax, values: Vec<&'c str>| {
            values.into_iter().map(|value| syntax.comparable(value)).collect::<Vec<_>>()
        };
        let (request, workload) = (context.request, context.workload);
        let owner = requester::kind_of_origin(request, workload);
        let counted_kind = owner.unwrap_or(&request.kind);
        Some(Claim {
            request,
            cluster: context.cluster,
            service_account: service_account(pod),
            images: comparable(Syntax::IMAGE, images),
            accounts: comparable(Syntax::ACCOUNT, accounts),
            host_paths: comparable(Syntax::HOST_PATH, host_paths),
            counted_kind,
            above: owner.and_then(requester::kind_above),
            is_from_controller: requester::template_owner(request, workload).is_some(),
            groups: compared_groups(&request.user_info.groups),
            labels: OnceCell::new(),
        })
    }

    /// Whether a grant covers the workload. A grant without lists covers nothing; validation rejects such settings
    /// anyway. The namespace's labels are queried only if everything else matches.
    #[inline(never)]
    pub fn is_covered_by(&self, grant: &Grant, covered_for: CoveredFor) -> bool {
        grant.constraint_count() > 0
            && CHECKS.iter().all(|check| check(self, grant).is_none())
            && (covered_for == CoveredFor::AnyRequester || self.unmatched_requester(grant).is_none())
            && self.unmatched_labels(grant).is_none()
    }

    /// The lists of a grant that do not match.
    pub fn mismatches<'v>(&'v self, grant: &'v Grant) -> Vec<Mismatch<'v>> {
        let mut missed: Vec<Mismatch> = CHECKS.iter().filter_map(|check| check(self, grant)).collect();
        missed.extend(self.unmatched_requester(grant));
        if missed.is_empty() {
            missed.extend(self.unmatched_labels(grant));
        }
        missed
    }

    /// Objects of a built-in controller pass: their requester was checked when the template was submitted.
    fn unmatched_requester<'v>(&'v self, grant: &'v Grant) -> Option<Mismatch<'v>> {
        let requesters = grant.requesters.as_ref()?;
        let name = self.request.user_info.username.unwrap_or_default();
        let is_listed = |names: &Option<List<&str>>, name: &str| names.as_ref().is_some_and(|l| matches_any(l, name));
        let is_requester = self.is_from_controller
            || is_listed(&requesters.users, name)
            || self.groups.iter().any(|group| is_listed(&requesters.groups, group));
        let wanted = Wanted::Requesters(requesters);
        (!is_requester).then_some(Mismatch { noun: "requester", value: name.into(), list: "requesters", wanted })
    }

    fn unmatched_labels<'v>(&'v self, grant: &'v Grant) -> Option<Mismatch<'v>> {
        let selector = grant.namespace_selector.as_ref()?;
        let namespace = self.request.namespace;
        let wanted = match self.labels.get_or_init(|| self.cluster.namespace_labels(namespace)) {
            Ok(labels) if selector.selects(labels) => return None,
            Ok(_) => Wanted::Labels(selector),
            Err(reason) => Wanted::UnknownLabels(reason),
        };
        Some(Mismatch { noun: "namespace", value: namespace.into(), list: "namespaceSelector", wanted })
    }
}

/// Compares one list of a grant with the workload.
type Check = for<'v> fn(&'v Claim, &'v Grant) -> Option<Mismatch<'v>>;

/// One check for each list that concerns the object, in the order of messages. The requester and the namespace's labels
/// follow.
const CHECKS: [Check; 6] = [
    |claim, grant| unmatched_name("namespace", "namespaces", &grant.namespaces, claim.request.namespace),
    |claim, grant| unmatched_name("service account", "serviceAccounts", &grant.service_accounts, claim.service_account),
    |claim, grant| unmatched("image", "images", &grant.images, Syntax::IMAGE, &claim.images),
    |claim, grant| unmatched("account", "runAsUserNames", &grant.run_as_user_names, Syntax::ACCOUNT, &claim.accounts),
    |claim, grant| unmatched("host path", "hostPaths", &grant.host_paths, Syntax::HOST_PATH, &claim.host_paths),
    unmatched_kind,
];

/// The first value that matches no pattern of the list. An absent list matches everything.
fn unmatched<'v>(
    noun: &'static str,
    list: &'static str,
    patterns: &'v Option<List<&str>>,
    syntax: Syntax,
    values: &'v [Comparable],
) -> Option<Mismatch<'v>> {
    let patterns: &[&str] = patterns.as_ref()?;
    let value = syntax.first_unmatched(patterns, values)?.text;
    Some(Mismatch { noun, value: value.into(), list, wanted: Wanted::Patterns(patterns) })
}

/// The name, if no pattern of the list matches it.
fn unmatched_name<'v>(
    noun: &'static str,
    list: &'static str,
    patterns: &'v Option<List<&str>>,
    name: &'v str,
) -> Option<Mismatch<'v>> {
    let patterns: &[&str] = patterns.as_ref()?;
    let wanted = Wanted::Patterns(patterns);
    (!matches_any(patterns, name)).then_some(Mismatch { noun, value: name.into(), list, wanted })
}

/// Objects of a built-in controller count as the controller's kind.
fn unmatched_kind<'v>(claim: &'v Claim, grant: &'v Grant) -> Option<Mismatch<'v>> {
    let patterns = grant.kinds.as_ref()?;
    let Claim { counted_kind: GroupVersionKind { group, kind }, above, .. } = claim;
    let is_listed = |kind: &str| patterns.iter().any(|pattern| matches_kind(pattern, group, kind));
    if is_listed(kind) || above.is_some_and(is_listed) {
        return None;
    }
    let value = full_name(group, kind);
    Some(Mismatch { noun: "kind", value, list: "kinds", wanted: Wanted::Patterns(patterns) })
}

/// Whether the grant depends on the requester in this namespace.
pub fn depends_on_requester(request: &Request, grant: &Grant) -> bool {
    let covers_namespace = |patterns: &List<&str>| matches_any(patterns, request.namespace);
    grant.requesters.is_some() && grant.namespaces.as_ref().is_none_or(covers_namespace)
}

/// The user's groups that are compared.
fn compared_groups<'c>(groups: &'c [&str]) -> Vec<&'c str> {
    let mut bytes = 0;
    let fits = |group: &&str| {
        bytes += group.len();
        bytes <= MAX_COMPARED.1
    };
    distinct(groups.to_vec()).into_iter().take(MAX_COMPARED.0).take_while(fits).collect()
}

/// The values that lists of grants restrict, of each covered container and its volumes.
#[derive(Default)]
struct Values<'p> {
    images: Vec<&'p str>,
    accounts: Vec<&'p str>,
    host_paths: Vec<&'p str>,
}

impl<'p> Values<'p> {
    fn of(pod: &'p Pod) -> Values<'p> {
        let mut values = Values::default();
        // A grant must cover the HostProcess containers, or all containers if `hostProcess: true` is set but effective
        // for none.
        let none = pod.host_process_containers().next().is_none();
        let mut has_inherited = false;
        for container in pod.containers().filter(|container| none || container.is_host_process()) {
            values.images.push(container.raw.image.unwrap_or_default());
            match container.run_as_user_name() {
                // An inherited account counts once.
                Some(account) if account.set_on == Level::Pod && replace(&mut has_inherited, true) => {}
                account => values.accounts.push(account.map_or("", |account| account.value.name())),
            }
        }
        // No pattern matches an empty value. A custom kind without containers may fill them in later, so no grant may
        // cover it.
        if values.images.is_empty() {
            values.images.push("");
            values.accounts.push("");
        }
        for (index, volume) in pod.spec.volumes.iter().enumerate() {
            let users = pod.volumes.users(index);
            if users.first_host_process.is_some() || none && users.first.is_some() {
                // Image volumes contain programs, too.
                values.images.extend(volume.image.as_ref().map(|image| image.reference.unwrap_or_default()));
                values.host_paths.extend(volume.host_path.as_ref().map(|host| host.path.unwrap_or_default()));
            }
        }
        values
    }
}

/// The name of the pod's service account; `default` if it sets none.
pub fn service_account<'p>(pod: &'p Pod) -> &'p str {
    let names = [pod.spec.service_account_name, pod.spec.service_account];
    names.into_iter().flatten().find(|name| !name.is_empty()).unwrap_or("default")
}
