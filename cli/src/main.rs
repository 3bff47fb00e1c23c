//! The `hostprocess` command.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use hostprocess::{check, output, rules, run};

/// Windows HostProcess workloads: may they run, will they run, do they mean what they say?
#[derive(Parser)]
#[command(name = "hostprocess", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Judge manifests: 0 nothing is denied, 1 something is, 2 something could not be read
    Check(check::Args),
    /// Evaluate one admission request with a module, as `kwctl run` does
    Run(run::Args),
    /// List the rules
    Rules {
        /// How to show them
        #[arg(long, value_enum, default_value_t = rules::Format::Text)]
        output: rules::Format,
    },
    /// Show a rule's page: what happens, before and after, false positives
    Explain {
        /// The id in brackets at the end of a message
        #[arg(value_name = "RULE-ID")]
        rule: String,
    },
}

fn main() -> ExitCode {
    let (code_of_errors, result) = match Cli::parse().command {
        Command::Check(args) => (2, check::check(&args)),
        Command::Run(args) => (1, run::run(&args).map(|line| show(&format!("{line}\n")))),
        Command::Rules { output } => (1, Ok(show(&rules::list(output)))),
        Command::Explain { rule } => (1, rules::explain(&rule).map(|page| show(&page))),
    };
    match result {
        Ok(code) => ExitCode::from(code),
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::from(code_of_errors)
        }
    }
}

fn show(text: &str) -> u8 {
    output::show(text);
    0
}
