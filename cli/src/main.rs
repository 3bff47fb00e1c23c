//! The `hostprocess` command.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};
use hostprocess::commands::{Cli, Command};
use hostprocess::output::{escape, tell};
use windows_hostprocess_policy::wording::escaped;

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let command = parsed(&arguments).unwrap_or_else(|error| exit(&error, &arguments));
    match command.run() {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            // It may quote what somebody else wrote.
            eprintln!("error: {}", escaped(&error.to_string()));
            ExitCode::from(command.error_code())
        }
    }
}

fn parsed(arguments: &[OsString]) -> Result<Command, clap::Error> {
    let matches = called_as(arguments.first()).try_get_matches_from(arguments)?;
    Cli::from_arg_matches(&matches).map(|cli| cli.command)
}

/// Shows an error about arguments, or the help. A script may have taken an argument from a stranger, such as the name of a file, and
/// the error quotes it: the one that is shown is that about the escaped arguments.
fn exit(error: &clap::Error, arguments: &[OsString]) -> ! {
    let escaped: Vec<OsString> =
        arguments.iter().map(|argument| escaped(&argument.to_string_lossy()).to_string().into()).collect();
    match parsed(&escaped) {
        Err(error) => error.exit(),
        Ok(_) => {
            tell(&escape::source(&error.to_string()));
            std::process::exit(error.exit_code())
        }
    }
}

/// kubectl starts its plugins as `kubectl-NAME`, and help should show what the user types.
fn called_as(program: Option<&OsString>) -> clap::Command {
    let is_plugin =
        program.is_some_and(|program| Path::new(&program).file_stem() == Some("kubectl-hostprocess".as_ref()));
    if is_plugin { Cli::command().bin_name("kubectl hostprocess") } else { Cli::command() }
}
