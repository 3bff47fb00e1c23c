//! `hostprocess completions`: prints a shell completion script.

use clap_complete::Shell;

/// The arguments of `completions`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// The completion script for a command.
pub fn script(args: &Args, mut command: clap::Command) -> String {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, "hostprocess", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}
