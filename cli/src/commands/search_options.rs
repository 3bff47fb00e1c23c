//! Arguments that select input files, for `check` and `plan`.

use std::path::{Path, PathBuf};

use hostprocess_linter::File;
use hostprocess_linter::report::LeftOut;
use ignore::gitignore::Gitignore;

use crate::commands::error::Error;
use crate::discover::{Input, STDIN, Search, SearchError};

/// The files to read, and how to read them.
#[derive(Debug, clap::Args)]
pub struct SearchOptions {
    /// Files, folders (all .yaml, .yml and .json files that .gitignore does not exclude), or `-` for standard input
    ///
    /// An AdmissionReview or AdmissionRequest keeps its own namespace, user, operation and old object. A file, or
    /// standard input, has at most 512 MiB.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Exclude files matching GLOB when searching folders, as in .gitignore and relative to the current folder; may be
    /// repeated
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,
    /// Fail on unrendered Helm templates and documents in folders that are not Kubernetes objects, and on any
    /// `hostProcess` that is not judged
    #[arg(long)]
    strict_input: bool,
    /// Render the charts in folders with `helm template`, and report them under the names of their folders
    ///
    /// Line numbers refer to the rendered text. Subcharts and library charts are rendered with the charts that use
    /// them.
    #[arg(long)]
    helm: bool,
    /// Render the kustomizations in folders with `kubectl kustomize`, instead of reading the files that they name
    ///
    /// Line numbers refer to the rendered text. Without kubectl, `kustomize build` is run. Bases are rendered as well,
    /// components only in the kustomizations that use them. kustomize itself fetches remote resources.
    #[arg(long)]
    kustomize: bool,
    /// Name of standard input in the output
    #[arg(long, value_name = "NAME", default_value = STDIN, hide_default_value = true)]
    stdin_filename: String,
}

impl SearchOptions {
    /// The first path, from whose folder the configuration is searched.
    pub fn first_path(&self) -> Option<&Path> {
        self.paths.first().map(PathBuf::as_path)
    }

    /// The paths, for `--watch`.
    ///
    /// # Errors
    /// One of them is standard input.
    pub fn watchable_paths(&self) -> Result<&[PathBuf], Error> {
        let is_stdin = self.paths.iter().any(|path| path.as_os_str() == "-");
        if is_stdin {
            Err(Error::NotWatchable("standard input does not change, name files or folders".to_owned()))
        } else {
            Ok(&self.paths)
        }
    }

    /// The files, without those that the configuration excludes in folders, and a summary of everything left out.
    ///
    /// # Errors
    /// A glob is not valid.
    pub fn find(&self, excluded: &Gitignore) -> Result<(Vec<Input>, Vec<LeftOut>), SearchError> {
        let search = Search {
            paths: &self.paths,
            exclude: &self.exclude,
            excluded: Some(excluded),
            is_strict: self.strict_input,
            stdin: &self.stdin_filename,
            helm: self.helm,
            kustomize: self.kustomize,
        };
        search.find()
    }

    /// Reads a file. With `--strict-input`, any `hostProcess` in it must be judged.
    pub fn read(&self, input: Input) -> File {
        File { refuses_unjudged: self.strict_input, ..input.read() }
    }
}
