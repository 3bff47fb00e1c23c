//! How single JSON values become what rules read: borrowed where the payload allows it, `null` read as absent, and
//! nothing copied that no rule looks at.
//!
//! Kubernetes treats an explicit `null` like a missing field, so every optional field here does too.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;

use crate::json::{Document, Reader, Result};

/// A type that a JSON value is read into.
pub trait Read<'de> {
    /// Reads the next value, which is of this type or an error, into a default. In place: where every byte that is
    /// moved is paid for, returning nested structs is the dearest part of decoding.
    fn read(&mut self, reader: &mut Reader<'de>) -> Result<()>;
}

/// Reads the next value into a default, which it stays for `null`.
///
/// # Errors
/// It is of another type.
pub fn read_unless_null<'de, T: Read<'de>>(value: &mut T, reader: &mut Reader<'de>) -> Result<()> {
    if reader.null()? { Ok(()) } else { value.read(reader) }
}

/// Reads the next value.
///
/// # Errors
/// It is of another type.
pub fn next<'de, T: Default + Read<'de>>(reader: &mut Reader<'de>) -> Result<T> {
    let mut value = T::default();
    value.read(reader)?;
    Ok(value)
}

/// Reads a text that is one value.
///
/// # Errors
/// It is no JSON, or of another type.
pub fn from_json<'de, T: Default + Read<'de>>(json: &'de Document) -> Result<T> {
    let mut reader = Reader::new(json);
    let value = next(&mut reader)?;
    reader.end()?;
    Ok(value)
}

/// Declares a struct with the JSON key of each field: `name: Type = "name"`, with `required` after it where an object
/// without it is an error, and `not_null` where an option must not be `null`. A field that is not there has the
/// struct's default. Members that are not declared are skipped, or refused after `struct Name: strict`.
macro_rules! record {
    (@unknown) => { $crate::json::Unknown::Skipped };
    (@unknown strict) => { $crate::json::Unknown::Refused };
    (@required) => { false };
    (@required required) => { true };
    (@required not_null) => { false };
    (@read $reader:ident, $field:expr) => { $crate::decode::Read::read(&mut $field, $reader) };
    (@read $reader:ident, $field:expr, required) => { $crate::decode::Read::read(&mut $field, $reader) };
    (@read $reader:ident, $field:expr, not_null) => { $field.insert(Default::default()).read($reader) };
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

        impl<'de $(: $lifetime, $lifetime)?> $crate::decode::Read<'de> for $name $(<$lifetime>)? {
            fn read(&mut self, reader: &mut $crate::json::Reader<'de>) -> $crate::json::Result<()> {
                /// The place of each field in `MEMBERS`.
                #[allow(non_camel_case_types, reason = "named as the fields are")]
                enum Field { $($field),* }
                static MEMBERS: $crate::json::Members = $crate::json::Members::new(
                    &[$($key),*],
                    0 $(| ($crate::decode::record!(@required $($how)?) as u64) << Field::$field as u64)*,
                );
                reader.record(&MEMBERS, $crate::decode::record!(@unknown $($strict)?), &mut |reader, index| {
                    $(if index == Field::$field as usize {
                        return $crate::decode::record!(@read reader, self.$field $(, $how)?);
                    })*
                    Ok(())
                })
            }
        }
    };
}
pub(crate) use record;

/// A string of the payload.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Text<'a>(&'a str);

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        self.0
    }
}

impl<'a> From<&'a str> for Text<'a> {
    fn from(value: &'a str) -> Self {
        Text(value)
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl<'de: 'a, 'a> Read<'de> for Text<'a> {
    fn read(&mut self, reader: &mut Reader<'de>) -> Result<()> {
        self.0 = reader.text()?;
        Ok(())
    }
}

impl<'de> Read<'de> for String {
    fn read(&mut self, reader: &mut Reader<'de>) -> Result<()> {
        *self = reader.text()?.to_owned();
        Ok(())
    }
}

impl<'de> Read<'de> for bool {
    fn read(&mut self, reader: &mut Reader<'de>) -> Result<()> {
        *self = reader.boolean()?;
        Ok(())
    }
}

impl<'de> Read<'de> for i64 {
    fn read(&mut self, reader: &mut Reader<'de>) -> Result<()> {
        *self = reader.integer()?;
        Ok(())
    }
}

impl<'de> Read<'de> for u16 {
    fn read(&mut self, reader: &mut Reader<'de>) -> Result<()> {
        let at = reader.peek_at();
        let number = reader.integer()?;
        let Ok(small) = number.try_into() else {
            return Err(reader.error_at(at, format!("{number} is not between 0 and 65535")));
        };
        *self = small;
        Ok(())
    }
}

/// `null` is absent.
impl<'de, T: Default + Read<'de>> Read<'de> for Option<T> {
    fn read(&mut self, reader: &mut Reader<'de>) -> Result<()> {
        if reader.null()? { Ok(()) } else { self.insert(T::default()).read(reader) }
    }
}

/// A `resource.Quantity` as written: a string (`"100Mi"`) or a plain number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quantity<'a>(pub Text<'a>);

impl<'de: 'a, 'a> Read<'de> for Quantity<'a> {
    fn read(&mut self, reader: &mut Reader<'de>) -> Result<()> {
        self.0 = match reader.peek() {
            b'"' => next(reader)?,
            b'-' | b'0'..=b'9' => reader.number()?.into(),
            _ => return Err(reader.wrong_type("a quantity such as \"100Mi\"")),
        };
        Ok(())
    }
}

/// Whether a field is set to anything but `null` or an empty list; its value is skipped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IsSet(pub bool);

impl<'de> Read<'de> for IsSet {
    fn read(&mut self, reader: &mut Reader<'de>) -> Result<()> {
        match reader.peek() {
            b'[' => reader.list(&mut |reader| {
                self.0 = true;
                reader.skip()
            }),
            first => {
                self.0 = first != b'n';
                reader.skip()
            }
        }
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

impl<'de, T: Default + Read<'de>> Read<'de> for List<T> {
    fn read(&mut self, reader: &mut Reader<'de>) -> Result<()> {
        self.0.clear();
        read_unless_null(&mut self.0, reader)
    }
}

/// A list that must not be `null`.
impl<'de, T: Default + Read<'de>> Read<'de> for Vec<T> {
    fn read(&mut self, reader: &mut Reader<'de>) -> Result<()> {
        self.clear();
        reader.list(&mut |reader| {
            let index = self.len();
            self.push(T::default());
            self[index].read(reader)
        })
    }
}

/// An object that must not be `null`, nor hold any.
impl<'de: 'a, 'a, K: From<&'a str> + Ord, V: Default + Read<'de>> Read<'de> for BTreeMap<K, V> {
    fn read(&mut self, reader: &mut Reader<'de>) -> Result<()> {
        reader.object(&mut |reader, key| {
            self.insert(K::from(reader.decode(key)?), next(reader)?);
            Ok(())
        })
    }
}

/// A JSON object as pairs in the order written (`null` is the empty one): cheaper than a map for the few
/// lookups that rules do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pairs<'a, V = Text<'a>>(pub Vec<(Text<'a>, V)>);

impl<V> Default for Pairs<'_, V> {
    fn default() -> Self {
        Pairs(Vec::new())
    }
}

impl<'a, V> Pairs<'a, V> {
    /// The value under `key`, compared exactly; the last one wins, as in JSON objects.
    pub fn get(&self, key: &str) -> Option<&V> {
        self.iter().rev().find(|(k, _)| **k == *key).map(|(_, v)| v)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All pairs in the order written.
    pub fn iter(&self) -> std::slice::Iter<'_, (Text<'a>, V)> {
        self.0.iter()
    }
}

impl<'de: 'a, 'a, V: Default + Read<'de>> Read<'de> for Pairs<'a, V> {
    fn read(&mut self, reader: &mut Reader<'de>) -> Result<()> {
        if reader.null()? {
            return Ok(());
        }
        reader.object(&mut |reader, key| {
            // A null value is an absent one.
            if let Some(value) = next::<Option<V>>(reader)? {
                self.0.push((Text(reader.decode(key)?), value));
            }
            Ok(())
        })
    }
}
