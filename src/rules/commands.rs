//! Commands and paths that are misinterpreted or invalid on a Windows node.

use crate::rules::rule::Rule;

mod absolute_image_path;
mod cmd_metacharacters;
mod cmd_quotes;
mod entrypoint_unknown;
mod exec_probe;
mod line_break;
mod linux_command;
mod path_variable;
mod program_not_found;
mod relative_program;
mod sandbox_variable_spelling;
mod search_order;
mod working_dir;

/// The rules of this group, in the order in which findings are reported.
pub const RULES: &[&Rule] = &[
    &linux_command::RULE,
    &program_not_found::RULE,
    &absolute_image_path::RULE,
    &relative_program::RULE,
    &sandbox_variable_spelling::RULE,
    &working_dir::RULE,
    &search_order::RULE,
    &path_variable::RULE,
    &cmd_quotes::RULE,
    &cmd_metacharacters::RULE,
    &line_break::RULE,
    &entrypoint_unknown::RULE,
    &exec_probe::RULE,
];
