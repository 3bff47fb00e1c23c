//! Does it land on a Windows node?

group!();
