//! The places of values and errors, for any text.

use proptest::prelude::*;
use serde_json::json;

use super::{ODD, value};
use crate::{Children, Located, documents};

/// Asserts that the places of all values and errors are in the text, at character boundaries.
fn assert_places_are_in(text: &str) {
    for document in documents(text) {
        match document {
            Ok(document) => assert_in_text(text, &document.node),
            Err(error) => assert!(text.get(error.offset..).is_some(), "{error:?} in {text:?}"),
        }
    }
}

fn assert_in_text(text: &str, node: &Located) {
    for range in node.key.iter().chain([&node.value, &node.place()]) {
        assert!(text.get(range.clone()).is_some(), "{range:?} of {text:?}");
    }
    match &node.children {
        Children::None => {}
        Children::List(items) => items.iter().for_each(|item| assert_in_text(text, item)),
        Children::Map(members) => members.iter().for_each(|(_, member)| assert_in_text(text, member)),
    }
}

#[test]
fn a_path_leads_to_the_nearest_value() {
    let text = "---\nü: ü\nspec:\n  hostNetwork: false\n  containers:\n  - image: x\n    name: web\n  \
                annotations:\n    a.b/c: 1\n    a: {b: 2}\nempty:\nlast: 1\n";
    let document = documents(text).remove(0).expect("readable");
    let at = |path: &str| &text[document.node.nearest(path).place()];
    assert_eq!(at("spec.hostNetwork"), "hostNetwork: false");
    assert_eq!(at("spec.containers"), "containers");
    assert_eq!(at("spec.containers[0]"), "name: web");
    assert_eq!(at("spec.containers[0].image"), "image: x");
    assert_eq!(at("spec.containers[0].securityContext.windowsOptions"), "name: web");
    assert_eq!(at("spec.containers[7].image"), "containers");
    assert_eq!(at("spec.annotations[a.b/c]"), "a.b/c: 1");
    assert_eq!(at("spec.annotations['a.b/c']"), "a.b/c: 1");
    assert_eq!(at("spec.annotations.a.b/c"), "a.b/c: 1");
    assert_eq!(at("spec.annotations.a.b"), "b: 2");
    assert_eq!(at("spec.os.name"), "spec");
    assert_eq!(at("ü"), "ü: ü");
    assert_eq!(at("empty"), "empty");
}

#[test]
fn places_are_counted_in_bytes() {
    for start in ["", "\u{feff}", "\u{feff}---\r\n", "x: ü\r\n---\r\n", "# 😀\r\n\r\n", "%YAML 1.1\r\n---\r\n"] {
        let text = format!("{start}ключ: '😀 é'\r\nlist:\r\n- ü: &x {{a: é}}\r\n- *x\r\nend: 1");
        let document = documents(&text).pop().expect("a document").expect("readable");
        assert_eq!(document.value["list"], json!([{"ü": {"a": "é"}}, {"a": "é"}]), "{start:?}");
        let at = |path: &str| &text[document.node.nearest(path).place()];
        assert_eq!(at("ключ"), "ключ: '😀 é'");
        assert_eq!(at("list[0].ü.a"), "a: é");
        assert_eq!(at("end"), "end: 1");
        assert_eq!(&text[document.node.nearest("list").value.clone()], "- ü: &x {a: é}\r\n- *x");
        assert_eq!(&text[document.node.nearest("list[0].ü").value.clone()], "&x {a: é}");
    }
    // U+FF41 begins with the same byte as a byte order mark.
    assert_eq!(value("\u{ff41}: 1"), json!({"\u{ff41}": 1}));
}

#[test]
fn every_item_of_a_large_text_is_at_its_place() {
    let item = "- name: web\n  image: \"x\"\n  args: [a, b]\n  text: |\n    ü\n";
    let text = item.repeat(20_000);
    let document = documents(&text).remove(0).expect("readable");
    assert_eq!(document.value.as_array().map(Vec::len), Some(20_000));
    // Characters may cross the boundaries of the parser's reads.
    for index in 0..20_000 {
        let place = document.node.nearest(&format!("[{index}].text")).place();
        assert_eq!(place.start, (index + 1) * item.len() - "text: |\n    ü\n".len());
    }
}

#[test]
fn short_texts_have_valid_places() {
    for text in
        ["", "\u{0}", "\u{feff}", "%YAML 9.9", "%", "&", "*", "!", "@", "`", "a: |", "? ", "- - -", "...", "--- ---"]
    {
        assert_places_are_in(text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, max_global_rejects: 20_000, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_texts_have_valid_places(parts in proptest::collection::vec(proptest::sample::select(ODD), 0..60)) {
        assert_places_are_in(&parts.concat());
    }
}
