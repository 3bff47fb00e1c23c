//! Network settings: what has no effect on a HostProcess pod.

group!();
