//! Why a module cannot be asked, or did not answer.

use std::path::PathBuf;

use crate::files::FileError;

/// Why a call of the module failed.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The call took longer than it may, which is two seconds unless `Module::with_max_time` says otherwise.
    #[error("Policy execution interrupted because it exceeded the allowed execution time")]
    Interrupted,
    /// The module trapped, or reported an error instead of an answer.
    #[error("{0}")]
    Failed(String),
}

/// Why there is no module.
#[derive(Debug, thiserror::Error)]
pub enum ModuleError {
    /// Something else was named, and this is to be named instead.
    #[error("{}: {instead}", .path.display())]
    IsElsewhere {
        /// As it was given.
        path: PathBuf,
        /// An instruction for the user.
        instead: String,
    },
    /// The file cannot be read.
    #[error(transparent)]
    Unreadable(#[from] FileError),
    /// The file holds something else.
    #[error("{}: {error}", .path.display())]
    NotCompiled {
        /// The file.
        path: PathBuf,
        /// The compiler's error.
        error: CompileError,
    },
    /// Modules are not built in.
    #[error(
        "this hostprocess was built without the feature `module`, which runs modules: install a release, or build it with \
        `cargo install --locked --path cli`"
    )]
    IsNotBuiltIn,
}

/// Why bytes are not a module, in Wasmtime's own words.
#[derive(Debug, thiserror::Error)]
pub enum CompileError {
    /// They are not WebAssembly.
    #[error("not a WebAssembly module: {0}")]
    NotWebAssembly(String),
    /// No module can be run.
    #[error("{0}")]
    Runtime(String),
}

/// Why a module does not accept settings.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The module's own words.
    #[error("Provided settings are not valid: {0}")]
    Refused(String),
    /// It gave no answer.
    #[error("Provided settings are not valid: Error invoking settings validation callback: {0}")]
    NotAnswered(#[from] CallError),
    /// Its answer is none.
    #[error("Provided settings are not valid: invalid response: {0}")]
    NotUnderstood(#[from] serde_json::Error),
}
