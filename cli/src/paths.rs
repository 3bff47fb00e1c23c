//! Paths of files, and checks of globs.

use std::fs;
use std::path::{Path, PathBuf};

/// A glob that matches nothing.
#[derive(Debug, thiserror::Error)]
pub enum GlobError {
    /// It begins with `../`.
    #[error("'{0}' matches nothing: globs cannot match outside their folder")]
    LeadsOut(String),
    /// It begins with `./`.
    #[error("'{glob}' matches nothing: write '{rest}' for files in the folder itself")]
    BeginsWithDot {
        /// The glob as written.
        glob: String,
        /// The suggested glob.
        rest: String,
    },
}

/// Makes sure that a glob is not written like a path, because such globs match nothing in `.gitignore` syntax.
///
/// # Errors
/// The glob begins with `./` or `../`.
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

/// A path that is identical for all spellings of a file's path. Links in its folder are resolved, but not a file that
/// is itself a link: walking a folder finds both a file and the links to it.
pub fn identity(path: &Path) -> PathBuf {
    match (fs::canonicalize(parent(path)), path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => path.to_owned(),
    }
}

/// The parent folder of a path; `.` for a bare name.
pub fn parent(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A folder itself, or the folder of a file. For standard input, the current folder.
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

/// The relative path, if the path is in the current folder.
pub fn shortened(path: &Path) -> PathBuf {
    path.strip_prefix(resolved(Path::new(""))).unwrap_or(path).to_owned()
}
