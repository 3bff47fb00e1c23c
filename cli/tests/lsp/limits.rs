//! Huge and hostile documents, typing, and requests that are cancelled.

use super::*;

#[test]
fn a_huge_document_is_refused_with_a_message_and_does_not_block_others() {
    let folder = folder("huge");
    let (huge, pod) = (folder.join("huge.yaml"), folder.join("pod.yaml"));
    let text = format!("{POD}# {}\n", "x".repeat(3 << 20));
    let mut editor = Editor::start(&folder, &[], json!({}));
    let diagnostics = editor.check(&huge, &text);
    let message = diagnostics[0]["message"].as_str().expect("a message");
    assert_eq!(message, "not checked: the document is larger than 2 MiB; run hostprocess check on the file");
    assert_eq!(editor.hover(&huge, json!({ "line": 0, "character": 0 })), Value::Null);
    assert_eq!(rules(&editor.check(&pod, POD)), ["host-network"]);
    assert_eq!(diagnostics[0]["severity"], 3, "a remark");
    // A part was deleted.
    editor.change(&huge, 2, POD);
    assert_eq!(rules(&editor.diagnostics(2)), ["host-network"]);
}

/// Just below the limit, and made to be slow. The answer is diagnostics or a message, and never takes long.
#[test]
fn hostile_documents_do_not_block_the_server() {
    let folder = folder("hostile");
    let pod = folder.join("pod.yaml");
    let mut editor = Editor::start(&folder, &[], json!({}));
    let brackets = format!("apiVersion: v1\nkind: Pod\nspec: {}", "[".repeat(2_000_000));
    let documents = "---\napiVersion: v1\nkind: Pod\n".repeat(60_000);
    let anchors: String = (0..60_000).map(|number| format!("a{number}: &a{number} [*a{}]\n", number - 1)).collect();
    let wide = format!("{POD}    args: [{}]\n", "\"😀 /bin/sh\", ".repeat(100_000));
    for (name, text) in [("brackets", brackets), ("documents", documents), ("anchors", anchors), ("wide", wide)] {
        assert!(text.len() <= 2 << 20, "{name}: {}", text.len());
        editor.open(&folder.join(format!("{name}.yaml")), &text);
    }
    editor.open(&pod, POD);
    let mut published = Vec::new();
    while published.len() < 5 {
        let (document, _, diagnostics) = editor.published();
        if document == uri(&pod) {
            assert_eq!(rules(&diagnostics), ["host-network"]);
        }
        published.push(document);
    }
    assert_eq!(editor.exit(), 0);
}

#[test]
fn only_the_newest_text_is_checked() {
    let folder = folder("typing");
    let path = folder.join("pod.yaml");
    let mut editor = Editor::start(&folder, &[], json!({}));
    editor.check(&path, POD);
    let fixed = POD.replace("spec:\n", "spec:\n  hostNetwork: true\n");
    for version in 2..200 {
        editor.change(&path, version, if version % 2 == 0 { &fixed } else { POD });
    }
    editor.change(&path, 200, &fixed);
    let mut published = 0;
    loop {
        let (_, version, diagnostics) = editor.published();
        published += 1;
        if version == 200 {
            assert_eq!(diagnostics, Vec::<Value>::new());
            break;
        }
    }
    assert!(published < 100, "{published} of 199 versions were checked");
}

/// The request waits for the check of a large document.
#[test]
fn a_cancelled_request_is_answered_at_once() {
    let folder = folder("cancelled");
    let path = folder.join("large.yaml");
    let large = format!("{POD}---\n").repeat(3_000);
    let mut editor = Editor::start(&folder, &[], json!({}));
    editor.open(&path, &large);
    let position = json!({ "line": 12, "character": 6 });
    let id = editor.ask("textDocument/hover", json!({ "textDocument": { "uri": uri(&path) }, "position": position }));
    editor.notify("$/cancelRequest", json!({ "id": 2 }));
    assert_eq!(editor.answer(&id).expect_err("cancelled")["code"], -32800);
    let id = editor.ask("textDocument/hover", json!({ "textDocument": { "uri": uri(&path) }, "position": position }));
    assert!(editor.answer(&id).is_ok(), "answered after the check");
}

#[test]
fn a_thousand_findings_are_shown_at_most() {
    let folder = folder("many");
    let pods = format!("{POD}---\n").repeat(1_200);
    let mut editor = Editor::start(&folder, &[], json!({}));
    let diagnostics = editor.check(&folder.join("pods.yaml"), &pods);
    assert_eq!(diagnostics.len(), 1_001);
    assert_eq!(diagnostics[1_000]["message"], "200 more findings are not shown; hostprocess check shows all");
}
