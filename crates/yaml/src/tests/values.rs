//! The values of scalars, keys, anchors and blocks.

use serde_json::json;

use super::{error, value};
use crate::{Children, documents};

#[test]
fn scalars_have_the_same_types_as_in_kubectl() {
    for (text, expected) in [
        ("yes", json!(true)),
        ("on", json!(true)),
        ("True", json!(true)),
        ("n", json!(false)),
        ("OFF", json!(false)),
        ("tRUE", json!("tRUE")),
        ("a: ~", json!({"a": null})),
        ("- null", json!([null])),
        ("010", json!(8)),
        ("0o10", json!(8)),
        ("0x1F", json!(31)),
        ("0b11", json!(3)),
        ("-12", json!(-12)),
        ("+12", json!(12)),
        ("1_000", json!(1000)),
        ("08", json!(8)),
        ("1e3", json!(1000)),
        ("1.5", json!(1.5)),
        (".5", json!(0.5)),
        ("18446744073709551615", json!(u64::MAX)),
        ("-9223372036854775808", json!(i64::MIN)),
        ("-9223372036854775809", json!(-9.223_372_036_854_776e18)),
        ("1e999", json!("1e999")),
        ("1.2.3", json!("1.2.3")),
        ("-", json!([null])),
        ("0x", json!("0x")),
        ("0x+1", json!("0x+1")),
        ("+-1", json!("+-1")),
        ("inf", json!("inf")),
        ("2001-01-01", json!("2001-01-01")),
        ("12:30", json!("12:30")),
        ("'yes'", json!("yes")),
        ("\"10\"", json!("10")),
        ("!!str 10", json!("10")),
        ("!!int '10'", json!(10)),
        ("!own 10", json!("10")),
        ("NT AUTHORITY\\SYSTEM", json!("NT AUTHORITY\\SYSTEM")),
    ] {
        assert_eq!(value(text), expected, "{text}");
    }
    assert_eq!(documents("~").len(), 0, "a document without a value is left out");
    assert_eq!(error("a: .inf").0, 1);
    assert_eq!(error("a: !!int b"), (1, 4, "\"b\" does not fit its tag !!int".to_owned()));
}

#[test]
fn keys_become_text() {
    assert_eq!(value("on: 1\n0x10: 2\n'yes': 3"), json!({"true": 1, "16": 2, "yes": 3}));
    assert_eq!(error("{a: 1}: 2").2, "keys must not be lists or mappings");
}

#[test]
fn anchors_aliases_and_merge_keys() {
    let text = "base: &base {a: 1, b: 2}\nother: &other {b: 3, c: 4}\n\
                one: {<<: *base, a: 9}\ntwo: {d: 5, <<: [*base, *other]}\nsame: *base\nquoted: {'<<': x}";
    let found = value(text);
    assert_eq!(found["one"], json!({"a": 9, "b": 2}));
    assert_eq!(found["two"], json!({"a": 1, "b": 2, "c": 4, "d": 5}));
    assert_eq!(found["same"], json!({"a": 1, "b": 2}));
    assert_eq!(found["quoted"], json!({"<<": "x"}));
    assert_eq!(error("a: {<<: 1}").2, "`<<` can only merge mappings");
    assert_eq!(error("a: &a [*a]").2, "recursive alias");
    assert_eq!(error("a: *nowhere").0, 1);
}

#[test]
fn the_last_value_of_a_repeated_key_counts() {
    let mut found = documents("a: 1\nb: {c: 2, c: 3}\n\"a\": 4\n---\na: 5");
    let (second, first) = (found.pop(), found.pop());
    let first = first.expect("a document").expect("readable");
    assert_eq!(first.value, json!({ "a": 4, "b": { "c": 3 } }));
    assert_eq!(first.node.nearest("a").place().start, 21);
    let repeated: Vec<_> = first.repeated_keys.iter().map(|again| (again.offset, again.key.as_str())).collect();
    assert_eq!(repeated, [(15, "c"), (21, "a")]);
    assert_eq!(second.expect("a document").expect("readable").repeated_keys, []);

    let text = "a: 1\nb: 2\na: 3\n<<: {a: 4, c: 5}\na: 6\nd: 7";
    let document = documents(text).remove(0).expect("readable");
    assert_eq!(document.value, json!({ "a": 6, "b": 2, "c": 5, "d": 7 }));
    let Children::Map(members) = &document.node.children else { panic!("a mapping") };
    let members: Vec<_> = members.iter().map(|(key, member)| (key.as_str(), &text[member.value.clone()])).collect();
    assert_eq!(members, [("b", "2"), ("a", "6"), ("d", "7"), ("c", "5")]);
}

#[test]
fn quoted_text_may_continue_with_tabs_and_without_indentation() {
    let text = "command:\n- powershell\n- \"if (a) {\n\t\tb\t= c\n\t}\n\n\td\"\n- 'one\n\ttwo'\nlast: \"x\ny\"\n";
    assert_eq!(value(text), json!({"command": ["powershell", "if (a) { b\t= c }\nd", "one two"], "last": "x y"}));
    assert_eq!(value("a: {\n\t\"b\": [\n\t1,\t2\n]\n}\n"), json!({"a": {"b": [1, 2]}}));
    // Tabs cannot indent a block.
    assert_eq!(error("a:\n\tb: 1").2, "found character that cannot start any token");
}

#[test]
fn a_block_scalar_in_the_last_line_ends_with_a_line_break() {
    for (text, expected) in [
        ("a: |\n  b", "b\n"),
        ("a: |\n  b\n", "b\n"),
        ("a: |+\n  b", "b\n"),
        ("a: |+\n  b\n\n", "b\n\n"),
        ("a: |-\n  b", "b"),
        ("a: >\n  b\n  c", "b c\n"),
        ("a: |\n  b\n  ", "b\n"),
        ("a: |+\n  b\n  ", "b\n"),
        ("a: |\r\n  b\r\n  c\r\n", "b\nc\n"),
        ("a: |", ""),
        ("a: |\n  b\\", "b\\\n"),
        ("a: b\\", "b\\"),
    ] {
        assert_eq!(value(text), json!({"a": expected}), "{text:?}");
        assert_eq!(value(&format!("---\n{text}")), json!({"a": expected}), "{text:?}");
    }
    let text = "a: |\n  ü\n\n\n# comment\nb: 1\n";
    let document = documents(text).remove(0).expect("readable");
    assert_eq!(&text[document.node.nearest("a").place()], "a: |\n  ü");
}

#[test]
fn brackets_and_quotes_may_end_at_the_column_of_their_key() {
    let text = "ü: 0\na:\n  command: [\n    \"x\",\n  ]\n  args: [\n\"--a\",\nplain, {b:\n1\n}\n]\n  \
                text: \"one\ntwo\n\n  three\"\n  last: 1\n";
    let document = documents(text).remove(0).expect("readable");
    assert_eq!(
        document.value["a"],
        json!({"command": ["x"], "args": ["--a", "plain", {"b": 1}], "text": "one two\nthree", "last": 1})
    );
    let at = |path: &str| &text[document.node.nearest(path).place()];
    assert_eq!(at("a.command[0]"), "\"x\"");
    assert_eq!(at("a.args[1]"), "plain");
    assert_eq!(at("a.last"), "last: 1");
    // Between blocks, indentation matters.
    assert_eq!(error("a:\n    b: 1\n  c: 2").0, 3);
    // An error at the end is reported at its place.
    assert_eq!(error("a: {\nb: [\n]\n}\nc: *x\n").0, 5);
    let hostile = format!("a:\n  b: [\n{}", "1,\n".repeat(50_000));
    assert_eq!(error(&hostile).2, "did not find expected node content");
}
