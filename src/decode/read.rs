//! What every type that is read implements.

use serde_json_borrow::Value;

use super::error::Error;
use super::fields::Fields;

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
