//! Paths of files, and globs that match them.

use std::fs;
use std::path::{Path, PathBuf};

/// A glob that matches nothing.
#[derive(Debug, thiserror::Error)]
pub enum GlobError {
    /// It begins with `../`.
    #[error("'{0}' matches nothing: globs do not reach out of their folder")]
    LeadsOut(String),
    /// It begins with `./`.
    #[error("'{glob}' matches nothing: write '{rest}' for what is in the folder itself")]
    BeginsWithDot {
        /// As it is written.
        glob: String,
        /// What to write instead.
        rest: String,
    },
}

/// Refuses the globs that people write for paths, and that match nothing in `.gitignore`.
///
/// # Errors
/// It begins with `./` or `../`.
pub fn can_match(glob: &str) -> Result<(), GlobError> {
    let path = glob.strip_prefix('!').unwrap_or(glob);
    if path.starts_with("../") {
        return Err(GlobError::LeadsOut(glob.to_owned()));
    }
    match path.strip_prefix('.').filter(|rest| rest.starts_with('/')) {
        Some(rest) => Err(GlobError::BeginsWithDot { glob: glob.to_owned(), rest: rest.to_owned() }),
        None => Ok(()),
    }
}

/// The same for all ways to write the path of a file. Links in its folder are resolved, but not the file itself when it is
/// one: walking a folder finds both a file and the links to it.
pub fn identity(path: &Path) -> PathBuf {
    match (fs::canonicalize(parent(path)), path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => path.to_owned(),
    }
}

/// The folder that a path is in; `.` for a name alone.
pub fn parent(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A folder itself, or that of a file. Standard input counts as in the current folder.
pub fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        _ if path.as_os_str() == "-" => resolved(Path::new("")),
        Some(parent) if !path.is_dir() => resolved(parent),
        _ => resolved(path),
    }
}

/// The absolute path of a folder, without links. The empty path is the current folder.
pub fn resolved(folder: &Path) -> PathBuf {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned())
}

/// A path as people would write it in the current folder, when it is in there.
pub fn shortened(path: &Path) -> PathBuf {
    path.strip_prefix(resolved(Path::new(""))).unwrap_or(path).to_owned()
}
