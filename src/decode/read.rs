//! What every type that is read implements, and how exactly values must be of the expected types.

use serde_json_borrow::Value;

use super::error::Error;
use super::fields::Fields;
use super::member;

/// The result of reading a value.
pub type Result<T> = std::result::Result<T, Error>;

/// A type that a JSON value is read into.
pub trait Read<'t> {
    /// Reads a value into a default. In place, because moving nested structs is the most expensive part of decoding.
    ///
    /// # Errors
    /// The value is of another type.
    fn read(&mut self, value: &'t Value<'t>, reader: &mut Reader) -> Result<()>;
}

/// How values are read, and what was found. The default accepts nothing but the expected types.
#[derive(Debug, Default)]
pub struct Reader {
    /// The pod fields that are set anywhere in what was read.
    pub fields: Fields,
    /// Whether a value of another type counts as missing instead of making the object unreadable. Only the value itself:
    /// what stands beside it is read.
    pub skips_wrong_types: bool,
    /// Whether a name that differs from an expected one only in case makes the object unreadable, because whoever reads it
    /// next ignores case.
    pub refuses_other_case: bool,
    /// How many items of lists and members of maps are read at most; absent: any number.
    pub max_items: Option<usize>,
    /// How many were read.
    pub items: usize,
}

impl Reader {
    /// Counts what a list or a map holds, before it is read.
    ///
    /// # Errors
    /// There are more than [`Reader::max_items`] by now.
    #[inline(never)]
    pub(super) fn count(&mut self, items: usize) -> Result<()> {
        self.items += items;
        match self.max_items.filter(|most| self.items > *most) {
            Some(most) => Err(Error::too_many(most)),
            None => Ok(()),
        }
    }

    /// A member of an object by its key; `None` when it is missing or `null`.
    ///
    /// # Errors
    /// The value is not an object, has the member twice, or has one whose name differs only in case.
    pub fn member<'t>(&self, value: &'t Value<'t>, key: &str) -> Result<Option<&'t Value<'t>>> {
        if self.refuses_other_case
            && let Value::Object(members) = value
        {
            members.iter().try_for_each(|(name, _)| check_case(name, [key]))?;
        }
        member(value, key).or_else(|error| self.tolerate(error))
    }

    /// Reads a member of an object into a default, if it is there.
    ///
    /// # Errors
    /// As [`Reader::member`], or the member cannot be read.
    pub fn read_member<'t>(&mut self, into: &mut dyn Read<'t>, object: &'t Value<'t>, key: &str) -> Result<()> {
        let Some(value) = self.member(object, key)? else { return Ok(()) };
        into.read(value, self).or_else(|error| self.tolerate(error)).map_err(|error| error.in_member(key))
    }

    /// Replaces an error about the type of a value by what a missing value gives, where such values are skipped.
    #[cold]
    #[inline(never)]
    pub(super) fn tolerate<T: Default>(&self, error: Error) -> Result<T> {
        if self.skips_wrong_types && error.types().is_some() { Ok(T::default()) } else { Err(error) }
    }
}

/// An error when a name is one of the keys in another case, or may be: Go's encoding/json takes two letters outside ASCII, the
/// long s and the Kelvin sign, for an s and a k.
pub(super) fn check_case<'k>(name: &str, keys: impl IntoIterator<Item = &'k str>) -> Result<()> {
    let mut keys = keys.into_iter();
    if keys.any(|key| name != key && name.eq_ignore_ascii_case(key)) || name.contains(['ſ', '\u{212a}']) {
        let message = format!("a case-insensitive reader would take field `{name}` for another one");
        return Err(Error::new(message).in_member(name));
    }
    Ok(())
}
