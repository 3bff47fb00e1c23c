//! Work on a document that takes time.

use std::sync::Arc;

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
    /// For a hover.
    Hover(Position),
}

/// The result of a task.
#[derive(Debug)]
pub enum Done {
    /// The document was checked.
    Checked(Checked),
    /// The answer to a request, or why there is none.
    Answered(RequestId, Result<Value, String>),
}

impl Task {
    /// Does the work.
    pub fn run(self, load: &Load) -> Done {
        let Task { document, work } = self;
        let setup = load(&document.base());
        match work {
            Work::Check => Done::Checked(check(&document, setup)),
            Work::Answer(id, question, checked) => {
                let answer = match question {
                    Question::Actions(params, is_versioned) => {
                        actions(&document, &checked, &params, is_versioned, setup).map(|actions| as_json(&actions))
                    }
                    Question::Hover(at) => Ok(as_json(&hover(&document, &checked, at, setup))),
                };
                Done::Answered(id, answer)
            }
        }
    }
}

/// The types of the protocol can always be written.
pub fn as_json(value: &impl serde::Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}
