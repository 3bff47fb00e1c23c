//! A whole session, and editors that do not keep to the protocol.

use std::io::Read;

use super::*;

/// The messages of a session, as people read them: paths and long values shortened.
fn transcript(editor: &Editor) -> String {
    let root = uri(&repository());
    let mut text = String::new();
    for (side, message) in &editor.transcript {
        let mut message = message.clone();
        for pointer in ["/params/textDocument/text", "/result/contents/value"] {
            if let Some(Value::String(value)) = message.pointer_mut(pointer)
                && value.len() > 60
            {
                let end = value.floor_char_boundary(60);
                value.replace_range(end.., "...");
            }
        }
        if let Some(version) = message.pointer_mut("/result/serverInfo/version") {
            *version = json!("...");
        }
        text += &format!("{side} {message}\n").replace(&root, "file:///work");
    }
    text
}

#[test]
fn the_broken_example() {
    let path = repository().join("examples/broken.yaml");
    let text = read(&path);
    let mut editor = Editor::start(&repository(), &[], json!({}));
    let diagnostics = editor.check(&path, &text);
    let fixable = diagnostics.iter().find(|found| found["code"] == "nt-authority-spelling").expect("a finding");
    editor.actions(&path, fixable["range"].clone(), None);
    editor.hover(&path, fixable["range"]["start"].clone());
    editor.notify("textDocument/didClose", json!({ "textDocument": { "uri": uri(&path) } }));
    editor.published();
    let shutdown = editor.ask("shutdown", Value::Null);
    editor.answer(&shutdown).expect("shut down");
    editor.notify("exit", Value::Null);
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("lsp_broken_example", transcript(&editor));
    });
    assert_eq!(editor.server.wait().expect("ends").code(), Some(0));
}

#[test]
fn unknown_messages_are_answered_and_change_nothing() {
    let folder = folder("unknown");
    let path = folder.join("pod.yaml");
    let mut editor = Editor::start(&folder, &[], json!({}));
    let id = editor.ask("textDocument/completion", json!({}));
    assert_eq!(editor.answer(&id).expect_err("not supported")["code"], -32601);
    let id = editor.ask("textDocument/hover", json!({ "position": 1 }));
    assert_eq!(editor.answer(&id).expect_err("not valid")["code"], -32602);
    let id = editor.ask(
        "textDocument/hover",
        json!({ "textDocument": { "uri": uri(&path) }, "position": { "line": 0, "character": 0 } }),
    );
    assert_eq!(editor.answer(&id), Ok(Value::Null), "not open");
    editor.notify("$/setTrace", json!({ "value": "off" }));
    editor.notify("textDocument/didOpen", json!({ "textDocument": 7 }));
    let logged = serde_json::to_value(editor.next()).expect("JSON");
    assert_eq!(logged["method"], "window/logMessage");
    assert!(logged["params"]["message"].as_str().expect("a text").starts_with("textDocument/didOpen: "), "{logged}");
    assert_eq!(rules(&editor.check(&path, POD)), ["host-network"]);
    assert_eq!(editor.exit(), 0);
}

#[test]
fn an_exit_without_a_shutdown_is_an_error() {
    let folder = folder("exit");
    let mut editor = Editor::start(&folder, &[], json!({}));
    editor.notify("exit", Value::Null);
    assert_eq!(editor.server.wait().expect("ends").code(), Some(1));
}

#[test]
fn bytes_that_are_no_messages_end_the_server_with_an_error() {
    let mut editor = Editor::connect(&folder("malformed"), &[]);
    editor.send_raw(b"hello\r\n\r\n");
    let code = editor.server.wait().expect("ends").code();
    let mut errors = String::new();
    editor.server.stderr.take().expect("is piped").read_to_string(&mut errors).expect("UTF-8");
    assert!(code == Some(1) && errors.starts_with("error: the language server "), "{code:?} {errors}");
}

/// Editors that keep texts in UTF-16 may send half of a surrogate pair.
#[test]
fn a_message_that_is_not_valid_is_skipped() {
    let folder = folder("skipped");
    let path = folder.join("pod.yaml");
    let mut editor = Editor::start(&folder, &[], json!({}));
    editor.check(&path, POD);
    for body in [
        r##"{"jsonrpc":"2.0","method":"textDocument/didChange","params":{"contentChanges":[{"text":"# \ud83d"}]}}"##,
        "hello",
        &format!(r#"{{"jsonrpc":"2.0","method":"x","params":{}{}}}"#, "[".repeat(200), "]".repeat(200)),
    ] {
        editor.send_raw(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    }
    editor.change(&path, 2, &POD.replace("hostProcess: true", "hostProcess: false"));
    assert_eq!(editor.diagnostics(2), Vec::<Value>::new());
    assert_eq!(editor.exit(), 0);
}

/// The server asks for whole texts. A part taken for one would make the document look empty.
#[test]
fn a_change_of_a_part_is_refused() {
    let folder = folder("part");
    let path = folder.join("pod.yaml");
    let mut editor = Editor::start(&folder, &[], json!({}));
    editor.check(&path, POD);
    let change = json!({ "range": range_of(POD, "spec"), "text": "spec" });
    let document = json!({ "uri": uri(&path), "version": 2 });
    editor.notify("textDocument/didChange", json!({ "textDocument": document, "contentChanges": [change] }));
    let logged = serde_json::to_value(editor.next()).expect("JSON");
    assert_eq!(logged["params"]["message"], "textDocument/didChange needs the whole text");
    assert_eq!(editor.actions(&path, range_of(POD, "spec"), None).len(), 2, "of the text before");
}
