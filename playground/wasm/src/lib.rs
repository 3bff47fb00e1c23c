//! The linter for the playground: functions that the browser calls, and the exchange of JSON in the module's memory.
//!
//! ```text
//! at = question(length)        allocates a request in JSON, which the page writes there
//! ask()                        handles the request
//! answer(), answer_length()    the response in JSON, or the message of the panic after a trap
//! ```
//!
//! The page uses a new instance for each request, because a panic ends an instance. Only [`Question::Replay`] and the cluster queries
//! that follow it use the same instance.

mod cluster;
mod fixed;
mod judged;
mod planned;
mod units;

use std::sync::{Mutex, MutexGuard, PoisonError};

use hostprocess_linter::Creation;
use serde::{Deserialize, Serialize};

/// A request of the page.
#[derive(Debug, Deserialize)]
#[serde(tag = "ask", rename_all = "lowercase")]
pub enum Question {
    /// Judges an input: see [`judged::Judged`].
    Judge {
        /// All that is judged.
        input: Input,
    },
    /// Applies fixes to the manifest.
    Fix {
        /// All that is judged.
        input: Input,
        /// The index of the object to fix.
        object: usize,
        /// The rules whose findings are fixed; all rules if `None`.
        rules: Option<Vec<String>>,
    },
    /// Plans the starts of containers: see [`planned::Planned`].
    Plan {
        /// All that is planned.
        input: Input,
    },
    /// Replays a session from its beginning.
    Replay {
        /// In the format of kwctl; empty for no cluster.
        session: String,
    },
    /// Answers a cluster query of the module.
    Cluster {
        /// For example `get_resource`.
        operation: String,
        /// JSON.
        payload: String,
    },
}

/// The contents of the page's editors and fields.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Input {
    manifest: String,
    before: String,
    settings: String,
    session: String,
    circumstances: Circumstances,
}

/// Details of the request that a manifest does not contain. Empty strings stand for unknown values.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Circumstances {
    namespace: String,
    user: String,
    groups: Vec<String>,
    subresource: String,
}

impl Circumstances {
    fn creation(&self) -> Creation {
        let known = |text: &String| Some(text).filter(|text| !text.is_empty()).cloned();
        Creation {
            namespace: known(&self.namespace),
            user: known(&self.user),
            groups: self.groups.clone(),
            subresource: known(&self.subresource),
            ..Creation::default()
        }
    }
}

static QUESTION: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static ANSWER: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Allocates a request of this many bytes.
#[allow(unsafe_code, reason = "the page finds the function by this name")]
#[unsafe(no_mangle)]
pub extern "C" fn question(length: usize) -> *mut u8 {
    let mut question = lock(&QUESTION);
    *question = vec![0; length];
    question.as_mut_ptr()
}

/// Handles the request.
#[allow(unsafe_code, reason = "the page finds the function by this name")]
#[unsafe(no_mangle)]
pub extern "C" fn ask() {
    std::panic::set_hook(Box::new(|panic| *lock(&ANSWER) = panic.to_string().into_bytes()));
    let question = std::mem::take(&mut *lock(&QUESTION));
    let answered = respond(&question);
    *lock(&ANSWER) = answered;
}

/// The address of the response.
#[allow(unsafe_code, reason = "the page finds the function by this name")]
#[unsafe(no_mangle)]
pub extern "C" fn answer() -> *const u8 {
    lock(&ANSWER).as_ptr()
}

/// The length of the response in bytes.
#[allow(unsafe_code, reason = "the page finds the function by this name")]
#[unsafe(no_mangle)]
pub extern "C" fn answer_length() -> usize {
    lock(&ANSWER).len()
}

/// Handles a request in JSON.
pub fn respond(question: &[u8]) -> Vec<u8> {
    match serde_json::from_slice(question) {
        Ok(Question::Judge { input }) => json(&judged::judge(&input)),
        Ok(Question::Fix { input, object, rules }) => json(&fixed::fix(&input, object, rules.as_deref())),
        Ok(Question::Plan { input }) => json(&planned::plan(&input)),
        Ok(Question::Replay { session }) => json(&cluster::replay(&session)),
        Ok(Question::Cluster { operation, payload }) => json(&cluster::answer(&operation, payload.as_bytes())),
        // The page is built with this module.
        Err(error) => panic!("not a question: {error}"),
    }
}

fn json(answer: &impl Serialize) -> Vec<u8> {
    // Responses have only string keys, so serialisation cannot fail.
    serde_json::to_vec(answer).unwrap_or_default()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
