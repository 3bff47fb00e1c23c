//! Finds and reads the manifests for the paths on the command line.

pub mod chart;
pub mod input;
mod left_out;
pub mod rendered;
pub mod search;

pub use input::{Input, found};
pub use search::{STDIN, Search, SearchError, is_ignored};
