//! An input to check.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use hostprocess_linter::File;

use crate::discover::chart::chart_of;
use crate::discover::rendered::Rendered;
use crate::files;

/// An input to check. Its text is not loaded before [`Input::read`].
#[derive(Debug)]
pub struct Input {
    pub(super) origin: Origin,
    /// Whether every document must be a Kubernetes object: the file was named on the command line, or `--strict-input`
    /// is set.
    pub(super) is_strict: bool,
    /// The resolved folder in which the file was found; `None` for a file named on the command line.
    pub(super) folder: Option<PathBuf>,
}

/// The origin of a text.
#[derive(Debug)]
pub(super) enum Origin {
    /// Standard input, with its name for outputs.
    Stdin(String),
    File(PathBuf),
    /// A folder that another program renders.
    Rendered(Rendered),
    /// A folder whose entries could not be listed.
    UnlistedFolder(PathBuf, io::Error),
}

/// A file in a folder, which may be no manifest: its other documents and the templates of a Helm chart are skipped.
pub fn found(path: &Path, name: &str, text: String) -> File {
    match text.contains("{{").then(|| chart_of(path)).flatten() {
        Some(chart) => File::template(name, chart),
        None => File::parse(name, text).without_other_documents(),
    }
}

impl Input {
    /// The file that fixed text can be written to; `None` for standard input.
    pub fn path(&self) -> Option<&Path> {
        match &self.origin {
            Origin::File(path) => Some(path),
            _ => None,
        }
    }

    /// Whether the file was found in a folder as a link out of that folder.
    pub fn leads_out(&self) -> bool {
        let (Some(folder), Some(path)) = (&self.folder, self.path()) else { return false };
        fs::canonicalize(path).is_ok_and(|target| !target.starts_with(folder))
    }

    /// Reads the file. An unreadable file is returned with a problem.
    pub fn read(self) -> File {
        let (name, text) = match &self.origin {
            Origin::Stdin(name) => (name.clone(), files::read_manifests_from_stdin()),
            Origin::File(path) => (path.display().to_string(), files::read_manifests(path)),
            Origin::Rendered(rendered) => (rendered.name(), rendered.render().and_then(files::as_text)),
            Origin::UnlistedFolder(path, error) => return File::unreadable(path.display().to_string(), error),
        };
        let text = match text {
            Ok(text) => text,
            Err(error) => return File::unreadable(name, &error),
        };
        match self.origin {
            Origin::File(path) if !self.is_strict => found(&path, &name, text),
            Origin::Rendered(_) => {
                let file = File { is_generated: true, ..File::parse(&name, text) };
                if self.is_strict { file } else { file.without_other_documents() }
            }
            _ => File::parse(&name, text),
        }
    }
}
