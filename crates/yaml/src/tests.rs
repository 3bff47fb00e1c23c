use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn value(text: &str) -> Value {
    let mut documents = documents(text);
    assert_eq!(documents.len(), 1, "{documents:?}");
    documents.remove(0).expect("readable").value
}

/// Line and column of an offset, from 1.
fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..offset];
    let line = before.rsplit('\n').next().unwrap_or_default();
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}

fn error(text: &str) -> (usize, usize, String) {
    let error = documents(text).into_iter().find_map(Result::err).expect("must be refused");
    let (line, column) = line_and_column(text, error.offset);
    (line, column, error.message)
}

#[test]
fn scalars_mean_what_kubectl_takes_them_for() {
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
    assert_eq!(error("{a: 1}: 2").2, "a key that is a list or a mapping");
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
    assert_eq!(error("a: {<<: 1}").2, "`<<` merges mappings only");
    assert_eq!(error("a: &a [*a]").2, "an alias to a value that contains it");
    assert_eq!(error("a: *nowhere").0, 1);
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
    // Between blocks the indentation means something.
    assert_eq!(error("a:\n    b: 1\n  c: 2").0, 3);
    // What is wrong in the end is told where it is.
    assert_eq!(error("a: {\nb: [\n]\n}\nc: *x\n").0, 5);
    let hostile = format!("a:\n  b: [\n{}", "1,\n".repeat(50_000));
    assert_eq!(error(&hostile).2, "did not find expected node content");
}

#[test]
fn of_a_key_written_twice_the_last_value_counts() {
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
fn hostile_streams_are_refused_with_the_limit_that_they_exceed() {
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
fn the_shortest_texts_are_read_or_refused_at_a_place() {
    for text in
        ["", "\u{0}", "\u{feff}", "%YAML 9.9", "%", "&", "*", "!", "@", "`", "a: |", "? ", "- - -", "...", "--- ---"]
    {
        assert_every_place_is_in(text);
    }
}

#[test]
fn documents_are_apart_and_an_unreadable_one_hides_no_other() {
    let text = "# comment\n---\na: 1\n--- # next\n# nothing\n---\nb: [\n---\nc: 3\n---\n~\n";
    let found = documents(text);
    assert_eq!(found.len(), 3, "{found:?}");
    assert_eq!(found[0].as_ref().expect("readable").value, json!({"a": 1}));
    let offset = found[1].as_ref().expect_err("unreadable").offset;
    assert_eq!(line_and_column(text, offset), (7, 5));
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
fn places() {
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
fn quoted_text_may_go_on_with_tabs_and_at_the_margin() {
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
fn errors_say_what_is_wrong_and_where() {
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
        ("a: *b", 1, 4, "no anchor before this has the name \"b\""),
        ("a: [1, !b, c]", 1, 6, "cannot be parsed from here on"),
        ("%YAML 9.9\na: 1", 1, 1, "found incompatible YAML document"),
    ] {
        assert_eq!(error(text), (line, column, message.to_owned()), "{text:?}");
    }
}

fn comments_in(text: &str) -> Vec<&str> {
    comments(text).into_iter().map(|at| &text[at]).collect()
}

#[test]
fn comments_are_what_the_parser_leaves_out() {
    let text = "# a\n%YAML 1.1 # b\n--- # c\nd: e # f # g\nh#i: 'j # k'  # l\r\n\"m # n\": [o, # p\n  q#r] # s\n# t";
    assert_eq!(comments_in(text), ["# a", "# b", "# c", "# f # g", "# l", "# p", "# s", "# t"]);
    assert!(comments_in("").is_empty() && comments_in("a: b#c\n").is_empty());
}

#[test]
fn a_block_of_text_has_comments_before_and_after_it_only() {
    let text = "a: | # b\n  c # d\n  # e\n # f\ng:\n- !!str &h >- # i\n  # j\n\n  k\n# l\nm: |\n# n\no: p\n";
    assert_eq!(comments_in(text), ["# b", "# f", "# i", "# l", "# n"]);
}

#[test]
fn no_comments_are_taken_from_what_cannot_be_parsed() {
    assert_eq!(comments_in("a: b # c\n- d\n# e\n---\nf: g # h\n"), ["# c", "# h"]);
}

#[test]
fn every_item_of_a_large_text_is_at_its_place() {
    let item = "- name: web\n  image: \"x\"\n  args: [a, b]\n  text: |\n    ü\n";
    let text = item.repeat(20_000);
    let document = documents(&text).remove(0).expect("readable");
    assert_eq!(document.value.as_array().map(Vec::len), Some(20_000));
    // However the characters fall into what the parser reads at a time.
    for index in 0..20_000 {
        let place = document.node.nearest(&format!("[{index}].text")).place();
        assert_eq!(place.start, (index + 1) * item.len() - "text: |\n    ü\n".len());
    }
}

/// Everything that means something to YAML, and some letters.
const ODD: &[&str] = &[
    " ",
    " ",
    "  ",
    "\n",
    "\n",
    "\t",
    "\r",
    "\r\n",
    "\u{85}",
    "\u{2028}",
    "\u{feff}",
    "\u{0}",
    "\u{7f}",
    "-",
    "- ",
    "---",
    "...",
    "?",
    "? ",
    ":",
    ": ",
    ",",
    "[",
    "]",
    "{",
    "}",
    "#",
    " #",
    "&",
    "&a ",
    "*",
    "*a",
    "!",
    "!!",
    "!!int ",
    "!a ",
    "!<",
    "|",
    "|\n",
    "|+",
    ">",
    ">-2",
    "'",
    "\"",
    "\\",
    "\\x",
    "%",
    "%YAML 1.1",
    "%TAG ",
    "%41",
    "@",
    "`",
    "<<",
    "<<: ",
    "~",
    "=",
    "0",
    "a",
    "b: ",
    "ü",
    "😀",
];

/// Whatever a text is: the places of its values and of what is wrong with it are in the text, between characters.
fn assert_every_place_is_in(text: &str) {
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

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, max_global_rejects: 20_000, ..ProptestConfig::default() })]

    #[test]
    fn no_text_is_too_odd(parts in proptest::collection::vec(proptest::sample::select(ODD), 0..60)) {
        assert_every_place_is_in(&parts.concat());
    }

    #[test]
    fn a_text_says_the_same_with_empty_comments(parts in proptest::collection::vec(proptest::sample::select(ODD), 0..30)) {
        let text = parts.concat();
        let mut emptied = text.clone();
        for comment in comments(&text) {
            prop_assert!(text[comment.clone()].starts_with('#'));
            emptied.replace_range(comment.clone(), &format!("{:1$}", "#", comment.len()));
        }
        let values = |text: &str| documents(text).into_iter().map(|document| Some(document.ok()?.value)).collect::<Option<Vec<_>>>();
        let with_comments = values(&text);
        prop_assume!(with_comments.is_some());
        prop_assert_eq!(values(&emptied), with_comments);
    }
}

#[test]
fn texts_that_yaml_takes_for_something_else_are_quoted() {
    let values = json!({"on": ["off", "010", "1_000", "~", "", "<<", "- a", "a: b", "NT AUTHORITY\\SYSTEM", "*", "ü"]});
    let expected = "'on':\n- 'off'\n- '010'\n- '1_000'\n- '~'\n- ''\n- '<<'\n- '- a'\n- 'a: b'\n- NT AUTHORITY\\SYSTEM\n- '*'\n- ü\n";
    assert_eq!(to_yaml(&values).expect("YAML"), expected);
    assert_eq!(
        to_yaml(&json!({"a": [], "b": {}, "c": null, "d": 1.5})).expect("YAML"),
        "a: []\nb: {}\nc: null\nd: 1.5\n"
    );
}

fn any_value() -> impl Strategy<Value = Value> {
    let text = prop_oneof!["[ -~]{0,12}", "[a-z:#\\n '\"-]{0,12}", "\\PC{0,12}"];
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        text.clone().prop_map(Value::from),
    ];
    scalar.prop_recursive(4, 32, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::hash_map(text.clone(), inner, 0..6).prop_map(|members| members.into_iter().collect()),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_as_the_same_value(content in any_value()) {
        let content = json!({ "a": content });
        let text = to_yaml(&content).expect("YAML");
        prop_assert_eq!(value(&text), content, "{}", text);
    }
}
