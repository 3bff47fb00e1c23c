//! The trait of types that are read from JSON, and the strictness of reading.

use serde_json_borrow::Value;

use super::error::Error;
use super::fields::Fields;
use super::member;

/// The result of reading a value.
pub type Result<T> = std::result::Result<T, Error>;

/// A type that a JSON value is read into.
pub trait Read<'t> {
    /// Reads a value into a default, in place: moving nested structs is the most expensive part of decoding.
    ///
    /// # Errors
    /// The value has the wrong type.
    fn read(&mut self, value: &'t Value<'t>, reader: &mut Reader) -> Result<()>;
}

/// How strictly values are read, and statistics about them. The default accepts only the expected types.
#[derive(Debug, Default)]
pub struct Reader {
    /// The pod fields that were read anywhere.
    pub fields: Fields,
    /// Whether a value of the wrong type counts as missing instead of making the object unreadable. Its siblings are
    /// still read.
    pub skips_wrong_types: bool,
    /// Whether a name that differs from an expected one only in case makes the object unreadable, for objects that are
    /// read case-insensitively later.
    pub rejects_other_case: bool,
    /// The maximum number of list items and map members; `None` for no limit.
    pub max_items: Option<usize>,
    /// The number of list items and map members read so far.
    pub items: usize,
}

impl Reader {
    /// Counts the items of a list or the members of a map before they are read.
    ///
    /// # Errors
    /// The total exceeds [`Reader::max_items`].
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
    /// The value is not an object, has the member twice, or has a member whose name differs only in case.
    pub fn member<'t>(&self, value: &'t Value<'t>, key: &str) -> Result<Option<&'t Value<'t>>> {
        if self.rejects_other_case
            && let Value::Object(members) = value
        {
            members.iter().try_for_each(|(name, _)| check_case(name, [key]))?;
        }
        member(value, key).or_else(|error| self.skip_wrong_type(error))
    }

    /// Reads a member of an object into a default, if it exists.
    ///
    /// # Errors
    /// As [`Reader::member`], or the member cannot be read.
    pub fn read_member<'t>(&mut self, into: &mut dyn Read<'t>, object: &'t Value<'t>, key: &str) -> Result<()> {
        let Some(value) = self.member(object, key)? else { return Ok(()) };
        into.read(value, self).or_else(|error| self.skip_wrong_type(error)).map_err(|error| error.in_member(key))
    }

    /// Replaces an error about a wrong type with the default, if such values are skipped.
    #[cold]
    #[inline(never)]
    pub(super) fn skip_wrong_type<T: Default>(&self, error: Error) -> Result<T> {
        if self.skips_wrong_types && error.types().is_some() { Ok(T::default()) } else { Err(error) }
    }
}

/// Fails if a name equals one of the keys except for case, or may do so: Go's encoding/json folds the long s and the
/// Kelvin sign to s and k.
pub(super) fn check_case<'k>(name: &str, keys: impl IntoIterator<Item = &'k str>) -> Result<()> {
    let mut keys = keys.into_iter();
    if keys.any(|key| name != key && name.eq_ignore_ascii_case(key)) || name.contains(['ſ', '\u{212a}']) {
        let message = format!("a case-insensitive reader would take field `{name}` for another one");
        return Err(Error::new(message).in_member(name));
    }
    Ok(())
}
