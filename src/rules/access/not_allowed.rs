use super::coverage::{covers, depends_on_requester, mismatches};
use super::mismatch::Mismatch;
use super::permission;
use crate::outcome::ratchet::Ratchet;
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::rule::{Rule, Scope, page};
use crate::settings::grant::Grant;
use crate::settings::rbac::Subject;
use std::cmp::Reverse;
use std::fmt::Write;

pub static RULE: Rule = Rule {
    id: "not-allowed",
    summary: "a HostProcess workload that no grant in `allow` covers",
    scope: Scope::MayBeHostProcess,
    ratchet: Ratchet::SameSpec,
    page: page!("not_allowed.md"),
    check,
    ..Rule::DEFAULT
};

fn check(context: &Context, findings: &mut Findings) {
    let (allow, rbac) = (&context.settings.allow, &context.settings.rbac);
    if allow.is_none() && rbac.is_none() {
        return;
    }
    let grants = allow.as_deref().unwrap_or_default();
    if !context.is_host_process && !spares_controllers(context, grants) {
        return;
    }
    let Err(closest) = granted(context, grants) else { return };
    let permission = match rbac.as_ref().map(|rbac| permission::granted(context, rbac)) {
        Some(Ok(())) => return,
        Some(Err(reason)) => Some(reason),
        None => None,
    };
    let reasons: Vec<String> = closest.into_iter().chain(permission).collect();
    let reasons = reasons.join(", and ");
    if !context.is_host_process {
        let message = format!("is merged into a pod template that may be HostProcess, and {reasons}");
        findings.pod(
            "data.spec".to_owned(),
            message,
            "replace the whole template ($patch: replace), or ask for a grant",
        );
    } else if reasons.is_empty() {
        let message = "the policy allows no HostProcess workloads".to_owned();
        report(context, findings, message, "run it without hostProcess, or ask for a grant");
    } else {
        report(context, findings, reasons, "change that, or ask for a grant");
    }
}

/// Whether what a controller sends in this namespace is not asked for its requester, so that what it is made from must be.
fn spares_controllers(context: &Context, grants: &[Grant]) -> bool {
    context.settings.rbac.as_ref().is_some_and(|rbac| rbac.subject == Subject::Requester)
        || grants.iter().any(|grant| depends_on_requester(context, grant))
}

/// `Ok` when one of the grants covers the workload. Otherwise a sentence about the closest one, `None` when there are
/// no grants.
fn granted(context: &Context, grants: &[Grant]) -> Result<(), Option<String>> {
    if grants.iter().any(|grant| covers(context, grant)) {
        return Ok(());
    }
    // How much each of them misses matters only for the message of a denial.
    let mut closest: Option<(usize, Vec<Mismatch>)> = None;
    for (index, grant) in grants.iter().enumerate() {
        let missed = mismatches(context, grant);
        // Of two grants with as many mismatches, the one with more lists is closer, because more of it matches.
        let distance = |missed: &[Mismatch], index: usize| (missed.len(), Reverse(grants[index].constraint_count()));
        if closest.as_ref().is_none_or(|(at, best)| distance(&missed, index) < distance(best, *at)) {
            closest = Some((index, missed));
        }
    }
    Err(closest.map(|(index, missed)| explain(index, &missed)))
}

/// `no grant covers it: allow[1] comes closest, but image 'x' is not in its images ['registry.example/*']`.
fn explain(index: usize, missed: &[Mismatch]) -> String {
    let mut message = format!("no grant covers it: allow[{index}] comes closest");
    for (i, mismatch) in missed.iter().enumerate() {
        let joint = if i == 0 { ", but" } else { ", and" };
        // Writing to a string cannot fail.
        let _ = write!(message, "{joint} {mismatch}");
    }
    message
}

/// Reports at the pod's `hostProcess`, or at the first container that sets it to true when the pod does not.
fn report(context: &Context, findings: &mut Findings, message: String, fix: &str) {
    const FIELD: &str = "securityContext.windowsOptions.hostProcess";
    let pod = context.pod;
    let on_container = pod.containers().find(|c| c.own_windows_options().is_some_and(|o| o.host_process == Some(true)));
    match on_container {
        Some(container) if pod.windows_options().is_none_or(|options| options.host_process != Some(true)) => {
            findings.container(&container, container.path(FIELD), message, fix);
        }
        _ => findings.pod(pod.path(FIELD), message, fix),
    }
}
