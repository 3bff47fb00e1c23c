//! Images.

group!();
