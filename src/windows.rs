//! Windows domain types: accounts, paths, programs and command lines.

pub mod account;
pub mod arguments;
pub mod case;
pub mod cmd;
pub mod command_line;
pub mod filepath;
pub mod path;
pub mod program;
pub mod script;
