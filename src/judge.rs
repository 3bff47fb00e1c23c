//! How a request is processed: payload bytes -> tree -> request and settings -> facts of the cluster -> rules -> severities.

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
    /// What is wrong there.
    pub message: String,
    /// The types, where the value is of another one than expected.
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

/// How often a pod is changed: first to `hostNetwork: true`, which may collide with other fields, then by removing those.
const MAX_MUTATIONS: usize = 2;

/// Judges a payload, `{"request": AdmissionRequest, "settings": Settings}`, and hands the request and what was found to `answer`.
/// Both borrow from the payload, which is why they are not returned. A pod that the policy changes is judged as changed.
///
/// # Errors
/// The payload is not JSON, or holds a value of another type where a rule would read it.
pub fn judge<T>(payload: &[u8], host: &dyn Host, answer: impl FnOnce(&Request, Outcome) -> T) -> Result<T, Unreadable> {
    let tree = parse(payload)?;
    let answer = judge_tree(&tree, host, answer);
    leave(tree);
    answer
}

/// Drops a value, but not in the module: an instance answers one request and ends, and freeing every value of the tree would take
/// 7 % of the instructions.
fn leave<T>(value: T) {
    if cfg!(feature = "guest") {
        std::mem::forget(value);
    }
}

/// The same for a payload that is parsed already.
///
/// # Errors
/// It holds a value of another type where a rule would read it.
pub fn judge_tree<T>(
    payload: &Value,
    host: &dyn Host,
    answer: impl FnOnce(&Request, Outcome) -> T,
) -> Result<T, Unreadable> {
    let tree = decode::member(payload, "request")?.ok_or_else(|| Error::new("missing field `request`"))?;
    match read(tree)? {
        None => Ok(answer(&Request::default(), Outcome::default())),
        Some(request) => {
            let answer = judge_read(None, MAX_MUTATIONS, (tree, &request), &settings_of(payload)?, host, answer);
            leave(request);
            answer
        }
    }
}

/// The same for a request, with settings that are read already.
///
/// # Errors
/// It holds a value of another type where a rule would read it.
pub fn judge_request<T>(
    tree: &Value,
    settings: &Settings,
    host: &dyn Host,
    answer: impl FnOnce(&Request, Outcome) -> T,
) -> Result<T, Unreadable> {
    match read(tree)? {
        None => Ok(answer(&Request::default(), Outcome::default())),
        Some(request) => judge_read(None, MAX_MUTATIONS, (tree, &request), settings, host, answer),
    }
}

fn parse(payload: &[u8]) -> Result<Value<'_>, Unreadable> {
    decode::parse(payload).map_err(|message| Unreadable { path: String::new(), message, wrong_type: None })
}

/// Reads a request. `None` for one that is accepted whatever its objects hold.
///
/// # Errors
/// It holds a value of another type where a rule would read it.
pub fn read<'t>(request: &'t Value<'t>) -> Result<Option<Request<'t>>, Unreadable> {
    Request::read(request).map_err(|error| error.in_member("request").into())
}

/// Judges a request that an earlier mutation may have made.
fn judge_read<T, F: FnOnce(&Request, Outcome) -> T>(
    earlier: Option<Mutation>,
    more_mutations: usize,
    (tree, request): (&Value, &Request),
    settings: &Settings,
    host: &dyn Host,
    answer: F,
) -> Result<T, Unreadable> {
    let Judged { findings, is_proven_windows } = judged(request, settings, host);
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
        Some(request) => judge_read(Some(mutation), more_mutations - 1, (&tree, &request), settings, host, answer),
    }
}

#[derive(Default)]
struct Judged {
    findings: Vec<Finding>,
    /// Whether the pod starts on Windows nodes only.
    is_proven_windows: bool,
}

/// The settings, which policy-server has validated: what only `settings::validation` refuses opens nothing.
fn settings_of<'t>(payload: &'t Value<'t>) -> Result<Settings<'t>, Error> {
    let mut settings = Settings::default();
    if let Some(value) = decode::member(payload, "settings")? {
        settings.read(value, &mut decode::Reader::default()).map_err(|error| error.in_member("settings"))?;
    }
    Ok(settings)
}

fn judged(request: &Request, settings: &Settings, host: &dyn Host) -> Judged {
    let Some(workload) = &request.object else { return Judged::default() };
    let cluster = Cluster::new(host);
    let run = |check: fn(&Context) -> Vec<Finding>, workload: &Workload| {
        let facts = Facts::ask(&cluster, &workload.pod, &settings.nodes);
        let context = Context::new(request, workload, settings, &cluster, &facts);
        Judged { findings: check(&context), is_proven_windows: context.is_proven_windows() }
    };
    let mut judged = run(registry::check, workload);
    if request.is_mirror_pod() {
        // Its static pod runs anyway.
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
