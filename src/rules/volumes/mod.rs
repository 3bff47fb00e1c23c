//! Volumes and mounts: what is refused, hidden or not enforced.

group!();
