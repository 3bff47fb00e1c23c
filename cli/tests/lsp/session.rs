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
    assert_eq!(editor.answer(&id).expect_err("not open")["message"], "the document is not open");
    editor.notify("$/setTrace", json!({ "value": "off" }));
    editor.notify("textDocument/didOpen", json!({ "textDocument": 7 }));
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
fn messages_that_are_none_end_the_server_with_an_error() {
    for (bytes, words) in [
        (&b"Content-Length: 5\r\n\r\nhello"[..], "error: "),
        (b"hello\r\n\r\n", "error: "),
        (
            b"Content-Length: 60\r\n\r\n{\"jsonrpc\": \"2.0\", \"method\": \"textDocument/didOpen\", \"id\":1}",
            "error: ",
        ),
    ] {
        let mut editor = Editor::connect(&folder("malformed"), &[]);
        editor.send_raw(bytes);
        editor.send_raw(b"Content-Length: 33\r\n\r\n{\"jsonrpc\":\"2.0\",\"method\":\"exit\"}");
        let code = editor.server.wait().expect("ends").code();
        let mut errors = String::new();
        editor.server.stderr.take().expect("is piped").read_to_string(&mut errors).expect("UTF-8");
        assert!(code == Some(1) && errors.starts_with(words), "{code:?} {errors}");
    }
}
