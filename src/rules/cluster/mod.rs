//! Facts of the nodes, asked only when the settings say so.

group!();
