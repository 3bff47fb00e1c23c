//! How a request is processed: payload bytes -> JSON tree -> request and settings -> cluster facts -> rules ->
//! severities.

use std::fmt;

use crate::admission::request::Request;
use crate::admission::workload::Workload;
use crate::cluster::facts::Facts;
use crate::cluster::host::Host;
use crate::cluster::questions::Cluster;
use crate::decode::error::WrongType;
use crate::decode::{self, Error, Read, Value};
use crate::finding::ratchet::{downgrade_old_findings, has_same_images};
use crate::finding::severity::Severity;
use crate::finding::{Finding, denials};
use crate::outcome::mutation::{Mutation, mutate};
use crate::outcome::response::Outcome;
use crate::rules::context::Context;
use crate::rules::registry;
use crate::settings::Settings;

/// A payload that could not be read.
#[derive(Debug)]
pub struct Unreadable {
    /// The path of the field in the payload, `request.object.spec.hostNetwork`; empty when the payload is not JSON.
    pub path: String,
    /// The reason, without the path.
    pub message: String,
    /// The found and expected types, if the type is wrong.
    pub wrong_type: Option<WrongType>,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the request could not be read: ")?;
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.message)
    }
}

impl From<Error> for Unreadable {
    fn from(error: Error) -> Self {
        Unreadable { path: error.path(), message: error.message().to_owned(), wrong_type: error.types().cloned() }
    }
}

/// The maximum number of mutations: setting `hostNetwork: true` may conflict with other fields, which the second one
/// removes.
const MAX_MUTATIONS: usize = 2;

/// Judges a payload, `{"request": AdmissionRequest, "settings": Settings}`, and passes the request and the outcome to
/// `answer`. Both borrow from the payload, so they cannot be returned. A mutated pod is judged again.
///
/// # Errors
/// The payload is not JSON, or a field that a rule reads has the wrong type.
pub fn judge<T>(payload: &[u8], host: &dyn Host, answer: impl FnOnce(&Request, Outcome) -> T) -> Result<T, Unreadable> {
    let tree = parse(payload)?;
    let answer = judge_tree(&tree, host, answer);
    forget_in_guest(tree);
    answer
}

/// Drops a value, except in the Wasm guest: an instance answers a single request, and freeing the tree would take 7 %
/// of the instructions.
fn forget_in_guest<T>(value: T) {
    if cfg!(feature = "guest") {
        std::mem::forget(value);
    }
}

/// Like [`judge`], for a parsed payload.
///
/// # Errors
/// A field that a rule reads has the wrong type.
pub fn judge_tree<T>(
    payload: &Value,
    host: &dyn Host,
    answer: impl FnOnce(&Request, Outcome) -> T,
) -> Result<T, Unreadable> {
    let tree = decode::member(payload, "request")?.ok_or_else(|| Error::new("missing field `request`"))?;
    match read(tree)? {
        None => Ok(answer(&Request::default(), Outcome::default())),
        Some(request) => {
            let answer =
                judge_and_mutate(None, MAX_MUTATIONS, (tree, &request), &read_settings(payload)?, host, answer);
            forget_in_guest(request);
            answer
        }
    }
}

/// Like [`judge_tree`], for a request and settings that have been read.
///
/// # Errors
/// A field that a rule reads has the wrong type.
pub fn judge_request<T>(
    tree: &Value,
    settings: &Settings,
    host: &dyn Host,
    answer: impl FnOnce(&Request, Outcome) -> T,
) -> Result<T, Unreadable> {
    match read(tree)? {
        None => Ok(answer(&Request::default(), Outcome::default())),
        Some(request) => judge_and_mutate(None, MAX_MUTATIONS, (tree, &request), settings, host, answer),
    }
}

fn parse(payload: &[u8]) -> Result<Value<'_>, Unreadable> {
    decode::parse(payload).map_err(|message| Unreadable { path: String::new(), message, wrong_type: None })
}

/// Reads a request; `None` if it is accepted regardless of its objects.
///
/// # Errors
/// A field that a rule reads has the wrong type.
pub fn read<'t>(request: &'t Value<'t>) -> Result<Option<Request<'t>>, Unreadable> {
    Request::read(request).map_err(|error| error.in_member("request").into())
}

/// Judges a request, which may be the result of an `earlier` mutation.
fn judge_and_mutate<T, F: FnOnce(&Request, Outcome) -> T>(
    earlier: Option<Mutation>,
    more_mutations: usize,
    (tree, request): (&Value, &Request),
    settings: &Settings,
    host: &dyn Host,
    answer: F,
) -> Result<T, Unreadable> {
    let Judged { findings, is_proven_windows } = evaluate(request, settings, host);
    let mutated = match more_mutations {
        0 => Err(findings),
        _ => mutate(tree, request, settings, findings, is_proven_windows),
    };
    let mutation = match mutated {
        Ok(mutation) => mutation.after(earlier),
        Err(findings) => return Ok(answer(request, Outcome { findings, mutation: earlier })),
    };
    // Serialising a tree of JSON values cannot fail.
    let text = serde_json::to_vec(&mutation.request).unwrap_or_default();
    let tree = parse(&text)?;
    match read(&tree)? {
        None => Ok(answer(&Request::default(), Outcome { findings: Vec::new(), mutation: Some(mutation) })),
        Some(request) => {
            judge_and_mutate(Some(mutation), more_mutations - 1, (&tree, &request), settings, host, answer)
        }
    }
}

#[derive(Default)]
struct Judged {
    findings: Vec<Finding>,
    /// Whether the pod can start on Windows nodes only.
    is_proven_windows: bool,
}

/// Reads the settings, which policy-server has validated. The additional checks of `settings::validation` are not
/// repeated, because settings that fail only those never allow more.
fn read_settings<'t>(payload: &'t Value<'t>) -> Result<Settings<'t>, Error> {
    let mut settings = Settings::default();
    if let Some(value) = decode::member(payload, "settings")? {
        settings.read(value, &mut decode::Reader::default()).map_err(|error| error.in_member("settings"))?;
    }
    Ok(settings)
}

fn evaluate(request: &Request, settings: &Settings, host: &dyn Host) -> Judged {
    let Some(workload) = &request.object else { return Judged::default() };
    let cluster = Cluster::new(host);
    let run = |check: fn(&Context) -> Vec<Finding>, workload: &Workload| {
        let facts = Facts::ask(&cluster, &workload.pod, &settings.nodes);
        let context = Context::new(request, workload, settings, &cluster, &facts);
        Judged { findings: check(&context), is_proven_windows: context.is_proven_windows() }
    };
    let mut judged = run(registry::check, workload);
    if request.is_mirror_pod() {
        // The kubelet runs the static pod regardless of its mirror pod.
        denials(&mut judged.findings).for_each(|finding| finding.severity = Severity::Warn);
    }
    if let Some(old) = &request.old_object
        && settings.ratchet
        && request.operation == "UPDATE"
        && judged.findings.iter().any(|finding| finding.severity == Severity::Deny)
    {
        let had = if has_same_images(old, workload) { run(registry::check_old, old).findings } else { Vec::new() };
        downgrade_old_findings(&mut judged.findings, request.change, &had);
    }
    judged
}
