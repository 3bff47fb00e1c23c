//! May it? Who may run HostProcess workloads.

mod coverage;
mod permission;
mod requester;

group!(not_allowed, ephemeral_container);
