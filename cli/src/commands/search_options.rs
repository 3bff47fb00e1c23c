//! The arguments that find files, for `check` and `plan`.

use std::path::{Path, PathBuf};

use hostprocess_linter::File;
use hostprocess_linter::report::LeftOut;
use ignore::gitignore::Gitignore;

use crate::discover::{Input, STDIN, Search, SearchError};

/// Which files to read, and how.
#[derive(Debug, clap::Args)]
pub struct SearchOptions {
    /// Files, folders (their .yaml, .yml and .json files, at any depth, less what .gitignore excludes), or `-` for standard input
    ///
    /// An AdmissionReview or AdmissionRequest is read as the request that it is, with its own namespace, user, operation and
    /// old object. A file, or standard input, has at most 512 MiB.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Exclude files matching GLOB when searching folders, as in .gitignore and relative to the current folder; may be repeated
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,
    /// In folders, too, a document that is not a Kubernetes object is an error, and so is an unrendered Helm template; so is,
    /// everywhere, what holds `hostProcess` and is not judged
    #[arg(long)]
    strict_input: bool,
    /// Read what `helm template` prints for the charts in folders, under the names of their folders
    ///
    /// Lines are those of the rendered text. Charts inside charts and library charts are rendered with the others.
    #[arg(long)]
    helm: bool,
    /// Read what `kubectl kustomize` prints for the kustomizations in folders, in place of the files that they name
    ///
    /// Lines are those of the rendered text. Without kubectl, `kustomize build` is run. Bases are read as well, components
    /// only in the kustomizations that use them. kustomize fetches remote resources itself.
    #[arg(long)]
    kustomize: bool,
    /// Name of standard input in the output
    #[arg(long, value_name = "NAME", default_value = STDIN, hide_default_value = true)]
    stdin_filename: String,
}

impl SearchOptions {
    /// The first path, whose folder the configuration is looked for in.
    pub fn first_path(&self) -> Option<&Path> {
        self.paths.first().map(PathBuf::as_path)
    }

    /// The files, less what the configuration excludes in folders; and what was left out there.
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

    /// Reads a file. With `--strict-input`, whatever holds `hostProcess` in it must be judged.
    pub fn read(&self, input: Input) -> File {
        File { refuses_unjudged: self.strict_input, ..input.read() }
    }
}
