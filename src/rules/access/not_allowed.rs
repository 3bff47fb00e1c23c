use super::coverage::{covers, mismatches};
use super::mismatch::Mismatch;
use super::permission;
use crate::outcome::ratchet::Ratchet;
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::rule::{Rule, page};
use crate::settings::grant::Grant;
use std::cmp::Reverse;
use std::fmt::Write;

pub static RULE: Rule = Rule {
    id: "not-allowed",
    summary: "a HostProcess workload that no grant in `allow` covers",
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
    let Err(closest) = granted(context, allow.as_deref().unwrap_or_default()) else { return };
    let permission = match rbac.as_ref().map(|rbac| permission::granted(context, rbac)) {
        Some(Ok(())) => return,
        Some(Err(reason)) => Some(reason),
        None => None,
    };
    let reasons: Vec<String> = closest.into_iter().chain(permission).collect();
    if reasons.is_empty() {
        let message = "nobody may run HostProcess workloads here".to_owned();
        report(context, findings, message, "run it without hostProcess, or ask for a grant");
    } else {
        report(context, findings, reasons.join("; "), "change that, or ask for a grant");
    }
}

/// Whether one of the grants covers the workload; if not, a sentence about the closest, where there is one.
fn granted(context: &Context, grants: &[Grant]) -> Result<(), Option<String>> {
    if grants.iter().any(|grant| covers(context, grant)) {
        return Ok(());
    }
    // Only now is it worth knowing how much each of them misses.
    let mut closest: Option<(usize, Vec<Mismatch>)> = None;
    for (index, grant) in grants.iter().enumerate() {
        let missed = mismatches(context, grant);
        // Of two grants that miss as much, the one that asks for more is closer.
        let distance = |missed: &[Mismatch], index: usize| (missed.len(), Reverse(grants[index].number_of_lists()));
        if closest.as_ref().is_none_or(|(at, best)| distance(&missed, index) < distance(best, *at)) {
            closest = Some((index, missed));
        }
    }
    Err(closest.map(|(index, missed)| explain(index, &missed)))
}

/// `no grant covers it; allow[1] comes closest, but image 'x' is not in its images ['registry.example/*']`.
fn explain(index: usize, missed: &[Mismatch]) -> String {
    let mut message = format!("no grant covers it; allow[{index}] comes closest");
    for (i, mismatch) in missed.iter().enumerate() {
        let joint = if i == 0 { ", but" } else { ", and" };
        // A string takes everything.
        let _ = write!(message, "{joint} {mismatch}");
    }
    message
}

/// Points at the first `hostProcess: true`.
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
