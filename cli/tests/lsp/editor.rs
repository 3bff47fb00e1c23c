//! An editor, as far as the protocol goes.

use std::io::{BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use lsp_server::{Message, Notification, Request, RequestId};
use serde_json::{Value, json};
use url::Url;

/// Far longer than any answer takes, on a busy machine, too.
const PATIENCE: Duration = Duration::from_secs(60);

/// A connection to the server, and everything that was said on it.
pub struct Editor {
    pub server: Child,
    input: ChildStdin,
    output: Receiver<Message>,
    requests: i32,
    /// Both sides' messages in their order, in JSON: `>` from the editor, `<` from the server.
    pub transcript: Vec<(char, Value)>,
}

pub fn uri(path: &Path) -> String {
    Url::from_file_path(path).expect("an absolute path").to_string()
}

impl Editor {
    /// Starts the server in a folder and introduces itself.
    pub fn start(folder: &Path, arguments: &[&str], capabilities: Value) -> Editor {
        let mut editor = Editor::connect(folder, arguments);
        let root = uri(folder);
        let params = json!({ "processId": null, "rootUri": root, "capabilities": capabilities });
        let answer = editor.request("initialize", params);
        assert_eq!(answer["serverInfo"]["name"], "hostprocess", "{answer}");
        editor.notify("initialized", json!({}));
        editor
    }

    /// Starts the server in a folder.
    pub fn connect(folder: &Path, arguments: &[&str]) -> Editor {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hostprocess"));
        command.arg("lsp").args(arguments).current_dir(folder);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut server = command.spawn().expect("starts");
        let input = server.stdin.take().expect("is piped");
        let mut stdout = BufReader::new(server.stdout.take().expect("is piped"));
        let (sender, output) = channel();
        std::thread::spawn(move || {
            while let Ok(Some(message)) = Message::read(&mut stdout) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        Editor { server, input, output, requests: 0, transcript: Vec::new() }
    }

    /// Sends bytes as they are.
    pub fn send_raw(&mut self, bytes: &[u8]) {
        self.input.write_all(bytes).expect("written");
        self.input.flush().expect("written");
    }

    fn send(&mut self, message: Message) {
        self.transcript.push(('>', serde_json::to_value(&message).expect("JSON")));
        message.write(&mut self.input).expect("written");
    }

    pub fn notify(&mut self, method: &str, params: Value) {
        self.send(Notification::new(method.to_owned(), params).into());
    }

    /// Sends a request without waiting for its answer.
    pub fn ask(&mut self, method: &str, params: Value) -> RequestId {
        self.requests += 1;
        let id = RequestId::from(self.requests);
        self.send(Request { id: id.clone(), method: method.to_owned(), params }.into());
        id
    }

    /// The next message of the server.
    pub fn next(&mut self) -> Message {
        let message = self.output.recv_timeout(PATIENCE).expect("a message of the server");
        self.transcript.push(('<', serde_json::to_value(&message).expect("JSON")));
        message
    }

    /// The answer to a request: a result, or an error.
    pub fn answer(&mut self, id: &RequestId) -> Result<Value, Value> {
        loop {
            if let Message::Response(response) = self.next()
                && response.id == *id
            {
                return response
                    .response_result
                    .map_err(|error| json!({ "code": error.code, "message": error.message }));
            }
        }
    }

    /// Sends a request and waits for its result.
    pub fn request(&mut self, method: &str, params: Value) -> Value {
        let id = self.ask(method, params);
        self.answer(&id).unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    /// Opens a document without waiting for its diagnostics.
    pub fn open(&mut self, path: &Path, text: &str) {
        let document = json!({ "uri": uri(path), "languageId": "yaml", "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// Replaces the text of a document.
    pub fn change(&mut self, path: &Path, version: i32, text: &str) {
        let document = json!({ "uri": uri(path), "version": version });
        let changes = json!([{ "text": text }]);
        self.notify("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes }));
    }

    /// The next diagnostics: those of a document, and its version.
    pub fn published(&mut self) -> (String, i32, Vec<Value>) {
        loop {
            if let Message::Notification(notification) = self.next()
                && notification.method == "textDocument/publishDiagnostics"
            {
                let params = notification.params;
                let version = params["version"].as_i64().unwrap_or_default();
                return (
                    params["uri"].as_str().expect("a document").to_owned(),
                    i32::try_from(version).expect("a version"),
                    params["diagnostics"].as_array().expect("a list").clone(),
                );
            }
        }
    }

    /// The diagnostics of a version of the only open document.
    pub fn diagnostics(&mut self, version: i32) -> Vec<Value> {
        loop {
            let (_, published, diagnostics) = self.published();
            assert!(published <= version, "version {published}");
            if published == version {
                return diagnostics;
            }
        }
    }

    /// Opens a document and waits for its diagnostics.
    pub fn check(&mut self, path: &Path, text: &str) -> Vec<Value> {
        self.open(path, text);
        self.diagnostics(1)
    }

    /// The code actions for a range.
    pub fn actions(&mut self, path: &Path, range: Value, only: Option<&str>) -> Vec<Value> {
        let mut context = json!({ "diagnostics": [] });
        if let Some(kind) = only {
            context["only"] = json!([kind]);
        }
        let params = json!({ "textDocument": { "uri": uri(path) }, "range": range, "context": context });
        self.request("textDocument/codeAction", params).as_array().expect("a list").clone()
    }

    /// The Markdown that is shown at a position.
    pub fn hover(&mut self, path: &Path, position: Value) -> Value {
        let params = json!({ "textDocument": { "uri": uri(path) }, "position": position });
        self.request("textDocument/hover", params)["contents"]["value"].take()
    }

    /// Shuts down and exits. Returns the exit code.
    pub fn exit(mut self) -> i32 {
        assert_eq!(self.request("shutdown", Value::Null), Value::Null);
        self.notify("exit", Value::Null);
        self.server.wait().expect("ends").code().expect("an exit code")
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// A text after edits of it, whose positions count UTF-16.
pub fn edited(text: &str, edits: &Value) -> String {
    let offset = |position: &Value| {
        let line = usize::try_from(position["line"].as_u64().expect("a line")).expect("small");
        let character = usize::try_from(position["character"].as_u64().expect("a column")).expect("small");
        let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
        let mut units = 0;
        let letters = text[start..].char_indices();
        let at = letters.map(|(at, letter)| {
            let before = units;
            units += letter.len_utf16();
            (at, before)
        });
        start + at.into_iter().find(|(_, before)| *before == character).map_or(text.len() - start, |(at, _)| at)
    };
    let mut edits: Vec<&Value> = edits.as_array().expect("a list of edits").iter().collect();
    edits.sort_by_key(|edit| std::cmp::Reverse(offset(&edit["range"]["start"])));
    let mut text = text.to_owned();
    let ranges: Vec<_> =
        edits.iter().map(|edit| offset(&edit["range"]["start"])..offset(&edit["range"]["end"])).collect();
    for (edit, range) in edits.iter().zip(ranges) {
        text.replace_range(range, edit["newText"].as_str().expect("a text"));
    }
    text
}
