use super::coverage::{Claim, CoveredFor, MAX_COMPARED, depends_on_requester};
use super::mismatch::Mismatch;
use super::permission;
use crate::finding::collector::Findings;
use crate::finding::ratchet::Ratchet;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, Scope, about, page};
use crate::settings::grant::Grant;
use crate::settings::rbac::{Rbac, Subject};
use crate::wording::quote;
use std::cmp::Reverse;
use std::fmt::Write;

pub static RULE: Rule = Rule {
    id: "not-allowed",
    summary: about!("a HostProcess workload that no grant in `allow` covers"),
    scope: Scope::MayBeHostProcess,
    ratchet: Ratchet::SameWorkload,
    page: page!("not_allowed.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    let (allow, rbac) = (&context.settings.allow, &context.settings.rbac);
    if allow.is_none() && rbac.is_none() {
        return;
    }
    let grants = allow.as_deref().unwrap_or_default();
    if !context.is_host_process && !requester_check_skips_controllers(context, grants) {
        return;
    }
    let claim = Claim::of(context);
    let is_covered = |covered_for| {
        claim.as_ref().is_some_and(|claim| grants.iter().any(|grant| claim.is_covered_by(grant, covered_for)))
    };
    if is_covered(CoveredFor::Requester) {
        return;
    }
    let is_unknown = context.request.user_info.is_unknown();
    let is_undecided = |rbac: &Rbac| rbac.subject == Subject::Requester && is_unknown;
    let permission = match rbac {
        Some(rbac) if !is_undecided(rbac) => Some(permission::granted(context, rbac)),
        _ => None,
    };
    if permission == Some(Ok(())) {
        return;
    }
    if rbac.as_ref().is_some_and(is_undecided) || is_unknown && is_covered(CoveredFor::AnyRequester) {
        let message =
            "was not judged: whether it is allowed depends on the requester, and the request does not name one";
        let fix = "send it with kubectl apply --dry-run=server to have it judged";
        report(context, &mut findings.warnings(), message.to_owned(), fix);
        return;
    }
    const FIX: &str = "change that, or ask for a grant";
    let (message, fix) = match (uncovered_reason(claim.as_ref(), grants), permission.and_then(Result::err)) {
        (Some(no_grant), Some(no_permission)) => ([no_grant, no_permission].join(", and "), FIX),
        (Some(reason), None) | (None, Some(reason)) => (reason, FIX),
        (None, None) => {
            ("the policy allows no HostProcess workloads".to_owned(), "run it without hostProcess, or ask for a grant")
        }
    };
    report(context, findings, message, fix);
}

/// Whether the requester check is skipped for controllers in this namespace, so that the template itself must pass it.
fn requester_check_skips_controllers(context: &Context, grants: &[Grant]) -> bool {
    context.settings.rbac.as_ref().is_some_and(|rbac| rbac.subject == Subject::Requester)
        || grants.iter().any(|grant| depends_on_requester(context.request, grant))
}

/// The reason why no grant covers the workload; `None` if there are no grants.
fn uncovered_reason(claim: Option<&Claim>, grants: &[Grant]) -> Option<String> {
    match claim {
        Some(claim) => closest(claim, grants),
        None => (!grants.is_empty()).then(|| {
            let (values, bytes) = MAX_COMPARED;
            format!("no grant covers it: it has more than {values} images, accounts and host paths, or {bytes} bytes of them")
        }),
    }
}

/// The reason why the closest grant does not cover the workload; `None` if there are no grants.
fn closest(claim: &Claim, grants: &[Grant]) -> Option<String> {
    let mut closest: Option<(usize, Vec<Mismatch>)> = None;
    for (index, grant) in grants.iter().enumerate() {
        let missed = claim.mismatches(grant);
        // Among grants with equally many mismatches, the one with the most lists is closest, because more of it
        // matches.
        let distance = |missed: &[Mismatch], index: usize| (missed.len(), Reverse(grants[index].constraint_count()));
        if closest.as_ref().is_none_or(|(at, best)| distance(&missed, index) < distance(best, *at)) {
            closest = Some((index, missed));
        }
    }
    closest.map(|(index, missed)| match is_close(&grants[index], &missed) {
        true => closest_grant(index, &missed),
        false => no_close_grant(grants.len(), &missed),
    })
}

/// Whether the closest grant is close enough to name: it has few mismatches, or fewer mismatches than matches.
fn is_close(grant: &Grant, missed: &[Mismatch]) -> bool {
    missed.len() <= 2 || missed.len() * 2 < grant.constraint_count()
}

/// `no grant covers it, and none of the 12 comes close: it has namespace 'x', image 'y' and kind 'Pod'`.
fn no_close_grant(count: usize, missed: &[Mismatch]) -> String {
    let mut message = match count {
        1 => "no grant covers it, and the only one does not come close: it has".to_owned(),
        _ => format!("no grant covers it, and none of the {count} comes close: it has"),
    };
    for (i, mismatch) in missed.iter().enumerate() {
        let joint = match i {
            0 => "",
            _ if i + 1 == missed.len() => " and",
            _ => ",",
        };
        // Writing to a string cannot fail.
        let _ = write!(message, "{joint} {} {}", mismatch.noun, quote(&mismatch.value));
    }
    message
}

/// `no grant covers it: allow[1] comes closest, but image 'x' is not in its images ['registry.example/*']`.
fn closest_grant(index: usize, missed: &[Mismatch]) -> String {
    let mut message = format!("no grant covers it: allow[{index}] comes closest");
    for (i, mismatch) in missed.iter().enumerate() {
        let joint = if i == 0 { ", but" } else { ", and" };
        // Writing to a string cannot fail.
        let _ = write!(message, "{joint} {mismatch}");
    }
    message
}

/// Reports at the pod's `hostProcess`, or at the first container that sets it to true if the pod does not; for a
/// partial revision, at the patch.
fn report(context: &Context, findings: &mut Findings, message: String, fix: &str) {
    const FIELD: &str = "securityContext.windowsOptions.hostProcess";
    let pod = context.pod;
    if !context.is_host_process {
        let message = format!("is merged into a pod template that may be HostProcess, and {message}");
        let fix = "replace the whole template ($patch: replace), or ask for a grant";
        findings.pod("data.spec".to_owned(), message, fix);
        return;
    }
    let on_container = pod.containers().find(|c| c.own_windows_options().is_some_and(|o| o.host_process == Some(true)));
    match on_container {
        Some(container) if pod.windows_options().is_none_or(|options| options.host_process != Some(true)) => {
            findings.container(&container, container.path(FIELD), message, fix);
        }
        _ => {
            findings.pod(pod.path(FIELD), message, fix);
        }
    }
}
