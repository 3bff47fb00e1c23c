//! From paths on the command line to files of manifests.

pub mod chart;
pub mod input;
pub mod rendered;
pub mod search;

pub use input::Input;
pub use search::{STDIN, Search};
