//! The subcommands.

pub mod check;
pub mod explain;
pub mod rules;
pub mod run;

use crate::output::write_stdout;

/// A subcommand with its arguments.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Check manifests and admission requests
    #[command(
        after_help = "Exit code: 0 when nothing is denied, 1 when something is (see --fail-on), 2 when an input or the \
        settings could not be read; the rest of the input is still checked."
    )]
    Check(check::Args),
    /// Evaluate one admission request with a module, as `kwctl run` does
    Run(run::Args),
    /// List the rules
    Rules(rules::Args),
    /// Show a rule's page: what happens, before and after, false positives
    Explain(explain::Args),
}

impl Command {
    /// Runs the command and returns its exit code.
    ///
    /// # Errors
    /// The command could not do its work; the text says why.
    pub fn run(&self) -> Result<u8, String> {
        let text = match self {
            Command::Check(args) => return check::check(args),
            Command::Run(args) => run::run(args)? + "\n",
            Command::Rules(args) => rules::list(args.output),
            Command::Explain(args) => explain::explain(args)?,
        };
        write_stdout(&text);
        Ok(0)
    }

    /// The exit code of a run that failed. `check` uses 1 for denials.
    pub fn error_code(&self) -> u8 {
        match self {
            Command::Check(_) => 2,
            Command::Run(_) | Command::Rules(_) | Command::Explain(_) => 1,
        }
    }
}
