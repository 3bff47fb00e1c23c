//! The `hostprocess` command: checks manifests with the rules of windows-hostprocess-policy, and runs the policy's
//! module like policy-server.
//!
//! [`config`] reads a repository's configuration. [`discover`] finds manifests, and [`cluster`] reads the objects of a
//! live cluster. [`engine`] judges them with the [linter](hostprocess_linter) or with a module, and returns the
//! linter's reports. [`waivers`] mark findings that do not count, and [`output`] shows the report. [`grants`] computes
//! the grants that objects need. [`lsp`] serves
//! editors. [`commands`] combines these modules for each subcommand; [`documents`], [`files`] and
//! [`paths`] are shared helpers.

pub mod cluster;
pub mod commands;
pub mod config;
pub mod discover;
pub mod documents;
pub mod engine;
pub mod files;
pub mod grants;
pub mod lsp;
pub mod output;
pub mod paths;
pub mod waivers;
