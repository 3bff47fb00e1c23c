//! Vocabulary of the platform, so that rules read like sentences.

pub mod account;
pub mod case;
pub mod command_line;
pub mod path;
