//! The open documents.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use lsp_server::RequestId;
use lsp_types::Uri;

use crate::lsp::check::Checked;
use crate::lsp::document::Snapshot;
use crate::lsp::task::Question;

/// An open document.
#[derive(Debug)]
pub struct Document {
    /// Its newest version.
    pub snapshot: Snapshot,
    /// The state of the check of that version.
    pub state: State,
    /// The requests that are answered after the check.
    waiting: Vec<(RequestId, Question)>,
}

/// The state of a check.
#[derive(Debug)]
pub enum State {
    /// It begins at this moment unless the document changes before.
    Due(Instant),
    /// The task with this number checks it.
    Running(u64),
    /// It has ended.
    Checked(Arc<Checked>),
    /// There is none: the document is too large, or made it fail.
    Refused,
}

/// All open documents.
#[derive(Debug, Default)]
pub struct Documents {
    by_uri: HashMap<String, Document>,
}

impl Documents {
    /// Opens a document, or replaces its text.
    pub fn update(&mut self, snapshot: Snapshot, state: State) {
        let key = snapshot.uri.as_str().to_owned();
        match self.by_uri.get_mut(&key) {
            Some(document) => {
                document.snapshot = snapshot;
                document.state = state;
            }
            None => {
                self.by_uri.insert(key, Document { snapshot, state, waiting: Vec::new() });
            }
        }
    }

    /// Closes a document. Returns the requests that were waiting.
    pub fn close(&mut self, uri: &Uri) -> Vec<(RequestId, Question)> {
        self.by_uri.remove(uri.as_str()).map(|document| document.waiting).unwrap_or_default()
    }

    /// An open document.
    pub fn get_mut(&mut self, uri: &Uri) -> Option<&mut Document> {
        self.by_uri.get_mut(uri.as_str())
    }

    /// Changes the state of a document, if it is open.
    pub fn set(&mut self, uri: &Uri, state: State) {
        if let Some(document) = self.get_mut(uri) {
            document.state = state;
        }
    }

    /// Whether the result of a task is still that of the newest version, and of the newest configuration.
    pub fn is_checked_by(&mut self, uri: &Uri, number: u64) -> bool {
        self.get_mut(uri).is_some_and(|document| matches!(document.state, State::Running(task) if task == number))
    }

    /// Has all documents that were checked checked again.
    pub fn recheck(&mut self, now: Instant) {
        for document in self.by_uri.values_mut() {
            if matches!(document.state, State::Checked(_) | State::Running(_)) {
                document.state = State::Due(now);
            }
        }
    }

    /// The documents that were checked.
    pub fn checked(&self) -> impl Iterator<Item = &Checked> {
        self.by_uri.values().filter_map(|document| match &document.state {
            State::Checked(checked) => Some(&**checked),
            _ => None,
        })
    }

    /// When the next of some documents is due.
    pub fn next_due(&self, is_meant: impl Fn(&Uri) -> bool) -> Option<Instant> {
        let documents = self.by_uri.values().filter(|document| is_meant(&document.snapshot.uri));
        documents.filter_map(Document::due).min()
    }

    /// One of some documents that is due, which the task with this number checks now.
    pub fn take_due(&mut self, now: Instant, number: u64, is_meant: impl Fn(&Uri) -> bool) -> Option<Snapshot> {
        let due = self.by_uri.values_mut().filter(|document| document.due().is_some_and(|due| due <= now));
        let document = due.filter(|document| is_meant(&document.snapshot.uri)).min_by_key(|document| document.due())?;
        document.state = State::Running(number);
        Some(document.snapshot.clone())
    }

    /// Takes the requests that are waiting for a document.
    pub fn take_waiting(&mut self, uri: &Uri) -> Vec<(RequestId, Question)> {
        self.get_mut(uri).map(|document| std::mem::take(&mut document.waiting)).unwrap_or_default()
    }

    /// Takes a request that is waiting for any document. Whether there was one.
    pub fn cancel(&mut self, id: &RequestId) -> bool {
        self.by_uri.values_mut().any(|document| {
            let before = document.waiting.len();
            document.waiting.retain(|(waiting, _)| waiting != id);
            document.waiting.len() < before
        })
    }
}

impl Document {
    /// Has a request wait for the check.
    pub fn wait(&mut self, id: RequestId, question: Question) {
        self.waiting.push((id, question));
    }

    fn due(&self) -> Option<Instant> {
        match self.state {
            State::Due(moment) => Some(moment),
            _ => None,
        }
    }
}
