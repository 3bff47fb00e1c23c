//! The error of a failed command.

use std::io;

use hostprocess_linter::catalogue::UnknownId;
use hostprocess_linter::document::DocumentError;
use hostprocess_linter::settings::SettingsError;
use lsp_server::ProtocolError;

use crate::cluster::error::ClusterError;
use crate::config::ConfigurationError;
use crate::discover::SearchError;
use crate::documents::LoadError;
use crate::engine::error::{CallError, ModuleError, SettingsError as RefusedByModule};
use crate::files::{FileError, OutputsError};
use crate::output::OutputError;
use crate::output::destination::DestinationError;
use crate::waivers::baseline::BaselineError;

/// The error of a failed command. Messages name the place and quote inputs unescaped: escape them when printing.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "each is described where it is defined")]
pub enum Error {
    #[error(transparent)]
    Baseline(#[from] BaselineError),
    #[error(transparent)]
    Call(#[from] CallError),
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    #[error(transparent)]
    Configuration(#[from] ConfigurationError),
    #[error(transparent)]
    Destination(#[from] DestinationError),
    #[error(transparent)]
    Document(#[from] DocumentError),
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    Load(#[from] LoadError),
    #[error("the language server got no valid message: {0}")]
    Protocol(#[from] ProtocolError),
    #[error(transparent)]
    Module(#[from] ModuleError),
    #[error(transparent)]
    Output(#[from] OutputError),
    #[error(transparent)]
    Outputs(#[from] OutputsError),
    #[error(transparent)]
    RefusedByModule(#[from] RefusedByModule),
    #[error(transparent)]
    Search(#[from] SearchError),
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error(transparent)]
    UnknownId(#[from] UnknownId),
    #[error("unknown subcommand '{0}'")]
    UnknownSubcommand(String),
    #[error("--watch: {0}")]
    Watch(#[from] notify::Error),
    #[error("--watch: {0}")]
    NotWatchable(String),
    /// Output cannot be generated.
    #[error(transparent)]
    Io(#[from] io::Error),
}
