//! The server: reads messages, keeps the open documents, and runs tasks on threads.
//!
//! A document is checked once nobody has typed for a moment, and always in its newest version. It has at most one task at a time. The editor
//! gets a message about a task that takes too long; its thread goes on, and the document has no other task until the thread has ended.

mod documents;
mod initialize;
mod messages;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, after, never, select, unbounded};
use lsp_server::{Connection, ErrorCode, Message, Notification, ProtocolError, RequestId, Response};
use lsp_types::notification::{LogMessage, Notification as _, PublishDiagnostics, ShowMessage};
use lsp_types::{Diagnostic, LogMessageParams, MessageType, PublishDiagnosticsParams, ShowMessageParams, Uri};
use serde_json::Value;

use crate::lsp::check::{self, Checked};
use crate::lsp::server::documents::{Documents, State};
use crate::lsp::server::initialize::Client;
use crate::lsp::setup::Load;
use crate::lsp::task::{Done, Finished, Task, Work, as_json};

/// How many tasks run at once. One that was given up counts until its thread ends.
const MAX_RUNNING: usize = 4;

/// How long the server waits, and how much it takes.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// From a keystroke to the check of the document.
    pub pause: Duration,
    /// How long a task may take.
    pub task: Duration,
    /// How many bytes a document may have.
    pub bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { pause: Duration::from_millis(15), task: Duration::from_secs(5), bytes: 2 << 20 }
    }
}

/// A task that runs.
struct Running {
    number: u64,
    uri: Uri,
    text: Arc<str>,
    /// When it is given up; `None` once it is.
    until: Option<Instant>,
    /// The request that it answers; `None` for a check, and after an answer.
    request: Option<RequestId>,
}

struct Server {
    to_editor: Sender<Message>,
    client: Client,
    load: Load,
    limits: Limits,
    documents: Documents,
    /// Answers to requests.
    tasks: VecDeque<Task>,
    running: Vec<Running>,
    finished: (Sender<Finished>, Receiver<Finished>),
    number: u64,
    is_shut_down: bool,
}

/// Serves an editor until it exits, or closes the connection. Returns the exit code: 0 after a shutdown, else 1, as the protocol says.
///
/// # Errors
/// The editor does not begin with `initialize`.
pub fn serve(connection: Connection, load: Load, limits: Limits) -> Result<u8, ProtocolError> {
    let client = initialize::initialize(&connection)?;
    let mut server = Server {
        to_editor: connection.sender,
        client,
        load,
        limits,
        documents: Documents::default(),
        tasks: VecDeque::new(),
        running: Vec::new(),
        finished: unbounded(),
        number: 0,
        is_shut_down: false,
    };
    server.run(&connection.receiver);
    Ok(u8::from(!server.is_shut_down))
}

/// Whether no task about a document runs.
fn is_idle(running: &[Running], uri: &Uri) -> bool {
    running.iter().all(|running| running.uri != *uri)
}

impl Server {
    fn run(&mut self, from_editor: &Receiver<Message>) {
        loop {
            while let Some(task) = self.next_task() {
                self.start(task);
            }
            let wait =
                self.next_moment().map_or_else(never, |moment| after(moment.saturating_duration_since(Instant::now())));
            select! {
                recv(from_editor) -> message => match message {
                    Ok(Message::Notification(notification)) if notification.method == "exit" => return,
                    Ok(message) => self.take(message),
                    Err(_) => return,
                },
                recv(self.finished.1) -> finished => if let Ok((number, done)) = finished {
                    self.finish(number, done);
                },
                recv(wait) -> _ => self.give_up_late(),
            }
        }
    }

    /// When there is something to do without a message: a task has taken too long, or a document is due.
    fn next_moment(&self) -> Option<Instant> {
        let late = self.running.iter().filter_map(|running| running.until).min();
        let is_full = self.running.len() >= MAX_RUNNING;
        let due = if is_full { None } else { self.documents.next_due(|uri| is_idle(&self.running, uri)) };
        late.into_iter().chain(due).min()
    }

    /// A check that is due, else an answer, of a document without a running task.
    fn next_task(&mut self) -> Option<Task> {
        if self.running.len() >= MAX_RUNNING {
            return None;
        }
        let number = self.number + 1;
        let running = &self.running;
        if let Some(document) = self.documents.take_due(Instant::now(), number, |uri| is_idle(running, uri)) {
            return Some(Task { document, work: Work::Check });
        }
        let index = self.tasks.iter().position(|task| is_idle(running, &task.document.uri))?;
        self.tasks.remove(index)
    }

    fn start(&mut self, task: Task) {
        self.number += 1;
        let request = match &task.work {
            Work::Check => None,
            Work::Answer(id, ..) => Some(id.clone()),
        };
        let (uri, text) = (task.document.uri.clone(), task.document.text.clone());
        let until = Some(Instant::now() + self.limits.task);
        self.running.push(Running { number: self.number, uri, text, until, request });
        task.start(self.number, &self.load, &self.finished.0);
    }

    fn finish(&mut self, number: u64, done: Option<Done>) {
        let Some(index) = self.running.iter().position(|running| running.number == number) else { return };
        let Running { uri, text, request, .. } = self.running.swap_remove(index);
        match (done, request) {
            (Some(Done::Checked(checked)), _) => self.show(number, &uri, checked),
            (Some(Done::Answered(answer)), Some(id)) => {
                let is_current =
                    self.documents.get_mut(&uri).is_some_and(|open| Arc::ptr_eq(&open.snapshot.text, &text));
                if is_current {
                    self.answer(id, answer)
                } else {
                    self.refuse(id, ErrorCode::ContentModified, "changed")
                }
            }
            (None, Some(id)) => self.refuse(id, ErrorCode::InternalError, "internal error: please report it"),
            (None, None) if self.documents.is_checked_by(&uri, number) => {
                self.documents.set(&uri, State::Refused);
                self.explain(&uri, "not checked, because of an internal error: please report it, with the document");
            }
            // It was cancelled or given up.
            (_, None) => {}
        }
    }

    /// Publishes the result of a check, unless the text or the configuration has changed since.
    fn show(&mut self, number: u64, uri: &Uri, checked: Checked) {
        if self.documents.is_checked_by(uri, number) {
            self.publish(uri.clone(), Some(checked.version), checked.diagnostics.clone());
            self.documents.set(uri, State::Checked(checked.into()));
            self.answer_waiting(uri);
        }
    }

    /// Tells the editor about tasks that take too long.
    fn give_up_late(&mut self) {
        let now = Instant::now();
        let is_late = |running: &Running| running.until.is_some_and(|until| until <= now);
        let mut late = Vec::new();
        for running in self.running.iter_mut().filter(|running| is_late(running)) {
            running.until = None;
            late.push((running.number, running.uri.clone(), running.request.take()));
        }
        let seconds = self.limits.task.as_secs_f32();
        for (number, uri, request) in late {
            if let Some(id) = request {
                let message = format!("This takes more than {seconds} s: run hostprocess on {}", uri.as_str());
                self.notify(ShowMessage::METHOD, &ShowMessageParams { typ: MessageType::WARNING, message });
                self.answer(id, Value::Null);
                self.drop_tasks(&uri);
            } else if self.documents.is_checked_by(&uri, number) {
                let message =
                    format!("not checked yet: this takes more than {seconds} s; hostprocess check has no limit");
                self.explain(&uri, &message);
            }
        }
    }

    /// Answers the requests about a document with nothing: a check or an answer before them takes too long.
    fn drop_tasks(&mut self, uri: &Uri) {
        let (dropped, kept) = self.tasks.drain(..).partition(|task| task.document.uri == *uri);
        self.tasks = kept;
        let dropped: VecDeque<Task> = dropped;
        for task in dropped {
            if let Work::Answer(id, ..) = task.work {
                self.answer(id, Value::Null);
            }
        }
    }

    /// Shows a message in place of diagnostics. There is nothing to answer to the requests that wait for these.
    fn explain(&mut self, uri: &Uri, message: &str) {
        let version = self.documents.get_mut(uri).map(|document| document.snapshot.version);
        self.publish(uri.clone(), version, vec![check::note(message)]);
        for (id, _) in self.documents.take_waiting(uri) {
            self.answer(id, Value::Null);
        }
    }

    fn publish(&self, uri: Uri, version: Option<i32>, diagnostics: Vec<Diagnostic>) {
        self.notify(PublishDiagnostics::METHOD, &PublishDiagnosticsParams { uri, diagnostics, version });
    }

    fn log(&self, message: String) {
        self.notify(LogMessage::METHOD, &LogMessageParams { typ: MessageType::WARNING, message });
    }

    fn notify(&self, method: &str, params: &impl serde::Serialize) {
        self.send(Notification::new(method.to_owned(), as_json(params)).into());
    }

    fn answer(&self, id: RequestId, result: Value) {
        self.send(Response::new_ok(id, result).into());
    }

    fn refuse(&self, id: RequestId, code: ErrorCode, message: &str) {
        self.send(Response::new_err(id, code as i32, message.to_owned()).into());
    }

    fn send(&self, message: Message) {
        // After an error in the connection the receiver ends the loop.
        let _ = self.to_editor.send(message);
    }
}
