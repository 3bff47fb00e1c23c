//! `hostprocess man`: prints a manual page in roff.

use crate::commands::error::Error;

/// The arguments of `man`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The subcommand [default: the command itself]
    #[arg(value_name = "SUBCOMMAND")]
    subcommand: Option<String>,
}

/// The page of a command or its subcommand.
///
/// # Errors
/// The subcommand is unknown.
pub fn page(args: &Args, mut command: clap::Command) -> Result<String, Error> {
    // Building sets the full names of subcommands.
    command.build();
    if let Some(name) = &args.subcommand {
        let found = command.find_subcommand(name).ok_or_else(|| Error::UnknownSubcommand(name.clone()))?;
        command = found.clone().display_name(format!("hostprocess-{name}"));
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page)?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}
