//! From findings to the answer: accept, warn or reject.

use std::collections::HashMap;

use kubewarden_policy_sdk::response::ValidationResponse;

use crate::cluster::{Cluster, Host};
use crate::finding::Finding;
use crate::pod::{ContainerList, ContainerView};
use crate::request::Request;
use crate::rules::{self, Context, Group, Scope};
use crate::settings::{Settings, Severity};
use crate::workload::Workload;

/// The rules page; every rule has an anchor there.
pub const RULES_PAGE: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/docs/rules.md");

/// Kubernetes shortens warnings of more than 256 characters.
const LONGEST_WARNING: usize = 250;
/// Kubernetes drops warnings when there are many.
const MOST_WARNINGS: usize = 10;
/// Values of hostile size are cut in messages.
const LONGEST_LINE: usize = 1000;

/// Everything found, with the severity that holds in the end.
#[derive(Debug, Default)]
pub struct Verdict {
    /// In rule order, then by path.
    pub findings: Vec<Finding>,
}

/// Judges a request: the rules, then the ratchet.
pub fn judge<'a>(request: &Request<'a>, settings: &Settings<'a>, host: &dyn Host) -> Verdict {
    let Some(workload) = &request.object else { return Verdict::default() };
    if !request.changes_pods() || workload.metadata.deletion_timestamp.0 {
        return Verdict::default();
    }
    let cluster = Cluster::new(host);
    let mut findings = check(request, workload, settings, &cluster);
    if is_mirror_pod(request, workload) {
        soften(&mut findings, |_| true);
    }
    if let Some(old) = &request.old_object
        && settings.ratchet
        && !findings.is_empty()
        && &*request.operation == "UPDATE"
        && same_images(old, workload)
    {
        let before = check(request, old, settings, &cluster);
        let same_spec = old.pod.spec == workload.pod.spec;
        soften(&mut findings, |finding| {
            // A resize is refused for what is asked, which the old object cannot have had.
            finding.rule.scope != Scope::Resize
                // Who may run it was answered for what ran. Another command is another question.
                && (same_spec || finding.rule.group != Group::Access)
                && before.iter().any(|old| old.is_same(finding))
        });
    }
    Verdict { findings }
}

fn check<'a>(
    request: &Request<'a>,
    workload: &Workload<'a>,
    settings: &Settings<'a>,
    cluster: &Cluster,
) -> Vec<Finding> {
    rules::check(&Context::new(request, workload, settings, cluster))
}

/// Turns denials into warnings.
fn soften(findings: &mut [Finding], is_tolerated: impl Fn(&Finding) -> bool) {
    for finding in findings.iter_mut().filter(|finding| finding.severity == Severity::Deny && is_tolerated(finding)) {
        finding.severity = Severity::Warn;
    }
}

/// Whether it is the image in the API of a static pod, which runs whether it is admitted or not. The annotation opens
/// no door: kube-apiserver lets nobody add or remove it later, and a kubelet runs nothing for a pod that has it.
fn is_mirror_pod(request: &Request, workload: &Workload) -> bool {
    let is_pod = request.kind.group.is_empty() && &*request.kind.kind == "Pod";
    is_pod && workload.pod.annotations.get("kubernetes.io/config.mirror").is_some()
}

/// Whether no container got another image and none was added. Other code in an old container is a new workload:
/// nothing is inherited. A new debug container changes nothing about the others; its own findings are new anyway.
fn same_images(old: &Workload, new: &Workload) -> bool {
    let is_old = |new: &ContainerView| {
        let mut olds = old.pod.containers().filter(|old| old.list == new.list && old.name() == new.name());
        match olds.next() {
            Some(old) => old.raw.image == new.raw.image,
            None => new.list == ContainerList::Ephemeral,
        }
    };
    new.pod.containers().all(|new| is_old(&new))
}

impl Verdict {
    /// Whether the request is rejected.
    pub fn is_denied(&self) -> bool {
        self.of(Severity::Deny).next().is_some()
    }

    fn of(&self, severity: Severity) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |finding| finding.severity == severity)
    }

    /// The answer to policy-server.
    pub fn response(&self, request: &Request) -> ValidationResponse {
        let denied = self.is_denied();
        ValidationResponse {
            accepted: !denied,
            message: denied.then(|| self.message(request)),
            code: None,
            mutated_object: None,
            audit_annotations: self.audit_annotations(),
            warnings: self.warnings(),
        }
    }

    /// Names the object, then a line for each finding that denies, last where the rules are explained.
    pub fn message(&self, request: &Request) -> String {
        let mut message = format!("{} is denied by windows-hostprocess-policy:\n", name_of(request));
        let mut rules: Vec<&str> = Vec::new();
        for finding in self.of(Severity::Deny) {
            message.push_str("- ");
            message.push_str(shorten(&finding.to_string(), LONGEST_LINE).as_ref());
            message.push('\n');
            if !rules.contains(&finding.rule.id) {
                rules.push(finding.rule.id);
            }
        }
        message.push_str("See ");
        message.push_str(RULES_PAGE);
        if let [rule] = rules[..] {
            message.push('#');
            message.push_str(rule);
        }
        message
    }

    /// A warning for each rule, and how many there are beyond the most that Kubernetes shows.
    fn warnings(&self) -> Option<Vec<String>> {
        let mut warnings: Vec<(&str, usize, String)> = Vec::new();
        for finding in self.of(Severity::Warn) {
            match warnings.last_mut() {
                Some((rule, more, _)) if *rule == finding.rule.id => *more += 1,
                _ => warnings.push((finding.rule.id, 0, finding.warning())),
            }
        }
        let left_out = warnings.len().saturating_sub(MOST_WARNINGS - 1);
        let shown = if left_out > 1 { MOST_WARNINGS - 1 } else { warnings.len() };
        let mut lines: Vec<String> = warnings[..shown].iter().map(warning_line).collect();
        if left_out > 1 {
            lines.push(format!("and {left_out} more rules warn about this object"));
        }
        (!lines.is_empty()).then_some(lines)
    }

    fn audit_annotations(&self) -> Option<HashMap<String, String>> {
        let annotations: HashMap<String, String> = [("denied-rules", Severity::Deny), ("warned-rules", Severity::Warn)]
            .into_iter()
            .filter_map(|(key, severity)| {
                let mut rules: Vec<&str> = self.of(severity).map(|finding| finding.rule.id).collect();
                rules.dedup();
                (!rules.is_empty()).then(|| (key.to_owned(), rules.join(",")))
            })
            .collect();
        (!annotations.is_empty()).then_some(annotations)
    }
}

fn warning_line((rule, more, text): &(&str, usize, String)) -> String {
    let end = match more {
        0 => format!(" [{rule}]"),
        more => format!(" (and {more} more) [{rule}]"),
    };
    shorten(text, LONGEST_WARNING - end.len()).into_owned() + &end
}

/// `DaemonSet kube-system/name`.
fn name_of(request: &Request) -> String {
    let metadata = request.object.as_ref().map(|workload| &workload.metadata);
    let own_name = metadata.and_then(|m| m.name.as_deref().or(m.generate_name.as_deref()));
    let name = if request.name.is_empty() { own_name.unwrap_or("(no name)") } else { &request.name };
    let slash = if request.namespace.is_empty() { "" } else { "/" };
    format!("{} {}{slash}{name}", request.kind.kind, request.namespace)
}

/// Cuts a text at a number of bytes, between characters.
fn shorten(text: &str, longest: usize) -> std::borrow::Cow<'_, str> {
    const ELLIPSIS: &str = "...";
    if text.len() <= longest {
        return text.into();
    }
    (text[..text.floor_char_boundary(longest - ELLIPSIS.len())].to_owned() + ELLIPSIS).into()
}
