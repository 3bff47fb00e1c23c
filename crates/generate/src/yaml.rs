//! YAML as the files of this repository have it: keys in the order of their structs, folded blocks that are not too wide.

use anyhow::Result;
use serde::Serialize;
use serde_saphyr::{ser_options, to_string_with_options};

/// Characters in a line of a folded block.
const WIDTH: usize = 144;

/// A document.
///
/// # Errors
/// A value has no form in YAML.
pub fn document(value: &impl Serialize) -> Result<String> {
    Ok(to_string_with_options(value, ser_options! { folded_wrap_chars: WIDTH, min_fold_chars: 0 })?)
}
