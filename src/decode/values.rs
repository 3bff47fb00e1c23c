//! Types of the fields of records.

use std::collections::BTreeMap;
use std::ops::Deref;

use serde_json_borrow::{ObjectAsVec, Value};

use super::error::Error;
use super::read::{Read, Reader, Result};
use super::record::duplicate_key;
use crate::order::sorted;
use crate::wording::did_you_mean;

impl<'t: 'a, 'a> Read<'t> for &'a str {
    fn read(&mut self, value: &'t Value<'t>, _: &mut Reader) -> Result<()> {
        let Value::Str(text) = value else { return Err(Error::wrong_type(value, "a string")) };
        *self = text;
        Ok(())
    }
}

impl<'t> Read<'t> for String {
    fn read(&mut self, value: &'t Value<'t>, reader: &mut Reader) -> Result<()> {
        let mut text = "";
        text.read(value, reader)?;
        text.clone_into(self);
        Ok(())
    }
}

impl<'t> Read<'t> for bool {
    fn read(&mut self, value: &'t Value<'t>, _: &mut Reader) -> Result<()> {
        let Value::Bool(truth) = value else { return Err(Error::wrong_type(value, "a boolean")) };
        *self = *truth;
        Ok(())
    }
}

impl<'t> Read<'t> for i64 {
    fn read(&mut self, value: &'t Value<'t>, _: &mut Reader) -> Result<()> {
        *self = value.as_i64().ok_or_else(|| Error::wrong_type(value, "an integer"))?;
        Ok(())
    }
}

impl<'t> Read<'t> for u16 {
    fn read(&mut self, value: &'t Value<'t>, reader: &mut Reader) -> Result<()> {
        let mut number = 0_i64;
        number.read(value, reader)?;
        *self = number.try_into().map_err(|_| Error::new(format!("{number} is not between 0 and 65535")))?;
        Ok(())
    }
}

/// `null` is read as `None`.
impl<'t, T: Default + Read<'t>> Read<'t> for Option<T> {
    fn read(&mut self, value: &'t Value<'t>, reader: &mut Reader) -> Result<()> {
        if value.is_null() {
            return Ok(());
        }
        self.insert(T::default()).read(value, reader).or_else(|error| {
            *self = None;
            reader.skip_wrong_type(error)
        })
    }
}

/// Reads a boolean that decides whether rules apply. If values of the wrong type are skipped, such a value counts as
/// true, because a later default or a less strict reader may make it so.
///
/// # Errors
/// The value has the wrong type.
pub fn read_or_true(flag: &mut Option<bool>, value: &Value, reader: &mut Reader) -> Result<()> {
    flag.read(value, reader)?;
    if flag.is_none() && !value.is_null() {
        *flag = Some(true);
    }
    Ok(())
}

/// Reads one of several names, and returns its value.
///
/// # Errors
/// The name is unknown; the message suggests the closest one.
pub fn one_of<T: Copy, const N: usize>(value: &Value, names: &[(&'static str, T); N]) -> Result<T> {
    let index = index_of(value, &names.map(|(name, _)| name))?;
    Ok(names[index].1)
}

/// Not generic, so that the guest contains it once.
#[inline(never)]
fn index_of(value: &Value, names: &[&'static str]) -> Result<usize> {
    let Value::Str(name) = value else { return Err(Error::wrong_type(value, "a string")) };
    names.iter().position(|known| known == name).ok_or_else(|| {
        let hint = did_you_mean(name, names.iter().copied());
        Error::new(format!("unknown value '{name}', expected one of {}{hint}", names.join(", ")))
    })
}

/// Whether a field is set to anything but `null`, even to an empty list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Presence(pub bool);

impl<'t> Read<'t> for Presence {
    fn read(&mut self, value: &'t Value<'t>, _: &mut Reader) -> Result<()> {
        self.0 = !value.is_null();
        Ok(())
    }
}

/// Whether a field is set to anything but `null` or an empty list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NonEmpty(pub bool);

impl<'t> Read<'t> for NonEmpty {
    fn read(&mut self, value: &'t Value<'t>, _: &mut Reader) -> Result<()> {
        self.0 = !value.is_null() && value.as_array().is_none_or(|items| !items.is_empty());
        Ok(())
    }
}

/// A list; `null` is read as empty.
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
    fn read(&mut self, value: &'t Value<'t>, reader: &mut Reader) -> Result<()> {
        if value.is_null() { Ok(()) } else { self.0.read(value, reader) }
    }
}

/// A list that must not be `null`.
impl<'t, T: Default + Read<'t>> Read<'t> for Vec<T> {
    fn read(&mut self, value: &'t Value<'t>, reader: &mut Reader) -> Result<()> {
        let Value::Array(items) = value else { return Err(Error::wrong_type(value, "a list")) };
        reader.count(items.len())?;
        self.reserve_exact(items.len());
        for (index, item) in items.iter().enumerate() {
            self.push(T::default());
            let result = self[index].read(item, reader);
            result.or_else(|error| reader.skip_wrong_type(error)).map_err(|error| error.in_item(index))?;
        }
        Ok(())
    }
}

/// An object that is not `null` and has no `null` members.
impl<'t, K: Ord + From<&'t str>, V: Default + Read<'t>> Read<'t> for BTreeMap<K, V> {
    fn read(&mut self, value: &'t Value<'t>, reader: &mut Reader) -> Result<()> {
        let Value::Object(members) = value else { return Err(Error::wrong_type(value, "an object")) };
        for (key, value) in members.iter() {
            let mut member = V::default();
            member.read(value, reader).map_err(|error| error.in_member(key))?;
            self.insert(K::from(key), member);
        }
        Ok(())
    }
}

/// A JSON object as pairs in the order written (`null` is read as empty): cheaper than a map for the few lookups of
/// rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pairs<'a, V = &'a str>(pub Vec<(&'a str, V)>);

impl<V> Default for Pairs<'_, V> {
    fn default() -> Self {
        Pairs(Vec::new())
    }
}

impl<'a, V> Pairs<'a, V> {
    /// The value under exactly this key.
    pub fn get(&self, key: &str) -> Option<&V> {
        self.iter().find(|(name, _)| *name == key).map(|(_, value)| value)
    }

    /// Whether there are no pairs.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All pairs in the order written.
    pub fn iter(&self) -> std::slice::Iter<'_, (&'a str, V)> {
        self.0.iter()
    }
}

impl<'t: 'a, 'a, V: Default + Read<'t>> Read<'t> for Pairs<'a, V> {
    fn read(&mut self, value: &'t Value<'t>, reader: &mut Reader) -> Result<()> {
        let members = match value {
            Value::Null => return Ok(()),
            Value::Object(members) => members,
            _ => return Err(Error::wrong_type(value, "an object")),
        };
        reader.count(members.len())?;
        for (key, value) in members.iter() {
            let mut pair = None::<V>;
            pair.read(value, reader).map_err(|error| error.in_member(key))?;
            // A `null` value is treated as missing.
            self.0.extend(pair.map(|value| (key, value)));
        }
        check_unique(members)
    }
}

/// Fails if an object has a member twice: another reader might take the other one.
#[inline(never)]
fn check_unique(members: &ObjectAsVec) -> Result<()> {
    let keys = sorted(members.iter().map(|(key, _)| key).collect());
    match keys.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        Some(pair) => Err(duplicate_key(pair[0].0.0)),
        None => Ok(()),
    }
}
