//! How a report is shown.

pub mod json;
pub mod text;
