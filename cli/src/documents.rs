//! Files that hold one document: a configuration, settings, an admission request.

use std::path::{Path, PathBuf};

use hostprocess_linter::Settings;
use hostprocess_linter::document::{Document, DocumentError};
use hostprocess_linter::request::{self, RequestError};
use recorded_cluster::{Session, SessionError};
use serde_json::Value;

use crate::files::{self, FileError};

/// Why there is no document. Each begins with the path.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file cannot be read.
    #[error(transparent)]
    Unreadable(#[from] FileError),
    /// It does not hold one document of the kind.
    #[error(transparent)]
    Invalid(#[from] DocumentError),
    /// It does not hold a request.
    #[error("{}: {error}", .path.display())]
    NoRequest {
        /// The file.
        path: PathBuf,
        /// Why it is no request.
        error: RequestError,
    },
    /// It does not hold a recorded session of a cluster.
    #[error("{}: {error}", .path.display())]
    NoSession {
        /// The file.
        path: PathBuf,
        /// Why it is no session.
        error: SessionError,
    },
}

/// Reads a YAML or JSON file with one document.
///
/// # Errors
/// The file cannot be read, or as for [`Document::parse`].
pub fn load(path: &Path) -> Result<Document, LoadError> {
    Ok(Document::parse(&path.display().to_string(), &files::read_text(path)?)?)
}

/// Reads settings from a YAML or JSON file: the settings themselves, or a Kubewarden policy that has them.
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
    fn a_missing_file_is_named() {
        let error = load(Path::new("no-such-file")).expect_err("none").to_string();
        assert!(error.starts_with("no-such-file: cannot be read: "), "{error}");
    }
}
