//! From a JSON tree to the values that rules read: borrowed, `null` read as absent, unknown members skipped.
//!
//! Kubernetes treats an explicit `null` like a missing field, so every optional field here does too.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Deref;

use serde_json_borrow::Value;

use crate::wording::did_you_mean;

mod error;
mod fields;

pub use error::Error;
pub use fields::Fields;

/// The result of reading a value.
pub type Result<T> = std::result::Result<T, Error>;

/// A type that a JSON value is read into.
pub trait Read<'t> {
    /// Reads a value into a default, and adds the pod fields that it sets to `set`. In place, because moving nested structs
    /// is the dearest part of decoding.
    ///
    /// # Errors
    /// The value is of another type.
    fn read(&mut self, value: &'t Value<'t>, set: &mut Fields) -> Result<()>;
}

/// Parses a JSON text.
///
/// # Errors
/// The text is not JSON; the message says where, by line and column.
pub fn parse(json: &[u8]) -> std::result::Result<Value<'_>, String> {
    // Everything is parsed from a str, also in `prescan`: a second instance of the parser would be a tenth of the module.
    let text = str::from_utf8(json).map_err(|error| format!("not valid JSON: {error}"))?;
    serde_json::from_str(text).map_err(|error| format!("not valid JSON: {error}"))
}

/// Reads a value of its own, apart from any pod.
///
/// # Errors
/// The value is of another type.
pub fn read<'t, T: Default + Read<'t>>(value: &'t Value<'t>) -> Result<T> {
    let mut result = T::default();
    result.read(value, &mut Fields::default())?;
    Ok(result)
}

/// A member of an object by its key; `None` when it is missing or `null`.
///
/// # Errors
/// The value is not an object, or has the member twice: others might read the other one.
pub fn member<'t>(value: &'t Value<'t>, key: &str) -> Result<Option<&'t Value<'t>>> {
    let Value::Object(members) = value else { return Err(Error::wrong_type(value, "an object")) };
    let mut found = members.iter().filter(|(name, _)| *name == key).map(|(_, value)| value);
    let first = found.next();
    match found.next() {
        Some(_) => Err(duplicate_key(key)),
        None => Ok(first.filter(|value| !value.is_null())),
    }
}

/// A member that somebody wants to read.
#[derive(Debug)]
pub struct Key {
    /// Compared exactly.
    pub name: &'static str,
    /// The field of a pod that it is, if rules depend on it.
    pub field: Fields,
    /// Whether an object without it is an error.
    pub is_required: bool,
}

/// A struct that is read member by member.
pub trait Record<'t> {
    /// Reads the value of the member at `index` of its keys.
    ///
    /// # Errors
    /// The value is of another type.
    fn read_member(&mut self, index: usize, value: &'t Value<'t>, set: &mut Fields) -> Result<()>;
}

/// Whether an object may have members that nobody reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// They are skipped, whatever they hold.
    Skipped,
    /// They are an error that suggests the closest known key.
    Refused,
}

/// Reads an object. One function for all records, which keeps the guest small and its code in the cache.
///
/// # Errors
/// The value is not an object, lacks a required member, or has a known member twice: others might read the other one.
pub fn read_record<'t>(
    record: &mut dyn Record<'t>,
    keys: &'static [Key],
    unknown: Unknown,
    value: &'t Value<'t>,
    set: &mut Fields,
) -> Result<()> {
    let Value::Object(members) = value else { return Err(Error::wrong_type(value, "an object")) };
    let mut found = 0_u64;
    for (name, value) in members.iter() {
        let Some(index) = keys.iter().position(|key| key.name == name) else {
            if unknown == Unknown::Refused {
                return Err(unknown_key(name, keys));
            }
            continue;
        };
        if found >> index & 1 == 1 {
            return Err(duplicate_key(name));
        }
        found |= 1 << index;
        set.insert(keys[index].field);
        record.read_member(index, value, set).map_err(|error| error.in_member(name))?;
    }
    match keys.iter().enumerate().find(|(index, key)| key.is_required && found >> index & 1 == 0) {
        Some((_, key)) => Err(Error::new(format!("missing field `{}`", key.name))),
        None => Ok(()),
    }
}

#[cold]
fn duplicate_key(name: &str) -> Error {
    Error::new(format!("duplicate field `{name}`")).in_member(name)
}

#[cold]
fn unknown_key(name: &str, keys: &[Key]) -> Error {
    let hint = did_you_mean(name, keys.iter().map(|key| key.name));
    Error::new(format!("unknown field `{name}`{hint}")).in_member(name)
}

/// Declares a struct with the JSON key of each field: `name: Type = "name"`, followed by `required` where an object
/// without it is an error and by `not_null` where an option must not be `null`. A field that is missing keeps the struct's
/// default. Members that are not declared are skipped, or refused after `struct Name: strict`.
macro_rules! record {
    (@unknown) => { $crate::decode::Unknown::Skipped };
    (@unknown strict) => { $crate::decode::Unknown::Refused };
    (@required) => { false };
    (@required required) => { true };
    (@required not_null) => { false };
    (@read $value:ident, $set:ident, $field:expr) => { $crate::decode::Read::read(&mut $field, $value, $set) };
    (@read $value:ident, $set:ident, $field:expr, required) => { $crate::decode::Read::read(&mut $field, $value, $set) };
    (@read $value:ident, $set:ident, $field:expr, not_null) => {
        $crate::decode::Read::read($field.insert(Default::default()), $value, $set)
    };
    (
        $(#[$attribute:meta])*
        $visibility:vis struct $name:ident $(<$lifetime:lifetime>)? $(: $strict:ident)? {
            $(
                $(#[$field_attribute:meta])*
                $field_visibility:vis $field:ident: $type:ty = $key:literal $($how:ident)?
            ),* $(,)?
        }
    ) => {
        $(#[$attribute])*
        $visibility struct $name $(<$lifetime>)? {
            $($(#[$field_attribute])* $field_visibility $field: $type,)*
        }

        impl<'t $(: $lifetime, $lifetime)?> $crate::decode::Record<'t> for $name $(<$lifetime>)? {
            fn read_member(
                &mut self,
                index: usize,
                value: &'t serde_json_borrow::Value<'t>,
                set: &mut $crate::decode::Fields,
            ) -> $crate::decode::Result<()> {
                /// The place of each field among the keys.
                #[allow(non_camel_case_types, reason = "named as the fields are")]
                enum Field { $($field),* }
                $(if index == Field::$field as usize {
                    return $crate::decode::record!(@read value, set, self.$field $(, $how)?);
                })*
                Ok(())
            }
        }

        impl<'t $(: $lifetime, $lifetime)?> $crate::decode::Read<'t> for $name $(<$lifetime>)? {
            fn read(
                &mut self,
                value: &'t serde_json_borrow::Value<'t>,
                set: &mut $crate::decode::Fields,
            ) -> $crate::decode::Result<()> {
                static KEYS: &[$crate::decode::Key] = &[$($crate::decode::Key {
                    name: $key,
                    field: $crate::decode::Fields::named($key),
                    is_required: $crate::decode::record!(@required $($how)?),
                }),*];
                $crate::decode::read_record(self, KEYS, $crate::decode::record!(@unknown $($strict)?), value, set)
            }
        }
    };
}
pub(crate) use record;

impl<'t: 'a, 'a> Read<'t> for &'a str {
    fn read(&mut self, value: &'t Value<'t>, _: &mut Fields) -> Result<()> {
        let Value::Str(text) = value else { return Err(Error::wrong_type(value, "a string")) };
        *self = text;
        Ok(())
    }
}

impl<'t> Read<'t> for String {
    fn read(&mut self, value: &'t Value<'t>, set: &mut Fields) -> Result<()> {
        let mut text = "";
        text.read(value, set)?;
        text.clone_into(self);
        Ok(())
    }
}

impl<'t> Read<'t> for bool {
    fn read(&mut self, value: &'t Value<'t>, _: &mut Fields) -> Result<()> {
        let Value::Bool(truth) = value else { return Err(Error::wrong_type(value, "a boolean")) };
        *self = *truth;
        Ok(())
    }
}

impl<'t> Read<'t> for i64 {
    fn read(&mut self, value: &'t Value<'t>, _: &mut Fields) -> Result<()> {
        *self = value.as_i64().ok_or_else(|| Error::wrong_type(value, "an integer"))?;
        Ok(())
    }
}

impl<'t> Read<'t> for u16 {
    fn read(&mut self, value: &'t Value<'t>, set: &mut Fields) -> Result<()> {
        let mut number = 0_i64;
        number.read(value, set)?;
        *self = number.try_into().map_err(|_| Error::new(format!("{number} is not between 0 and 65535")))?;
        Ok(())
    }
}

/// `null` is absent.
impl<'t, T: Default + Read<'t>> Read<'t> for Option<T> {
    fn read(&mut self, value: &'t Value<'t>, set: &mut Fields) -> Result<()> {
        if value.is_null() { Ok(()) } else { self.insert(T::default()).read(value, set) }
    }
}

/// One of several names, each with its value.
///
/// # Errors
/// It is another name; the message suggests the closest.
pub fn one_of<T: Copy>(value: &Value, names: &[(&'static str, T)]) -> Result<T> {
    let Value::Str(name) = value else { return Err(Error::wrong_type(value, "a string")) };
    if let Some((_, value)) = names.iter().find(|(known, _)| known == name) {
        return Ok(*value);
    }
    let known: Vec<&str> = names.iter().map(|(known, _)| *known).collect();
    let hint = did_you_mean(name, known.iter().copied());
    Err(Error::new(format!("unknown value '{name}', expected one of {}{hint}", known.join(", "))))
}

/// A `resource.Quantity` as written: a string (`"100Mi"`) or a plain number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quantity<'a>(pub Cow<'a, str>);

impl<'t: 'a, 'a> Read<'t> for Quantity<'a> {
    fn read(&mut self, value: &'t Value<'t>, _: &mut Fields) -> Result<()> {
        self.0 = match value {
            Value::Str(text) => Cow::Borrowed(text),
            Value::Number(_) => Cow::Owned(number(value).to_string()),
            _ => return Err(Error::wrong_type(value, "a quantity such as \"100Mi\"")),
        };
        Ok(())
    }
}

/// A number as serde_json writes it: an f64's own `Display` would bring its tables into the guest, a twentieth of its size.
fn number(value: &Value) -> serde_json::Number {
    let whole = value.as_u64().map(Into::into).or_else(|| value.as_i64().map(Into::into));
    whole.or_else(|| serde_json::Number::from_f64(value.as_f64()?)).unwrap_or_else(|| 0.into())
}

/// Whether a field is set to anything but `null` or an empty list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Presence(pub bool);

impl<'t> Read<'t> for Presence {
    fn read(&mut self, value: &'t Value<'t>, _: &mut Fields) -> Result<()> {
        self.0 = match value {
            Value::Null => false,
            Value::Array(items) => !items.is_empty(),
            _ => true,
        };
        Ok(())
    }
}

/// A list; `null` is the empty one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List<T>(pub Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        List(Vec::new())
    }
}

impl<T> Deref for List<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<'t, T: Default + Read<'t>> Read<'t> for List<T> {
    fn read(&mut self, value: &'t Value<'t>, set: &mut Fields) -> Result<()> {
        if value.is_null() { Ok(()) } else { self.0.read(value, set) }
    }
}

/// A list that must not be `null`.
impl<'t, T: Default + Read<'t>> Read<'t> for Vec<T> {
    fn read(&mut self, value: &'t Value<'t>, set: &mut Fields) -> Result<()> {
        let Value::Array(items) = value else { return Err(Error::wrong_type(value, "a list")) };
        self.reserve_exact(items.len());
        for (index, item) in items.iter().enumerate() {
            self.push(T::default());
            self[index].read(item, set).map_err(|error| error.in_item(index))?;
        }
        Ok(())
    }
}

/// An object that must neither be `null` nor hold any.
impl<'t, K: Ord + From<&'t str>, V: Default + Read<'t>> Read<'t> for BTreeMap<K, V> {
    fn read(&mut self, value: &'t Value<'t>, set: &mut Fields) -> Result<()> {
        let Value::Object(members) = value else { return Err(Error::wrong_type(value, "an object")) };
        for (key, value) in members.iter() {
            let mut member = V::default();
            member.read(value, set).map_err(|error| error.in_member(key))?;
            self.insert(K::from(key), member);
        }
        Ok(())
    }
}

/// A JSON object as pairs in the order written (`null` is the empty one): cheaper than a map for the few
/// lookups that rules do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pairs<'a, V = &'a str>(pub Vec<(&'a str, V)>);

impl<V> Default for Pairs<'_, V> {
    fn default() -> Self {
        Pairs(Vec::new())
    }
}

impl<'a, V> Pairs<'a, V> {
    /// The value under `key`, compared exactly; the last one wins, as in JSON objects.
    pub fn get(&self, key: &str) -> Option<&V> {
        self.iter().rev().find(|(name, _)| *name == key).map(|(_, value)| value)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All pairs in the order written.
    pub fn iter(&self) -> std::slice::Iter<'_, (&'a str, V)> {
        self.0.iter()
    }
}

impl<'t: 'a, 'a, V: Default + Read<'t>> Read<'t> for Pairs<'a, V> {
    fn read(&mut self, value: &'t Value<'t>, set: &mut Fields) -> Result<()> {
        let members = match value {
            Value::Null => return Ok(()),
            Value::Object(members) => members,
            _ => return Err(Error::wrong_type(value, "an object")),
        };
        for (key, value) in members.iter() {
            let mut pair = None::<V>;
            pair.read(value, set).map_err(|error| error.in_member(key))?;
            // A null value is an absent one.
            self.0.extend(pair.map(|value| (key, value)));
        }
        Ok(())
    }
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
        let error = read::<Outer>(&tree).expect_err("must be refused");
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
    fn an_error_carries_the_path_that_it_walked() {
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
    fn a_known_member_that_is_there_twice_is_refused() {
        assert_eq!(error(r#"{"items": [], "items": []}"#).1, "duplicate field `items`");
        assert_eq!(error(r#"{"items": [], "\u0069tems": []}"#).1, "duplicate field `items`");
        let tree = parse(br#"{"a": 1, "a": 2, "b": 3}"#).expect("JSON");
        assert!(member(&tree, "a").is_err());
        assert!(member(&tree, "b").is_ok_and(|value| value.is_some()));
    }

    #[test]
    fn text_that_is_not_json_is_refused() {
        let lone_surrogate = br#"{"a": "\ud83d"}"#.as_slice();
        let deep = "[".repeat(200) + &"]".repeat(200);
        for json in [b"".as_slice(), b"{", b"[1,]", b"\"\xff\"", b"1 2", lone_surrogate, deep.as_bytes()] {
            assert!(parse(json).is_err(), "{}", String::from_utf8_lossy(json));
        }
    }
}
