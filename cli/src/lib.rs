//! The `hostprocess` command: checks manifests with the rules of windows-hostprocess-policy, and runs the policy's
//! module as policy-server does.
//!
//! [`config`] is what a repository says about the command. [`input`] turns paths into Kubernetes objects that remember where each
//! field was written, [`engine`] judges them with the built-in rules or with a module, [`report`] holds the result, of which
//! [`waivers`] mark what does not count, [`pages`] what there is to read about it, and [`output`] shows it. [`commands`] puts these
//! together for each subcommand.

pub mod commands;
pub mod config;
pub mod edit;
pub mod engine;
pub mod fix;
pub mod grants;
pub mod input;
pub mod inventory;
pub mod output;
pub mod pages;
pub mod report;
pub mod waivers;
