//! From paths on the command line to files of manifests.

pub mod chart;
pub mod input;
mod left_out;
pub mod rendered;
pub mod search;

pub use input::{Input, found};
pub use search::{STDIN, Search, SearchError, is_ignored};
