//! The `hostprocess` command.

use std::process::ExitCode;

use clap::Parser;
use hostprocess::commands::Cli;

fn main() -> ExitCode {
    let command = Cli::parse().command;
    match command.run() {
        Ok(code) => ExitCode::from(code),
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::from(command.error_code())
        }
    }
}
