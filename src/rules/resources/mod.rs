//! Resource limits: the only isolation there is.

group!();
