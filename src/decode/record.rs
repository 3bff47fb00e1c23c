//! Structs that are read member by member, by one table-driven function.

use serde_json_borrow::Value;

use super::error::Error;
use super::fields::Fields;
use super::read::{Reader, Result, check_case};
use crate::wording::did_you_mean;

/// A declared key of a record.
#[derive(Debug)]
pub struct Key {
    /// The exact name.
    pub name: &'static str,
    /// The [`sum`] of the name.
    pub sum: u32,
    /// The pod field, if rules depend on it.
    pub field: Fields,
    /// Whether an object without it is an error.
    pub is_required: bool,
}

/// A checksum that few names share: comparing it first avoids most comparisons of names.
pub const fn sum(name: &str) -> u32 {
    let bytes = name.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return 0 };
    u32::from_le_bytes([bytes.len() as u8, *first, bytes[bytes.len() / 2], *last])
}

/// A struct that is read member by member.
pub trait Record<'t> {
    /// Reads the value of the member at `index` of its keys.
    ///
    /// # Errors
    /// The value has the wrong type.
    fn read_member(&mut self, index: usize, value: &'t Value<'t>, reader: &mut Reader) -> Result<()>;
}

/// How undeclared members are handled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// They are skipped.
    Skipped,
    /// They are errors, which suggest the closest known key.
    Rejected,
}

/// Reads an object. One function for all records, which keeps the guest small and its code in the cache.
///
/// # Errors
/// The value is not an object, lacks a required member, or has a known member twice or in another case: another reader
/// might take the other one.
pub fn read_record<'t>(
    record: &mut dyn Record<'t>,
    keys: &'static [Key],
    unknown: Unknown,
    value: &'t Value<'t>,
    reader: &mut Reader,
) -> Result<()> {
    let Value::Object(members) = value else { return Err(Error::wrong_type(value, "an object")) };
    let mut found = 0_u64;
    for (name, value) in members.iter() {
        let sum = sum(name);
        let Some(index) = keys.iter().position(|key| key.sum == sum && key.name == name) else {
            if unknown == Unknown::Rejected {
                return Err(unknown_key(name, keys));
            }
            if reader.rejects_other_case {
                check_case(name, keys.iter().map(|key| key.name))?;
            }
            continue;
        };
        if found >> index & 1 == 1 {
            return Err(duplicate_key(name));
        }
        found |= 1 << index;
        reader.fields.insert(keys[index].field);
        let result = record.read_member(index, value, reader);
        result.or_else(|error| reader.skip_wrong_type(error)).map_err(|error| error.in_member(name))?;
    }
    match keys.iter().enumerate().find(|(index, key)| key.is_required && found >> index & 1 == 0) {
        Some((_, key)) => Err(Error::new(format!("missing field `{}`", key.name))),
        None => Ok(()),
    }
}

/// An error about a member that an object has twice.
#[cold]
pub(super) fn duplicate_key(name: &str) -> Error {
    Error::new(format!("duplicate field `{name}`")).in_member(name)
}

#[cold]
fn unknown_key(name: &str, keys: &[Key]) -> Error {
    let hint = did_you_mean(name, keys.iter().map(|key| key.name));
    Error::new(format!("unknown field `{name}`{hint}")).in_member(name)
}

/// Declares a struct with the JSON key of each field: `name: Type = "name"`, followed by `required` if an object
/// without it is an error, by `not_null` if an option must not be `null`, and by `or_true` if
/// [`read_or_true`](crate::decode::values::read_or_true) reads it. A missing field keeps the struct's default.
/// Undeclared members are skipped; after `struct Name: strict` they are errors.
#[macro_export]
macro_rules! record {
    (@unknown) => { $crate::decode::record::Unknown::Skipped };
    (@unknown strict) => { $crate::decode::record::Unknown::Rejected };
    (@required) => { false };
    (@required required) => { true };
    (@required not_null) => { false };
    (@required or_true) => { false };
    (@read $value:ident, $reader:ident, $field:expr) => { $crate::decode::read::Read::read(&mut $field, $value, $reader) };
    (@read $value:ident, $reader:ident, $field:expr, required) => { $crate::decode::read::Read::read(&mut $field, $value, $reader) };
    (@read $value:ident, $reader:ident, $field:expr, not_null) => {
        $crate::decode::read::Read::read($field.insert(Default::default()), $value, $reader)
    };
    (@read $value:ident, $reader:ident, $field:expr, or_true) => {
        $crate::decode::values::read_or_true(&mut $field, $value, $reader)
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

        impl<'t $(: $lifetime, $lifetime)?> $crate::decode::record::Record<'t> for $name $(<$lifetime>)? {
            fn read_member(
                &mut self,
                index: usize,
                value: &'t $crate::decode::Value<'t>,
                reader: &mut $crate::decode::read::Reader,
            ) -> $crate::decode::read::Result<()> {
                /// The index of each field among the keys.
                #[allow(non_camel_case_types, reason = "named as the fields are")]
                enum Field { $($field),* }
                $(if index == Field::$field as usize {
                    return $crate::record!(@read value, reader, self.$field $(, $how)?);
                })*
                Ok(())
            }
        }

        impl<'t $(: $lifetime, $lifetime)?> $crate::decode::read::Read<'t> for $name $(<$lifetime>)? {
            fn read(
                &mut self,
                value: &'t $crate::decode::Value<'t>,
                reader: &mut $crate::decode::read::Reader,
            ) -> $crate::decode::read::Result<()> {
                static KEYS: &[$crate::decode::record::Key] = &[$($crate::decode::record::Key {
                    name: $key,
                    sum: $crate::decode::record::sum($key),
                    field: $crate::decode::fields::Fields::named($key),
                    is_required: $crate::record!(@required $($how)?),
                }),*];
                $crate::decode::record::read_record(self, KEYS, $crate::record!(@unknown $($strict)?), value, reader)
            }
        }
    };
}
