//! The `hostprocess` command.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};
use hostprocess::commands::{Cli, Command};
use hostprocess::output::{escape, write_stderr};
use windows_hostprocess_policy::wording::escaped;

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let command = parsed(&arguments).unwrap_or_else(|error| exit(&error, &arguments));
    match command.run() {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            // The error may quote untrusted input.
            eprintln!("error: {}", escaped(&error.to_string()));
            ExitCode::from(command.error_code())
        }
    }
}

fn parsed(arguments: &[OsString]) -> Result<Command, clap::Error> {
    let matches = called_as(arguments.first()).try_get_matches_from(arguments)?;
    Cli::from_arg_matches(&matches).map(|cli| cli.command)
}

/// Prints an error about arguments, or the help. The error quotes arguments, which may be untrusted, such as file names
/// in a script. Therefore it parses the escaped arguments again and prints that error.
fn exit(error: &clap::Error, arguments: &[OsString]) -> ! {
    let escaped: Vec<OsString> =
        arguments.iter().map(|argument| escaped(&argument.to_string_lossy()).to_string().into()).collect();
    match parsed(&escaped) {
        Err(error) => error.exit(),
        Ok(_) => {
            write_stderr(&escape::source(&error.to_string()));
            std::process::exit(error.exit_code())
        }
    }
}

/// The command under the name that the user types: kubectl starts its plugins as `kubectl-NAME`.
fn called_as(program: Option<&OsString>) -> clap::Command {
    let is_plugin =
        program.is_some_and(|program| Path::new(&program).file_stem() == Some("kubectl-hostprocess".as_ref()));
    if is_plugin { Cli::command().bin_name("kubectl hostprocess") } else { Cli::command() }
}
