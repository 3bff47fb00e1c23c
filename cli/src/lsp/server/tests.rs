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

/// A server in which the setup of `slow.yaml` takes until `go_on` is true, that of `counted.yaml` is an error with the number of the
/// attempt, and that of `panic.yaml` panics.
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
            while (is_counted || path.ends_with("slow.yaml")) && !is_free.load(Ordering::Relaxed) {
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

#[test]
fn a_slow_check_is_given_up_and_tried_again_once_its_thread_has_ended() {
    let editor = Editor::start(Duration::from_millis(200));
    editor.open("slow.yaml");
    let hover =
        json!({ "textDocument": { "uri": "file:///folder/slow.yaml" }, "position": { "line": 0, "character": 0 } });
    editor.send(lsp_server::Request::new(2.into(), "textDocument/hover".to_owned(), hover).into());
    editor.open("quick.yaml");
    let message = "not checked: this takes more than 0.2 s; run hostprocess check on the file";
    assert_eq!(editor.published(), ("slow.yaml".to_owned(), vec![message.to_owned()]));
    let refused = editor.next();
    assert_eq!((&refused["id"], &refused["error"]["message"]), (&json!(2), &json!(message)), "{refused}");
    assert_eq!(editor.published(), ("quick.yaml".to_owned(), vec![]));
    editor.go_on.store(true, Ordering::Relaxed);
    assert_eq!(editor.published(), ("slow.yaml".to_owned(), vec![]));
}

#[test]
fn a_check_with_an_outdated_configuration_is_not_published() {
    let editor = Editor::start(PATIENCE);
    editor.open("counted.yaml");
    editor.notify("workspace/didChangeConfiguration", json!({ "settings": null }));
    // Wait until the server has read both: it answers messages in their order.
    let hover =
        json!({ "textDocument": { "uri": "file:///folder/none.yaml" }, "position": { "line": 0, "character": 0 } });
    editor.send(lsp_server::Request::new(2.into(), "textDocument/hover".to_owned(), hover).into());
    editor.next();
    editor.go_on.store(true, Ordering::Relaxed);
    assert_eq!(editor.published(), ("counted.yaml".to_owned(), vec!["attempt 2".to_owned()]));
}

#[test]
fn a_panic_ends_neither_the_server_nor_other_checks() {
    let editor = Editor::start(PATIENCE);
    editor.open("panic.yaml");
    editor.open("quick.yaml");
    let message = "internal error: please report it, with the document";
    assert_eq!(editor.published(), ("panic.yaml".to_owned(), vec![message.to_owned()]));
    assert_eq!(editor.published(), ("quick.yaml".to_owned(), vec![]));
}
