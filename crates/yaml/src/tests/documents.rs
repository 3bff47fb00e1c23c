//! Streams: document boundaries, limits and errors.

use serde_json::json;

use super::{error, line_and_column, value};
use crate::documents;

#[test]
fn an_unreadable_document_does_not_hide_other_documents() {
    let text = "# comment\n---\na: 1\n--- # next\n# nothing\n---\nb: [\n---\nc: 3\n---\n~\n";
    let found = documents(text);
    assert_eq!(found.len(), 3, "{found:?}");
    assert_eq!(found[0].as_ref().expect("readable").value, json!({"a": 1}));
    let error = found[1].as_ref().expect_err("unreadable");
    assert_eq!((line_and_column(text, error.offset), &text[error.document.clone()]), ((7, 5), "b: [\n"));
    assert_eq!(found[2].as_ref().expect("readable").value, json!({"c": 3}));
    assert_eq!(value("%YAML 1.1\n---\na: yes"), json!({"a": true}));
    assert_eq!(value("a: |\n  ---\n  b\n"), json!({"a": "---\nb\n"}));
}

#[test]
fn a_tag_of_a_document_is_kept() {
    let document = documents("!KubernetesGetResource\nkind: Node").remove(0).expect("readable");
    assert_eq!(document.tag.as_deref(), Some("KubernetesGetResource"));
    assert_eq!(document.value, json!({"kind": "Node"}));
}

#[test]
fn errors_of_hostile_streams_name_the_exceeded_limit() {
    let mut bomb = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n".to_owned();
    for i in 1..30 {
        let aliases = vec![format!("*a{}", i - 1); 9].join(", ");
        bomb += &format!("a{i}: &a{i} [{aliases}]\n");
    }
    assert_eq!(error(&bomb).2, "anchors and aliases add up to more than 16 MiB");
    let long = format!("a: &a {}\nb: [{}]", "x".repeat(1 << 20), "*a, ".repeat(100));
    assert_eq!(error(&long).2, "anchors and aliases add up to more than 16 MiB");

    assert_eq!(error(&"[".repeat(100_000)).2, "nested more than 120 levels deep");
    assert_eq!(error(&"{a: ".repeat(100_000)).2, "nested more than 120 levels deep");
    assert_eq!(error(&"- ".repeat(10_000)).2, "nested more than 120 levels deep");
    let deep: String = (0..2_000).map(|level| " ".repeat(level) + "a:\n").collect();
    assert_eq!(error(&deep).2, "nested more than 120 levels deep");
}

#[test]
fn errors_have_a_message_and_a_place() {
    for (text, line, column, message) in [
        ("a: [1\nb: 2", 2, 2, "did not find expected ',' or ']'"),
        ("a: ü\r\n  b: 1", 2, 4, "mapping values are not allowed in this context"),
        ("ü: 1\n\u{1}", 2, 1, "control characters are not allowed"),
        ("a: \u{0}b", 1, 4, "control characters are not allowed"),
        (
            "a: \"NT AUTHORITY\\SYSTEM\"",
            1,
            17,
            "found unknown escape character: a single backslash needs single quotes or no quotes",
        ),
        ("a: \"b\\", 1, 7, "found unexpected end of stream"),
        ("{a:}", 1, 3, "found unexpected ':'"),
        ("a: *b", 1, 4, "unknown anchor \"b\""),
        ("a: [1, !b, c]", 1, 6, "cannot be parsed from here on"),
        ("%YAML 9.9\na: 1", 1, 1, "found incompatible YAML document"),
    ] {
        assert_eq!(error(text), (line, column, message.to_owned()), "{text:?}");
    }
}
