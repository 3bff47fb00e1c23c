//! YAML in the style of this repository: keys in struct order, and folded blocks of limited width.

use anyhow::Result;
use serde::Serialize;
use serde_saphyr::{ser_options, to_string_with_options};

/// The maximum number of characters per line of a folded block.
const WIDTH: usize = 144;

/// Writes a document.
///
/// # Errors
/// A value cannot be represented in YAML.
pub fn document(value: &impl Serialize) -> Result<String> {
    Ok(to_string_with_options(value, ser_options! { folded_wrap_chars: WIDTH, min_fold_chars: 0 })?)
}
