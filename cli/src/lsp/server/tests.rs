//! A task that takes too long, and one that panics: no document does that to the real ones.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use hostprocess_linter::{Creation, Settings};
use serde_json::json;

use super::*;
use crate::config::Configuration;
use crate::lsp::setup::Setup;

/// Far longer than any answer takes, on a busy machine, too.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server in which the setup of `slow.yaml` takes until `go_on` is true, that of `counted.yaml` as well, and is an error with the number of
/// the attempt. That of `later.yaml` takes so long from the second attempt on, and that of `panic.yaml` panics.
struct Editor {
    connection: Connection,
    go_on: Arc<AtomicBool>,
}

impl Editor {
    fn start(task: Duration) -> Editor {
        let (ours, theirs) = Connection::memory();
        let go_on = Arc::new(AtomicBool::new(false));
        let is_free = go_on.clone();
        let attempts = AtomicUsize::new(0);
        let load: Load = Arc::new(move |path: &Path| {
            assert!(!path.ends_with("panic.yaml"), "a panic, as intended");
            let is_counted = path.ends_with("counted.yaml");
            let attempt = attempts.fetch_add(1, Ordering::Relaxed) + 1;
            let is_slow = is_counted || path.ends_with("slow.yaml") || path.ends_with("later.yaml") && attempt > 1;
            while is_slow && !is_free.load(Ordering::Relaxed) {
                thread::sleep(Duration::from_millis(5));
            }
            let settings = if is_counted { Err(format!("attempt {attempt}")) } else { Ok(Settings::default()) };
            let configuration = Configuration::default();
            Ok(Setup { configuration, settings_file: None, settings, creation: Creation::default() })
        });
        let limits = Limits { task, ..Limits::default() };
        thread::spawn(move || serve(theirs, load, limits));
        let editor = Editor { connection: ours, go_on };
        editor.send(lsp_server::Request::new(1.into(), "initialize".to_owned(), json!({ "capabilities": {} })).into());
        editor.next();
        editor.notify("initialized", json!({}));
        editor
    }

    fn send(&self, message: Message) {
        self.connection.sender.send(message).expect("the server runs");
    }

    fn notify(&self, method: &str, params: Value) {
        self.send(Notification::new(method.to_owned(), params).into());
    }

    fn open(&self, name: &str) {
        let text = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n";
        let uri = format!("file:///folder/{name}");
        let document = json!({ "uri": uri, "languageId": "yaml", "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// Asks for a hover at the beginning of a document.
    fn hover(&self, id: i32, name: &str) {
        let document = json!({ "uri": format!("file:///folder/{name}") });
        let params = json!({ "textDocument": document, "position": { "line": 0, "character": 0 } });
        self.send(lsp_server::Request::new(id.into(), "textDocument/hover".to_owned(), params).into());
    }

    fn next(&self) -> Value {
        let message = self.connection.receiver.recv_timeout(PATIENCE).expect("an answer");
        serde_json::to_value(message).expect("JSON")
    }

    /// The next diagnostics: the document's name, and their messages.
    fn published(&self) -> (String, Vec<String>) {
        let message = self.next();
        let uri = message["params"]["uri"].as_str().expect("a document");
        let diagnostics = message["params"]["diagnostics"].as_array().expect("a list");
        let messages = diagnostics.iter().map(|found| found["message"].as_str().expect("a text").to_owned());
        (uri.rsplit('/').next().expect("a name").to_owned(), messages.collect())
    }
}

const LATE: &str = "not checked yet: this takes more than 0.2 s; hostprocess check has no limit";

#[test]
fn a_slow_check_delays_no_other_and_is_shown_when_it_ends() {
    let editor = Editor::start(Duration::from_millis(200));
    editor.open("slow.yaml");
    editor.hover(2, "slow.yaml");
    editor.open("quick.yaml");
    assert_eq!(editor.published(), ("quick.yaml".to_owned(), vec![]));
    assert_eq!(editor.published(), ("slow.yaml".to_owned(), vec![LATE.to_owned()]));
    assert_eq!(editor.next(), json!({ "id": 2, "result": null }));
    editor.go_on.store(true, Ordering::Relaxed);
    assert_eq!(editor.published(), ("slow.yaml".to_owned(), vec![]));
}

#[test]
fn a_slow_answer_leaves_the_diagnostics_and_drops_the_requests_behind_it() {
    let editor = Editor::start(Duration::from_millis(200));
    editor.open("later.yaml");
    assert_eq!(editor.published(), ("later.yaml".to_owned(), vec![]));
    editor.hover(2, "later.yaml");
    editor.hover(3, "later.yaml");
    let shown = editor.next();
    let message = "This takes more than 0.2 s: run hostprocess on file:///folder/later.yaml";
    assert_eq!((&shown["method"], &shown["params"]["message"]), (&json!("window/showMessage"), &json!(message)));
    assert_eq!(editor.next(), json!({ "id": 2, "result": null }));
    assert_eq!(editor.next(), json!({ "id": 3, "result": null }));
    editor.go_on.store(true, Ordering::Relaxed);
    editor.hover(4, "later.yaml");
    assert_eq!(editor.next(), json!({ "id": 4, "result": null }), "nothing else was sent");
}

#[test]
fn a_cancelled_answer_is_not_sent_again() {
    let editor = Editor::start(Duration::from_millis(200));
    editor.open("later.yaml");
    editor.published();
    editor.hover(2, "later.yaml");
    editor.notify("$/cancelRequest", json!({ "id": 2 }));
    assert_eq!(editor.next()["error"]["code"], -32800);
    thread::sleep(Duration::from_millis(300));
    editor.go_on.store(true, Ordering::Relaxed);
    editor.hover(3, "later.yaml");
    assert_eq!(editor.next(), json!({ "id": 3, "result": null }));
}

#[test]
fn an_answer_about_an_old_text_is_refused() {
    let editor = Editor::start(PATIENCE);
    editor.open("later.yaml");
    editor.published();
    editor.hover(2, "later.yaml");
    editor.open("later.yaml");
    // Not open, so answered at once: the server has read the messages before.
    editor.hover(3, "none.yaml");
    assert_eq!(editor.next(), json!({ "id": 3, "result": null }));
    editor.go_on.store(true, Ordering::Relaxed);
    assert_eq!(editor.next()["error"]["code"], -32801);
    assert_eq!(editor.published(), ("later.yaml".to_owned(), vec![]));
}

#[test]
fn a_check_with_an_outdated_configuration_is_not_published() {
    let editor = Editor::start(PATIENCE);
    editor.open("counted.yaml");
    editor.notify("workspace/didChangeConfiguration", json!({ "settings": null }));
    editor.hover(2, "none.yaml");
    editor.next();
    editor.go_on.store(true, Ordering::Relaxed);
    assert_eq!(editor.published(), ("counted.yaml".to_owned(), vec!["attempt 2".to_owned()]));
}

/// Editors number the versions of a document from the start when it is opened again.
#[test]
fn the_check_of_a_closed_document_is_not_that_of_the_next_one() {
    let editor = Editor::start(PATIENCE);
    editor.open("counted.yaml");
    editor.notify("textDocument/didClose", json!({ "textDocument": { "uri": "file:///folder/counted.yaml" } }));
    assert_eq!(editor.published(), ("counted.yaml".to_owned(), vec![]));
    editor.open("counted.yaml");
    editor.hover(2, "none.yaml");
    editor.next();
    editor.go_on.store(true, Ordering::Relaxed);
    assert_eq!(editor.published(), ("counted.yaml".to_owned(), vec!["attempt 2".to_owned()]));
}

#[test]
fn a_panic_ends_neither_the_server_nor_other_checks() {
    let editor = Editor::start(PATIENCE);
    editor.open("panic.yaml");
    let message = "not checked, because of an internal error: please report it, with the document";
    assert_eq!(editor.published(), ("panic.yaml".to_owned(), vec![message.to_owned()]));
    editor.open("quick.yaml");
    assert_eq!(editor.published(), ("quick.yaml".to_owned(), vec![]));
}
