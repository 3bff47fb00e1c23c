//! Volumes and mounts that fail, hide files or are not enforced.

use crate::rules::rule::Rule;

mod host_path_file;
mod host_path_volume;
mod mount_drive;
mod mount_over_rootfs;
mod mount_path_twice;
mod mount_shadows_host;
mod mounts;
mod named_pipe_mount;
mod read_only_not_enforced;
mod recursive_read_only;
mod relative_host_path;
mod unix_socket_mount;
mod unsupported_volume_features;

/// The rules of this group, in the order in which findings are reported.
pub const RULES: &[&Rule] = &[
    &named_pipe_mount::RULE,
    &unix_socket_mount::RULE,
    &relative_host_path::RULE,
    &host_path_file::RULE,
    &host_path_volume::RULE,
    &mount_shadows_host::RULE,
    &mount_over_rootfs::RULE,
    &mount_drive::RULE,
    &mount_path_twice::RULE,
    &read_only_not_enforced::RULE,
    &recursive_read_only::RULE,
    &unsupported_volume_features::RULE,
];
