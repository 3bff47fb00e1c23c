//! Commands and paths: do they find what they name?

group!();
