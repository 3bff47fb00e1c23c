//! Loads files with a single document: a configuration, settings, an admission request, a recorded session.

use std::path::{Path, PathBuf};

use hostprocess_linter::Settings;
use hostprocess_linter::document::{Document, DocumentError};
use hostprocess_linter::request::{self, RequestError};
use recorded_cluster::{Session, SessionError};
use serde_json::Value;

use crate::files::{self, FileError};

/// Why a document cannot be loaded. Messages begin with the path.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file cannot be read.
    #[error(transparent)]
    Unreadable(#[from] FileError),
    /// The file does not hold exactly one valid document.
    #[error(transparent)]
    Invalid(#[from] DocumentError),
    /// The file does not hold a request.
    #[error("{}: {error}", .path.display())]
    NoRequest {
        /// The file.
        path: PathBuf,
        /// The reason.
        error: RequestError,
    },
    /// The file does not hold a recorded session of a cluster.
    #[error("{}: {error}", .path.display())]
    NoSession {
        /// The file.
        path: PathBuf,
        /// The reason.
        error: SessionError,
    },
}

/// Reads a YAML or JSON file with one document.
///
/// # Errors
/// The file cannot be read, or see [`Document::parse`].
pub fn load(path: &Path) -> Result<Document, LoadError> {
    Ok(Document::parse(&path.display().to_string(), &files::read_text(path)?)?)
}

/// Reads settings from a YAML or JSON file: the settings themselves, or a Kubewarden policy that contains them.
///
/// # Errors
/// The file cannot be read, or does not hold a mapping.
pub fn load_settings(path: &Path) -> Result<Settings, LoadError> {
    Ok(Settings::parse(&path.display().to_string(), &files::read_text(path)?)?)
}

/// Reads the recorded session of a cluster.
///
/// # Errors
/// The file cannot be read, or does not hold one.
pub fn load_session(path: &Path) -> Result<Session, LoadError> {
    let text = files::read_text(path)?;
    Session::read(&text).map_err(|error| LoadError::NoSession { path: path.to_owned(), error })
}

/// Reads an AdmissionRequest, or the one inside an AdmissionReview, in JSON.
///
/// # Errors
/// The file cannot be read, or does not hold a request.
pub fn load_request(path: &Path) -> Result<Value, LoadError> {
    request::parse(&files::read_text(path)?).map_err(|error| LoadError::NoRequest { path: path.to_owned(), error })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_names_a_missing_file() {
        let error = load(Path::new("no-such-file")).expect_err("none").to_string();
        assert!(error.starts_with("no-such-file: cannot be read: "), "{error}");
    }
}
