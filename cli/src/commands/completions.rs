//! `hostprocess completions`: prints a script for a shell.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::commands::Cli;

/// The arguments of `completions`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The shell that is to run the script
    #[arg(value_enum)]
    shell: Shell,
}

/// The script.
pub fn script(args: &Args) -> String {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "hostprocess", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}
