//! `hostprocess lsp`: serves an editor.

use std::path::Path;
use std::sync::Arc;

use crate::commands::error::Error;
use crate::commands::lint_options::LintOptions;
use crate::lsp::{Limits, Setup, serve, stdio};

/// The arguments of `lsp`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    lint: LintOptions,
    /// Accepted because editors pass it; standard input and output are always used
    #[arg(long, hide = true)]
    stdio: bool,
}

/// Serves an editor until it exits. The exit code is 0 after a shutdown, else 1.
///
/// # Errors
/// The editor does not keep to the protocol.
pub fn lsp(args: &Args) -> Result<u8, Error> {
    let (connection, threads) = stdio();
    let lint = args.lint.clone();
    let load = Arc::new(move |path: &Path| setup(&lint, path).map_err(|error| error.to_string()));
    let code = serve(connection, load, Limits::default())?;
    // Why reading has ended, if the editor did not exit.
    threads.join()?;
    Ok(code)
}

fn setup(lint: &LintOptions, path: &Path) -> Result<Setup, Error> {
    let configuration = lint.configuration(Some(path))?;
    let settings_file = lint.settings_file(&configuration);
    let settings = lint.settings(&configuration).map_err(|error| error.to_string());
    Ok(Setup { configuration, settings_file, settings, creation: lint.creation() })
}
