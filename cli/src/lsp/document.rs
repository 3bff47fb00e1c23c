//! A document as the editor has it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use hostprocess_linter::units::Encoding;
use lsp_types::Uri;
use url::Url;

/// A version of an open document. Copies share the text.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// As the editor names it.
    pub uri: Uri,
    /// The editor's number of this version.
    pub version: i32,
    /// The whole text.
    pub text: Arc<str>,
    /// The units in which the editor counts columns.
    pub encoding: Encoding,
}

impl Snapshot {
    /// The file; `None` for a document that is in none.
    pub fn path(&self) -> Option<PathBuf> {
        path(&self.uri)
    }

    /// The name of the text in reports.
    pub fn name(&self) -> String {
        self.path().map_or_else(|| self.uri.as_str().to_owned(), |path| path.display().to_string())
    }

    /// The path that a configuration is looked for from: the current folder's for a document in no file.
    pub fn base(&self) -> PathBuf {
        self.path().unwrap_or_else(|| Path::new("-").to_owned())
    }
}

/// The path of a file's address.
pub fn path(uri: &Uri) -> Option<PathBuf> {
    Url::parse(uri.as_str()).ok().filter(|url| url.scheme() == "file")?.to_file_path().ok()
}
