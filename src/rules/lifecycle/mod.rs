//! How it ends.

group!(termination);
