//! May it? Who may run HostProcess workloads.

group!();
