//! Requests that no rule can match are recognised cheaply, by a substring search and a JSON syntax check. Most
//! admission requests have nothing to do with Windows.
//!
//! Rules look at pods with a `hostProcess` key, at `runAsUserName` (`numeric-account`), at a few annotation keys
//! (`reserved-annotations`) and at images for HostProcess containers (`base-image-misuse`). Keys and images are
//! case-sensitive in Kubernetes, so a request that names a kind and contains none of these strings is accepted,
//! provided that it is valid JSON and that no `\u` escape could hide one of them. ControllerRevisions, which are rare,
//! are never accepted here: the controller that applies them matches field names case-insensitively. All other requests
//! are decoded, and decoding reports any error.

use std::fmt;

use crate::decode::Value;
use memchr::memmem;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// The strings without which no rule matches: the key of HostProcess containers; the annotations
/// `microsoft.com/hostprocess-*` and `microsoft.com/disable-hostprocess-container`, and images with the tag
/// `*-hostprocess`; `io.microsoft.disable-unsafe-operations`; the base image; images with the tag `*-windows-hp`; the
/// account of a Windows container. JSON can escape their characters only with `\u`.
const MARKS: [&str; 6] = [
    "hostProcess",
    "hostprocess",
    "disable-unsafe-operations",
    "host-process-containers-base-image",
    "-windows-hp",
    "runAsUserName",
];

/// Whether a payload is a well-formed request that no rule can match.
pub fn matches_no_rule(payload: &[u8]) -> bool {
    let has = |text: &str| memmem::find(payload, text.as_bytes()).is_some();
    !MARKS.into_iter().any(has) && !has_unicode_escape(payload) && has_covered_kind(payload)
}

/// Whether a key or string in a value contains one of the strings without which no rule matches.
pub fn has_mark(value: &Value) -> bool {
    let has = |text: &str| MARKS.into_iter().any(|mark| memmem::find(text.as_bytes(), mark.as_bytes()).is_some());
    match value {
        Value::Str(text) => has(text),
        Value::Array(items) => items.iter().any(has_mark),
        Value::Object(members) => members.iter().any(|(key, value)| has(key) || has_mark(value)),
        _ => false,
    }
}

/// Whether a `u` follows a backslash, even an escaped one.
fn has_unicode_escape(payload: &[u8]) -> bool {
    memchr::memchr_iter(b'\\', payload).any(|backslash| payload.get(backslash + 1) == Some(&b'u'))
}

/// Whether the whole payload is well-formed JSON of a kind that [`MARKS`] covers.
fn has_covered_kind(payload: &[u8]) -> bool {
    // serde_json does not validate the bytes of strings that it skips.
    let Ok(text) = str::from_utf8(payload) else { return false };
    let mut json = serde_json::Deserializer::from_str(text);
    TextAt(&["request", "kind", "kind"]).deserialize(&mut json).is_ok_and(|found| found) && json.end().is_ok()
}

/// Finds the name of such a kind under these keys; everything else is checked for syntax and skipped. Derived structs
/// would be shorter, but serde's error messages would take up a fifteenth of the guest.
struct TextAt<'k>(&'k [&'k str]);

impl<'de> DeserializeSeed<'de> for TextAt<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<bool, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for TextAt<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<bool, A::Error> {
        let mut found = false;
        while let Some(is_next) = members.next_key_seed(KeyIs(self.0.first().copied()))? {
            if is_next {
                found = members.next_value_seed(TextAt(&self.0[1..]))?;
            } else {
                members.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<bool, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(false)
    }

    fn visit_str<E>(self, text: &str) -> Result<bool, E> {
        Ok(self.0.is_empty() && !matches!(text, "" | "ControllerRevision"))
    }

    fn visit_bool<E>(self, _: bool) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_i64<E>(self, _: i64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_u64<E>(self, _: u64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_f64<E>(self, _: f64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_unit<E>(self) -> Result<bool, E> {
        Ok(false)
    }
}

/// Compares a key with an expected one.
struct KeyIs<'k>(Option<&'k str>);

impl<'de> DeserializeSeed<'de> for KeyIs<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, key: D) -> Result<bool, D::Error> {
        key.deserialize_any(self)
    }
}

impl Visitor<'_> for KeyIs<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<bool, E> {
        Ok(self.0 == Some(key))
    }
}
