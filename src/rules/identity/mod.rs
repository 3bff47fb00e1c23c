//! As whom does it run, and can it?

group!();
