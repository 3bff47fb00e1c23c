//! The server: reads messages, keeps the open documents, and gives tasks to a worker.
//!
//! A document is checked once nobody has typed for a moment, and always in its newest version. One task runs at a time. A task that takes too
//! long is given up: the editor gets a message, another worker goes on with other documents, and this document waits until the old
//! thread has ended.

mod documents;
mod initialize;
mod messages;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, after, never, select, unbounded};
use lsp_server::{Connection, ErrorCode, Message, Notification, ProtocolError, RequestId, Response};
use lsp_types::notification::{Notification as _, PublishDiagnostics};
use lsp_types::{Diagnostic, PublishDiagnosticsParams, Uri};
use serde_json::Value;

use crate::lsp::check::at_start;
use crate::lsp::server::documents::{Documents, State};
use crate::lsp::server::initialize::Client;
use crate::lsp::setup::Load;
use crate::lsp::task::{Done, Task, Work, as_json};
use crate::lsp::worker::{Finished, Worker};

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

/// The task that runs.
struct Running {
    number: u64,
    uri: Uri,
    /// When it is given up.
    until: Instant,
    /// The request that it answers.
    request: Option<RequestId>,
}

struct Server {
    to_editor: Sender<Message>,
    client: Client,
    load: Load,
    limits: Limits,
    documents: Documents,
    /// Answers to requests, which come before checks.
    tasks: VecDeque<Task>,
    worker: Worker,
    running: Option<Running>,
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
    let finished = unbounded();
    let worker = Worker::start(load.clone(), finished.0.clone());
    let mut server = Server {
        to_editor: connection.sender,
        client,
        load,
        limits,
        documents: Documents::default(),
        tasks: VecDeque::new(),
        worker,
        running: None,
        finished,
        number: 0,
        is_shut_down: false,
    };
    server.watch_files();
    server.run(&connection.receiver);
    Ok(u8::from(!server.is_shut_down))
}

impl Server {
    fn run(&mut self, from_editor: &Receiver<Message>) {
        loop {
            self.start_next();
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
        match &self.running {
            Some(running) => Some(running.until),
            None => self.documents.next_due(),
        }
    }

    /// Starts a task unless one is running.
    fn start_next(&mut self) {
        if self.running.is_some() {
            return;
        }
        let Some(task) = self.tasks.pop_front().or_else(|| self.due_check()) else { return };
        let request = match &task.work {
            Work::Check => None,
            Work::Answer(id, ..) => Some(id.clone()),
        };
        self.number += 1;
        let until = Instant::now() + self.limits.task;
        self.running = Some(Running { number: self.number, uri: task.document.uri.clone(), until, request });
        self.worker.run(self.number, task);
    }

    fn due_check(&mut self) -> Option<Task> {
        let document = self.documents.take_due(Instant::now())?;
        Some(Task { document, work: Work::Check })
    }

    fn finish(&mut self, number: u64, done: Option<Done>) {
        let Some(Running { uri, request, .. }) = self.running.take_if(|running| running.number == number) else {
            // It had been given up; the document may be tried again.
            self.documents.resume(number, Instant::now());
            return;
        };
        match done {
            Some(Done::Checked(checked)) => {
                // If the text or the configuration has changed since, another check is due.
                if self.documents.get_mut(&uri).is_some_and(|document| matches!(document.state, State::Running)) {
                    self.publish(uri.clone(), Some(checked.version), checked.diagnostics.clone());
                    self.documents.set(&uri, State::Checked(checked.into()));
                    self.answer_waiting(&uri);
                }
            }
            // A request without an id was cancelled.
            Some(Done::Answered(id, answer)) => {
                if request.is_some() {
                    self.answer(id, answer);
                }
            }
            None => self.fail(&uri, request, "internal error: please report it, with the document"),
        }
    }

    /// Gives up a task that takes too long.
    fn give_up_late(&mut self) {
        let now = Instant::now();
        let Some(running) = self.running.take_if(|running| running.until <= now) else { return };
        self.worker = Worker::start(self.load.clone(), self.finished.0.clone());
        self.documents.set(&running.uri, State::GivenUp(running.number));
        let seconds = self.limits.task.as_secs_f32();
        let message = format!("not checked: this takes more than {seconds} s; run hostprocess check on the file");
        self.fail(&running.uri, running.request, &message);
    }

    /// Shows an error in place of diagnostics, and answers the requests that are waiting for these.
    fn fail(&mut self, uri: &Uri, request: Option<RequestId>, message: &str) {
        let version = self.documents.get_mut(uri).map(|document| document.snapshot.version);
        self.publish(uri.clone(), version, vec![at_start(message)]);
        let waiting = self.documents.take_waiting(uri).into_iter().map(|(id, _)| id);
        for id in waiting.chain(request) {
            self.answer(id, Err(message.to_owned()));
        }
    }

    fn publish(&self, uri: Uri, version: Option<i32>, diagnostics: Vec<Diagnostic>) {
        self.notify(PublishDiagnostics::METHOD, &PublishDiagnosticsParams { uri, diagnostics, version });
    }

    fn notify(&self, method: &str, params: &impl serde::Serialize) {
        self.send(Notification::new(method.to_owned(), as_json(params)).into());
    }

    fn answer(&self, id: RequestId, answer: Result<Value, String>) {
        self.send(match answer {
            Ok(result) => Response::new_ok(id, result).into(),
            Err(message) => Response::new_err(id, ErrorCode::RequestFailed as i32, message).into(),
        });
    }

    fn send(&self, message: Message) {
        // After an error in the connection the receiver ends the loop.
        let _ = self.to_editor.send(message);
    }
}
