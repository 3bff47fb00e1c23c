//! The `hostprocess` command.

use std::process::ExitCode;

use clap::Parser;
use hostprocess::commands::Command;

/// Windows HostProcess workloads: may they run, will they run, do they mean what they say?
#[derive(Parser)]
#[command(name = "hostprocess", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

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
