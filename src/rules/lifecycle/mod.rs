//! How it ends.

group!();
