//! The `hostprocess` command: checks manifests with the rules of windows-hostprocess-policy, and runs the policy's
//! module as policy-server does.
//!
//! [`config`] is what a repository says about the command. [`discover`] turns paths into files of manifests and [`cluster`] a live cluster
//! into objects; [`engine`] judges them with the [linter](hostprocess_linter) or with a module, and returns the linter's reports, of which
//! [`waivers`] mark what does not count and [`output`] shows the rest. [`grants`] says what the objects need. [`lsp`] serves editors. [`commands`] puts these
//! together for each subcommand; [`documents`], [`files`] and [`paths`] serve several of them.

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
