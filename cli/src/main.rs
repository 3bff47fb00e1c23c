//! The `hostprocess` command.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};
use hostprocess::commands::Cli;
use windows_hostprocess_policy::wording::escaped;

fn main() -> ExitCode {
    let matches = called_as(std::env::args_os().next()).get_matches();
    let command = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit()).command;
    match command.run() {
        Ok(code) => ExitCode::from(code),
        Err(message) => {
            // It may quote what somebody else wrote.
            eprintln!("error: {}", escaped(&message));
            ExitCode::from(command.error_code())
        }
    }
}

/// kubectl starts its plugins as `kubectl-NAME`, and help should show what the user types.
fn called_as(program: Option<OsString>) -> clap::Command {
    let is_plugin =
        program.is_some_and(|program| Path::new(&program).file_stem() == Some("kubectl-hostprocess".as_ref()));
    if is_plugin { Cli::command().bin_name("kubectl hostprocess") } else { Cli::command() }
}
