//! `make docs`: writes the generated files, or lists those that are out of date.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;

/// Write the generated files of this repository
#[derive(Parser)]
struct Args {
    /// Write nothing, list the files that are out of date, and exit with 1 if there are any
    #[arg(long)]
    check: bool,
    /// The built `hostprocess`, which prints the schemas and the text of docs/check.svg
    command: PathBuf,
}

fn main() -> anyhow::Result<ExitCode> {
    let args = Args::parse();
    let command = args.command.canonicalize().with_context(|| args.command.display().to_string())?;
    let mut is_up_to_date = true;
    for file in [generate::from_policy()?, generate::from_command(&command)?].concat() {
        if file.is_up_to_date() {
            continue;
        }
        is_up_to_date = false;
        if args.check {
            println!("{} is out of date: run `make docs`", file.path);
        } else {
            file.write()?;
            println!("wrote {}", file.path);
        }
    }
    Ok(ExitCode::from(u8::from(args.check && !is_up_to_date)))
}
