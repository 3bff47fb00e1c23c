//! Work on a document that takes time.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;

use crossbeam_channel::Sender;
use lsp_server::RequestId;
use lsp_types::{CodeActionParams, Position};
use serde_json::Value;

use crate::lsp::actions::actions;
use crate::lsp::check::{Checked, check};
use crate::lsp::document::Snapshot;
use crate::lsp::hover::hover;
use crate::lsp::setup::Load;

/// A task about a version of a document.
#[derive(Debug)]
pub struct Task {
    /// The document.
    pub document: Snapshot,
    /// The work.
    pub work: Work,
}

/// The work of a task.
#[derive(Clone, Debug)]
pub enum Work {
    /// Check the document.
    Check,
    /// Answer a request about it, given the result of its check.
    Answer(RequestId, Question, Arc<Checked>),
}

/// A request about a document.
#[derive(Clone, Debug)]
pub enum Question {
    /// For code actions, with edits of a version or not.
    Actions(Box<CodeActionParams>, bool),
    /// For a hover, in Markdown or as plain text.
    Hover(Position, bool),
}

/// The result of a task.
#[derive(Debug)]
pub enum Done {
    /// The document was checked.
    Checked(Checked),
    /// The answer to a request.
    Answered(Value),
}

/// A finished task, by the number that it was given; `None` after a panic.
pub type Finished = (u64, Option<Done>);

impl Task {
    /// Does the work on a thread, which sends the result to `finished`.
    pub fn start(self, number: u64, load: &Load, finished: &Sender<Finished>) {
        let (load, finished) = (load.clone(), finished.clone());
        thread::spawn(move || {
            let done = catch_unwind(AssertUnwindSafe(|| self.run(&load))).ok();
            // Without a server nobody needs the result.
            let _ = finished.send((number, done));
        });
    }

    fn run(self, load: &Load) -> Done {
        let Task { document, work } = self;
        let setup = load(&document.base());
        match work {
            Work::Check => Done::Checked(check(&document, setup)),
            Work::Answer(_, question, checked) => Done::Answered(match question {
                Question::Actions(params, is_versioned) => {
                    as_json(&actions(&document, &checked, &params, is_versioned, setup))
                }
                Question::Hover(at, takes_markdown) => as_json(&hover(&document, &checked, at, takes_markdown, setup)),
            }),
        }
    }
}

/// The types of the protocol can always be written.
pub fn as_json(value: &impl serde::Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}
