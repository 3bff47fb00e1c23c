//! The linter for the playground: what a browser calls, and how texts get in and out of its memory.
//!
//! ```text
//! at = question(length)        room for a question in JSON, which the page writes there
//! ask()                        answers it
//! answer(), answer_length()    the answer in JSON, or after a trap the message of the panic
//! ```
//!
//! The page asks a fresh instance each time, because a panic ends one. Only [`Question::Replay`] and the questions about the cluster that
//! follow it go to the same instance.

mod cluster;
mod fixed;
mod judged;
mod planned;
mod units;

use std::sync::{Mutex, MutexGuard, PoisonError};

use hostprocess_linter::Creation;
use serde::{Deserialize, Serialize};

/// What the page asks.
#[derive(Debug, Deserialize)]
#[serde(tag = "ask", rename_all = "lowercase")]
pub enum Question {
    /// For everything that is shown about an input: see [`judged::Judged`].
    Judge {
        /// All that is judged.
        input: Input,
    },
    /// For the manifest after fixes.
    Fix {
        /// All that is judged.
        input: Input,
        /// The number of the object that is fixed.
        object: usize,
        /// The rules whose findings are fixed; all when there is no list.
        rules: Option<Vec<String>>,
    },
    /// For the starts of its containers: see [`planned::Planned`].
    Plan {
        /// All that is planned.
        input: Input,
    },
    /// Starts to replay a session.
    Replay {
        /// As kwctl writes it; empty for no cluster.
        session: String,
    },
    /// For the cluster's answer to the module.
    Cluster {
        /// `get_resource`, for example.
        operation: String,
        /// JSON.
        payload: String,
    },
}

/// What the editors and fields of the page hold.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Input {
    manifest: String,
    before: String,
    settings: String,
    session: String,
    circumstances: Circumstances,
}

/// What a manifest does not say about the request that creates its object. Empty texts stand for what is not known.
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
        let given = |text: &String| Some(text).filter(|text| !text.is_empty()).cloned();
        Creation {
            namespace: given(&self.namespace),
            user: given(&self.user),
            groups: self.groups.clone(),
            subresource: given(&self.subresource),
            ..Creation::default()
        }
    }
}

static QUESTION: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static ANSWER: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Makes room for a question of so many bytes.
#[allow(unsafe_code, reason = "the page finds the function by this name")]
#[unsafe(no_mangle)]
pub extern "C" fn question(length: usize) -> *mut u8 {
    let mut question = lock(&QUESTION);
    *question = vec![0; length];
    question.as_mut_ptr()
}

/// Answers the question.
#[allow(unsafe_code, reason = "the page finds the function by this name")]
#[unsafe(no_mangle)]
pub extern "C" fn ask() {
    std::panic::set_hook(Box::new(|panic| *lock(&ANSWER) = panic.to_string().into_bytes()));
    let question = std::mem::take(&mut *lock(&QUESTION));
    let answered = respond(&question);
    *lock(&ANSWER) = answered;
}

/// Where the answer is.
#[allow(unsafe_code, reason = "the page finds the function by this name")]
#[unsafe(no_mangle)]
pub extern "C" fn answer() -> *const u8 {
    lock(&ANSWER).as_ptr()
}

/// The length of the answer in bytes.
#[allow(unsafe_code, reason = "the page finds the function by this name")]
#[unsafe(no_mangle)]
pub extern "C" fn answer_length() -> usize {
    lock(&ANSWER).len()
}

/// The answer to a question in JSON.
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
    // Answers have no keys but texts.
    serde_json::to_vec(answer).unwrap_or_default()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
