//! The subcommands.

pub mod baseline;
pub mod check;
pub mod check_options;
pub mod completions;
pub mod config;
pub mod creation;
pub mod error;
pub mod explain;
pub mod fix;
pub mod grants;
pub mod lint_options;
pub mod lsp;
pub mod man;
pub mod namespaces;
pub mod plan;
pub mod rules;
pub mod run;
pub mod scan;
pub mod schema;
pub mod search_options;
pub mod watch;

use clap::CommandFactory;

use crate::commands::error::Error;
use crate::output::write_stdout;

/// Check Windows HostProcess workloads: are they allowed, will they run, do they mean what they say?
#[derive(Debug, clap::Parser)]
#[command(name = "hostprocess", version = env!("HOSTPROCESS_VERSION"))]
pub struct Cli {
    /// The subcommand to run.
    #[command(subcommand)]
    pub command: Command,
}

/// A subcommand with its arguments.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Check manifests and admission requests
    #[command(
        after_help = "Exit code: 0 when nothing is denied, 1 when something is denied (see --fail-on), 2 when an input or the \
        settings could not be read; the rest of the input is still checked.\n\nA comment `# hostprocess: ignore[rule-id] reason` on or above \
        a line waives its findings."
    )]
    Check(check::Args),
    /// Print the smallest `allow` setting that covers the given workloads
    #[command(after_help = "Exit code: 0, or 2 when an input could not be read or a workload could not be granted.")]
    Grants(grants::Args),
    /// Fix findings automatically: print a diff, or write the files
    #[command(
        after_help = "Exit code: 0 when there was nothing to fix or all fixes were written, 1 when --diff shows changes, 2 when an input \
        could not be read, edited or written; the rest is still fixed."
    )]
    Fix(fix::Args),
    /// Show how nodes would start HostProcess containers: account, command line, folders and mounts, or the error
    #[command(after_help = "Exit code: 0, or 2 when an input could not be read; the rest is still planned.")]
    Plan(plan::Args),
    /// Serve an editor: diagnostics while typing, fixes and plans, by the Language Server Protocol
    #[command(after_help = "Exit code: 0 after a shutdown, else 1. docs/editor.md has the settings of editors.")]
    Lsp(lsp::Args),
    /// Check the workloads in the cluster of the current kubeconfig, or list its HostProcess workloads
    #[command(after_help = "Exit code: the same as for check.")]
    Scan(scan::Args),
    /// Evaluate one admission request with a module, like `kwctl run`
    Run(run::Args),
    /// List the rules
    Rules(rules::Args),
    /// Show a rule's documentation: what happens, examples, false positives
    Explain(explain::Args),
    /// Print the configuration in effect
    Config(config::Args),
    /// Print the JSON Schema of the configuration, the JSON output or the settings
    Schema(schema::Args),
    /// Print a shell completion script
    #[command(
        after_help = "bash: source <(hostprocess completions bash)\nzsh: hostprocess completions zsh > \"${fpath[1]}/_hostprocess\"\n\
        fish: hostprocess completions fish > ~/.config/fish/completions/hostprocess.fish\n\
        PowerShell: hostprocess completions powershell | Out-String | Invoke-Expression"
    )]
    Completions(completions::Args),
    /// Print a manual page for packaging: `hostprocess man check > hostprocess-check.1`
    #[command(hide = true)]
    Man(man::Args),
}

impl Command {
    /// Runs the command and returns its exit code.
    ///
    /// # Errors
    /// The command failed.
    pub fn run(&self) -> Result<u8, Error> {
        let text = match self {
            Command::Check(args) => return check::check(args),
            Command::Scan(args) => return scan::scan(args),
            Command::Grants(args) => return grants::grants(args),
            Command::Fix(args) => return fix::fix(args),
            Command::Plan(args) => return plan::plan(args),
            Command::Lsp(args) => return lsp::lsp(args),
            Command::Run(args) => run::run(args)? + "\n",
            Command::Rules(args) => rules::list(args.output),
            Command::Explain(args) => explain::explain(args)?,
            Command::Config(args) => config::config(args)?,
            Command::Schema(args) => schema::schema(args),
            Command::Completions(args) => completions::script(args, Cli::command()),
            Command::Man(args) => man::page(args, Cli::command())?,
        };
        write_stdout(&text)?;
        Ok(0)
    }

    /// The exit code of a run that failed. `check` uses 1 for denials.
    pub fn error_code(&self) -> u8 {
        match self {
            Command::Check(_)
            | Command::Config(_)
            | Command::Fix(_)
            | Command::Grants(_)
            | Command::Plan(_)
            | Command::Scan(_) => 2,
            _ => 1,
        }
    }
}
