//! Container images.

use crate::rules::rule::Rule;

mod base_image_misuse;
mod image_reference;

/// The rules of this group, in the order in which findings are reported.
pub const RULES: &[&Rule] = &[&base_image_misuse::RULE, &image_reference::RULE];
