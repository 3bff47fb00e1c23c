//! Does it claim an isolation that it does not get?

group!();
