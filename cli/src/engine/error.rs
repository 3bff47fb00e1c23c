//! Errors of loading and calling modules.

use std::path::PathBuf;

use crate::files::FileError;

/// Why a call of the module failed.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The call exceeded the time limit, which is two seconds unless set by `Module::with_max_time`.
    #[error("Policy execution interrupted because it exceeded the allowed execution time")]
    Interrupted,
    /// The module trapped or returned an error.
    #[error("{0}")]
    Failed(String),
}

/// Why a module cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum ModuleError {
    /// The path is not a module; the error suggests a replacement.
    #[error("{}: {instead}", .path.display())]
    IsElsewhere {
        /// The path as given.
        path: PathBuf,
        /// An instruction for the user.
        instead: String,
    },
    /// The file cannot be read.
    #[error(transparent)]
    Unreadable(#[from] FileError),
    /// The file does not contain a module.
    #[error("{}: {error}", .path.display())]
    NotCompiled {
        /// The file.
        path: PathBuf,
        /// The compiler's error.
        error: CompileError,
    },
    /// This build does not support modules.
    #[error(
        "this hostprocess was built without the feature `module`, which runs modules: install a release, or build it with \
        `cargo install --locked --path cli`"
    )]
    IsNotBuiltIn,
}

/// Why bytes are not a module; the message of Wasmtime.
#[derive(Debug, thiserror::Error)]
pub enum CompileError {
    /// The bytes are not WebAssembly.
    #[error("not a WebAssembly module: {0}")]
    NotWebAssembly(String),
    /// The runtime cannot be started.
    #[error("{0}")]
    Runtime(String),
}

/// Why a module does not accept settings.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The module's message.
    #[error("Provided settings are not valid: {0}")]
    Refused(String),
    /// The call failed.
    #[error("Provided settings are not valid: Error invoking settings validation callback: {0}")]
    NotAnswered(#[from] CallError),
    /// The answer is malformed.
    #[error("Provided settings are not valid: invalid response: {0}")]
    NotUnderstood(#[from] serde_json::Error),
}
