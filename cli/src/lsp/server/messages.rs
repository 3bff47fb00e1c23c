//! The messages of the editor.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use lsp_server::{ErrorCode, Message, Notification, Request, RequestId};
use lsp_types::notification::{
    Cancel, DidChangeConfiguration, DidChangeTextDocument, DidChangeWatchedFiles, DidCloseTextDocument,
    DidOpenTextDocument, DidSaveTextDocument, Initialized, Notification as _,
};
use lsp_types::request::{CodeActionRequest, HoverRequest, RegisterCapability, Request as _, Shutdown};
use lsp_types::{
    CancelParams, DidChangeTextDocumentParams, DidChangeWatchedFilesParams, DidChangeWatchedFilesRegistrationOptions,
    DidCloseTextDocumentParams, DidOpenTextDocumentParams, DidSaveTextDocumentParams, FileSystemWatcher, GlobPattern,
    NumberOrString, Registration, RegistrationParams, Uri,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::config::FILE_NAME;
use crate::lsp::document::{Snapshot, path};
use crate::lsp::server::Server;
use crate::lsp::server::documents::State;
use crate::lsp::task::{Question, Task, Work, as_json};
use crate::paths::identity;

/// The manifests, settings and configurations of a workspace.
const WATCHED: &str = "**/*.{yaml,yml,json}";

impl Server {
    /// Asks the editor to watch the files that decide about diagnostics.
    pub(super) fn watch_files(&self) {
        if !self.client.watches_files {
            return;
        }
        let watcher = FileSystemWatcher { glob_pattern: GlobPattern::String(WATCHED.to_owned()), kind: None };
        let options = DidChangeWatchedFilesRegistrationOptions { watchers: vec![watcher] };
        let registration = Registration {
            id: "files".to_owned(),
            method: DidChangeWatchedFiles::METHOD.to_owned(),
            register_options: Some(as_json(&options)),
        };
        let params = as_json(&RegistrationParams { registrations: vec![registration] });
        let id = RequestId::from("watch-files".to_owned());
        self.send(Request::new(id, RegisterCapability::METHOD.to_owned(), params).into());
    }

    /// Takes a message.
    pub(super) fn take(&mut self, message: Message) {
        match message {
            Message::Request(request) => self.take_request(request),
            Message::Notification(notification) => self.take_notification(notification),
            // To the registration: without it, a saved configuration counts all the same.
            Message::Response(_) => {}
        }
    }

    fn take_request(&mut self, request: Request) {
        if self.is_shut_down {
            return self.refuse(request.id, ErrorCode::InvalidRequest, "shut down");
        }
        let id = request.id.clone();
        let taken = match request.method.as_str() {
            Shutdown::METHOD => {
                self.is_shut_down = true;
                return self.answer(id, Value::Null);
            }
            CodeActionRequest::METHOD => parse(request.params).map(|params: lsp_types::CodeActionParams| {
                let uri = params.text_document.uri.clone();
                (uri, Question::Actions(Box::new(params), self.client.takes_versioned_edits))
            }),
            HoverRequest::METHOD => parse(request.params).map(|params: lsp_types::HoverParams| {
                let at = params.text_document_position_params;
                (at.text_document.uri, Question::Hover(at.position, self.client.takes_markdown))
            }),
            method => {
                return self.refuse(id, ErrorCode::MethodNotFound, &format!("not supported: {method}"));
            }
        };
        match taken {
            Ok((uri, question)) => self.ask(&uri, id, question),
            Err(message) => self.refuse(id, ErrorCode::InvalidParams, &message),
        }
    }

    /// Answers a request about a document, after its check if that is not done.
    fn ask(&mut self, uri: &Uri, id: RequestId, question: Question) {
        let Some(document) = self.documents.get_mut(uri) else {
            return self.answer(id, Value::Null);
        };
        match &document.state {
            State::Checked(checked) => {
                let work = Work::Answer(id, question, checked.clone());
                self.tasks.push_back(Task { document: document.snapshot.clone(), work });
            }
            State::Due(_) | State::Running(_) => document.wait(id, question),
            State::Refused => self.answer(id, Value::Null),
        }
    }

    /// Answers the requests that were waiting for the check of a document.
    pub(super) fn answer_waiting(&mut self, uri: &Uri) {
        for (id, question) in self.documents.take_waiting(uri) {
            self.ask(uri, id, question);
        }
    }

    fn take_notification(&mut self, notification: Notification) {
        let Notification { method, params } = notification;
        let taken = match method.as_str() {
            Initialized::METHOD => {
                self.watch_files();
                Ok(())
            }
            DidOpenTextDocument::METHOD => parse(params).map(|params: DidOpenTextDocumentParams| {
                let opened = params.text_document;
                self.update(opened.uri, opened.version, &opened.text, Instant::now());
            }),
            DidChangeTextDocument::METHOD => parse(params).map(|params: DidChangeTextDocumentParams| {
                let due = Instant::now() + self.limits.pause;
                match params.content_changes.into_iter().next_back() {
                    Some(change) if change.range.is_none() => {
                        self.update(params.text_document.uri, params.text_document.version, &change.text, due);
                    }
                    // The server asks for whole texts.
                    _ => self.log(format!("{} needs the whole text", DidChangeTextDocument::METHOD)),
                }
            }),
            DidCloseTextDocument::METHOD => {
                parse(params).map(|params: DidCloseTextDocumentParams| self.close(params.text_document.uri))
            }
            DidSaveTextDocument::METHOD => {
                parse(params).map(|params: DidSaveTextDocumentParams| self.files_changed(&[params.text_document.uri]))
            }
            DidChangeWatchedFiles::METHOD => parse(params).map(|params: DidChangeWatchedFilesParams| {
                let uris: Vec<Uri> = params.changes.into_iter().map(|change| change.uri).collect();
                self.files_changed(&uris);
            }),
            DidChangeConfiguration::METHOD => {
                self.documents.recheck(Instant::now());
                Ok(())
            }
            Cancel::METHOD => parse(params).map(|params: CancelParams| self.cancel(params.id)),
            _ => Ok(()),
        };
        if let Err(message) = taken {
            self.log(format!("{method}: {message}"));
        }
    }

    fn update(&mut self, uri: Uri, version: i32, text: &str, due: Instant) {
        let is_too_large = text.len() > self.limits.bytes;
        let text = if is_too_large { "" } else { text };
        let snapshot = Snapshot { uri: uri.clone(), version, text: text.into(), encoding: self.client.encoding };
        let state = if is_too_large { State::Refused } else { State::Due(due) };
        self.documents.update(snapshot, state);
        if is_too_large {
            let message = format!(
                "not checked: the document is larger than {} MiB; run hostprocess check on the file",
                self.limits.bytes >> 20
            );
            self.explain(&uri, &message);
        }
    }

    fn close(&mut self, uri: Uri) {
        for (id, _) in self.documents.close(&uri) {
            self.answer(id, Value::Null);
        }
        self.drop_tasks(&uri);
        self.publish(uri, None, Vec::new());
    }

    /// Has documents checked again if one of these files is a configuration, or holds the settings of a document.
    fn files_changed(&mut self, uris: &[Uri]) {
        // A checkout may change thousands of files. Of a link, both it and its target count.
        let names = |file: &Path| [Some(identity(file)), fs::canonicalize(file).ok()].into_iter().flatten();
        let settings = self.documents.checked().filter_map(|checked| checked.settings_file.as_deref());
        let settings: BTreeSet<PathBuf> = settings.collect::<BTreeSet<_>>().into_iter().flat_map(names).collect();
        let is_relevant = |file: &Path| {
            file.ends_with(FILE_NAME) || !settings.is_empty() && names(file).any(|name| settings.contains(&name))
        };
        if uris.iter().filter_map(path).any(|file| is_relevant(&file)) {
            self.documents.recheck(Instant::now());
        }
    }

    /// Answers a request that the editor needs no longer.
    fn cancel(&mut self, id: NumberOrString) {
        let id = match id {
            NumberOrString::Number(number) => RequestId::from(number),
            NumberOrString::String(text) => RequestId::from(text),
        };
        let queued = self.tasks.len();
        self.tasks.retain(|task| !matches!(&task.work, Work::Answer(queued, ..) if *queued == id));
        let mut running = self.running.iter_mut();
        let running = running.find_map(|running| running.request.take_if(|request| *request == id));
        if self.documents.cancel(&id) || self.tasks.len() < queued || running.is_some() {
            self.refuse(id, ErrorCode::RequestCanceled, "cancelled");
        }
    }
}

fn parse<T: DeserializeOwned>(params: Value) -> Result<T, String> {
    serde_json::from_value(params).map_err(|error| error.to_string())
}
