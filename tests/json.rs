//! The reader takes what `serde_json` takes, reads it as `serde_json` does, and refuses the rest.

mod json_reader;
mod json_value;

use json_reader::{agrees, value};
use json_value::json_value;
use proptest::prelude::*;
use rstest::rstest;
use serde_json::json;
use windows_hostprocess_policy::json::{Document, Reader};

fn skips(text: &str) -> bool {
    let document = Document::new(text.as_bytes());
    let mut reader = Reader::new(&document);
    reader.skip().is_ok() && reader.end().is_ok()
}

#[rstest]
#[case::white_space(" \t\r\n{ \"a\" : [ 1 , 2 ] , \"b\" : { } }\n")]
#[case::empty("")]
#[case::two_values("1 2")]
#[case::trailing_comma(r#"{"a": 1,}"#)]
#[case::trailing_comma_in_a_list("[1,]")]
#[case::leading_comma("[,1]")]
#[case::no_colon(r#"{"a" 1}"#)]
#[case::no_comma(r#"{"a": 1 "b": 2}"#)]
#[case::key_that_is_no_string("{1: 2}")]
#[case::wrong_bracket("[1}")]
#[case::open_object("{")]
#[case::open_string(r#"{"a": "b"#)]
#[case::single_quotes("'a'")]
#[case::comment("1 // one")]
#[case::literals("[true, false, null]")]
#[case::half_a_literal("[tru]")]
#[case::other_literal("NaN")]
#[case::numbers("[0, -0, 1, -12, 0.5, 1.25e3, 1E-2, 1e+2, 9007199254740993, 18446744073709551615]")]
#[case::leading_zero("01")]
#[case::leading_plus("+1")]
#[case::only_a_minus("-")]
#[case::no_fraction("1.")]
#[case::no_whole(".5")]
#[case::no_exponent("1e")]
#[case::escapes(r#""\" \\ \/ \b \f \n \r \t \u0041 \u00e9 \ud83d\ude00""#)]
#[case::unknown_escape(r#""\x""#)]
#[case::half_an_escape(r#""\u12"#)]
#[case::no_hexadecimal_escape(r#""\u12g4""#)]
#[case::escape_with_a_sign(r#""\u+123""#)]
#[case::half_a_surrogate_pair(r#""\ud83d""#)]
#[case::half_a_surrogate_pair_before_text(r#""\ud83dxxxxxxx""#)]
#[case::surrogates_in_the_wrong_order(r#""\ude00\ud83d""#)]
#[case::control_character("\"a\u{1}\"")]
#[case::other_characters("\"ä 日本 😀 \u{7f} \u{2028}\"")]
#[case::long_strings(
    r#"["exactly15bytes.", "exactly16bytes..", "exactly17bytes...", "and one that is longer than two times sixteen"]"#
)]
fn reads_as_serde_json_does(#[case] text: &str) {
    assert_eq!(agrees(text.as_bytes()), Ok(()));
}

#[test]
fn bytes_that_are_no_utf_8_are_refused_wherever_they_are() {
    for at in 0..40 {
        let mut text = format!(r#"["{}"]"#, "a".repeat(40)).into_bytes();
        text[at + 2] = 0xff;
        assert_eq!(agrees(&text), Ok(()), "{at}");
        assert!(Reader::new(&Document::new(&text)).skip().is_err(), "{at}");
    }
}

#[test]
fn a_special_byte_is_found_at_every_distance() {
    for length in 0..70 {
        for special in ["\\n", "ä", "\u{1}", ""] {
            let text = format!(r#"{{"{0}{special}": "{0}{special}"}}"#, "x".repeat(length));
            assert_eq!(agrees(text.as_bytes()), Ok(()), "{text}");
        }
    }
}

#[test]
fn as_deep_as_serde_json_and_no_deeper() {
    for depth in [1, 126, 127, 128, 129, 100_000] {
        for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
            let text = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            assert_eq!(agrees(text.as_bytes()), Ok(()), "{depth} {open}");
            assert_eq!(skips(&text), depth <= 127, "{depth} {open}");
        }
    }
}

#[rstest]
#[case(r#"{"a": {"b": [1, tru]}}"#, "no valid JSON at line 1 column 17: expected a value")]
#[case("{\n \"a\": 1\n \"b\": 2}", "no valid JSON at line 3 column 2: expected ',' or '}'")]
#[case("[1", "no valid JSON at line 1 column 3: expected ',' or ']'")]
#[case(r#"{"a": "b"#, "no valid JSON at line 1 column 9: a string without its closing quote")]
#[case(r#"{"a": "\ud83d"}"#, "no valid JSON at line 1 column 8: half of a surrogate pair in a string")]
fn an_error_says_where(#[case] text: &str, #[case] message: &str) {
    let error = value(&mut Reader::new(&Document::new(text.as_bytes()))).expect_err("is no JSON");
    assert_eq!(error.message(text.as_bytes()), message);
}

#[test]
fn a_wrong_type_says_what_was_found_and_where() {
    let text = br#"{"a": [{"b": "c"}]}"#.as_slice();
    let error = Reader::new(&Document::new(text))
        .object(&mut |reader, _| reader.list(&mut |reader| reader.object(&mut |reader, _| reader.boolean().map(drop))))
        .expect_err("is no boolean");
    assert_eq!(
        (error.path(text), error.message(text)),
        ("a[0].b".to_owned(), "found a string, expected a boolean".to_owned())
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_value(value in json_value(".{0,12}"), pretty in any::<bool>()) {
        let text = if pretty { serde_json::to_vec_pretty(&value) } else { serde_json::to_vec(&value) }.expect("serialisable");
        prop_assert_eq!(agrees(&text), Ok(()));
    }

    #[test]
    fn any_mutated_value(value in json_value(".{0,12}"), edits in prop::collection::vec((0usize..500, any::<u8>(), 0u8..3), 1..4)) {
        let mut text = serde_json::to_vec(&json!([value, { "a": value }])).expect("serialisable");
        for (at, byte, edit) in edits {
            let at = at % text.len();
            match edit {
                0 => text[at] = byte,
                1 => text.insert(at, b"\"\\{}[],:0-.e \nu/"[byte as usize % 16]),
                _ => drop(text.remove(at)),
            }
        }
        prop_assert_eq!(agrees(&text), Ok(()));
    }
}
