//! Reads the values that rules need from a JSON tree. Strings are borrowed and unknown members skipped; a [`Reader`]
//! decides how values of the wrong type are handled.
//!
//! Kubernetes treats an explicit `null` like a missing field, and so does every optional field here.

pub use serde_json_borrow::{ObjectAsVec, Value};

pub mod error;
pub mod fields;
pub mod read;
pub mod record;
#[cfg(feature = "schema")]
pub mod schema;
pub mod values;

pub use crate::record;
pub use error::Error;
pub use fields::Fields;
pub use read::{Read, Reader, Result};
pub use values::{List, NonEmpty, Pairs, Presence, one_of};

/// Parses JSON.
///
/// # Errors
/// The text is not JSON; the message gives line and column.
pub fn parse(json: &[u8]) -> std::result::Result<Value<'_>, String> {
    // Parsing always starts from a str, in `prescan` too: a second instance of the parser would be a tenth of the
    // module.
    let text = str::from_utf8(json).map_err(|error| format!("not valid JSON: {error}"))?;
    serde_json::from_str(text).map_err(|error| format!("not valid JSON: {error}"))
}

/// Reads a value that is not part of a pod.
///
/// # Errors
/// The value has the wrong type.
pub fn read<'t, T: Default + Read<'t>>(value: &'t Value<'t>) -> Result<T> {
    let mut result = T::default();
    result.read(value, &mut Reader::default())?;
    Ok(result)
}

/// A member of an object by its key; `None` when it is missing or `null`.
///
/// # Errors
/// The value is not an object, or has the member twice: another reader might take the other one.
pub fn member<'t>(value: &'t Value<'t>, key: &str) -> Result<Option<&'t Value<'t>>> {
    let Value::Object(members) = value else { return Err(Error::wrong_type(value, "an object")) };
    let mut found = members.iter().filter(|(name, _)| *name == key).map(|(_, value)| value);
    let first = found.next();
    match found.next() {
        Some(_) => Err(record::duplicate_key(key)),
        None => Ok(first.filter(|value| !value.is_null())),
    }
}

/// The value at a path of keys, through objects only; the first one where a key is duplicated.
pub fn at<'t, 'k>(value: &'t Value<'t>, keys: impl IntoIterator<Item = &'k str>) -> Option<&'t Value<'t>> {
    keys.into_iter().try_fold(value, |value, key| value.as_object()?.get(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    record! {
        #[derive(Debug, Default, PartialEq)]
        struct Inner<'a> {
            name: Option<&'a str> = "name",
            count: i64 = "count" required,
        }
    }

    record! {
        #[derive(Debug, Default, PartialEq)]
        struct Outer<'a>: strict {
            items: List<Inner<'a>> = "items",
            labels: Pairs<'a> = "labels",
        }
    }

    fn error(json: &str) -> (String, String) {
        let tree = parse(json.as_bytes()).expect("JSON");
        let error = read::<Outer>(&tree).expect_err("must be an error");
        (error.path(), error.message().to_owned())
    }

    #[test]
    fn members_are_borrowed_and_null_is_absent() {
        let tree = parse(br#"{"items": [{"count": 1, "name": null, "x": [7]}], "labels": {"a": "b", "c": null}}"#)
            .expect("JSON");
        let outer: Outer = read(&tree).expect("valid");
        assert_eq!(outer.items.0, [Inner { name: None, count: 1 }]);
        assert_eq!(outer.labels.0, [("a", "b")]);
    }

    #[test]
    fn errors_carry_the_path() {
        let expected = |path: &str, message: &str| (path.to_owned(), message.to_owned());
        assert_eq!(
            error(r#"{"items": [{"count": 1}, {"count": "2"}]}"#),
            expected("items[1].count", "found a string, expected an integer")
        );
        assert_eq!(error(r#"{"items": [{}]}"#), expected("items[0]", "missing field `count`"));
        assert_eq!(error(r#"{"labels": {"a": 1}}"#), expected("labels.a", "found a number, expected a string"));
        assert_eq!(error(r#"{"item": []}"#), expected("item", "unknown field `item`, did you mean 'items'?"));
        assert_eq!(error("[]"), expected("", "found a list, expected an object"));
    }

    #[test]
    fn duplicate_known_members_are_errors() {
        assert_eq!(error(r#"{"items": [], "items": []}"#).1, "duplicate field `items`");
        assert_eq!(error(r#"{"items": [], "\u0069tems": []}"#).1, "duplicate field `items`");
        let tree = parse(br#"{"a": 1, "a": 2, "b": 3}"#).expect("JSON");
        assert!(member(&tree, "a").is_err());
        assert!(member(&tree, "b").is_ok_and(|value| value.is_some()));
    }

    #[test]
    fn invalid_json_is_an_error() {
        let lone_surrogate = br#"{"a": "\ud83d"}"#.as_slice();
        let deep = "[".repeat(200) + &"]".repeat(200);
        for json in [b"".as_slice(), b"{", b"[1,]", b"\"\xff\"", b"1 2", lone_surrogate, deep.as_bytes()] {
            assert!(parse(json).is_err(), "{}", String::from_utf8_lossy(json));
        }
    }
}
