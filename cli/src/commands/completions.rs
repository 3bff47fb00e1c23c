//! `hostprocess completions`: prints a script for a shell.

use clap_complete::Shell;

/// The arguments of `completions`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The shell that is to run the script
    #[arg(value_enum)]
    shell: Shell,
}

/// The script for a command.
pub fn script(args: &Args, mut command: clap::Command) -> String {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, "hostprocess", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}
