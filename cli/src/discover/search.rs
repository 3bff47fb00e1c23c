//! Finds the files to check.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};

use hostprocess_linter::report::LeftOut;
use ignore::gitignore::Gitignore;
use ignore::overrides::{Override, OverrideBuilder};
use ignore::{DirEntry, Walk, WalkBuilder};

use crate::config;
use crate::discover::chart::chart_of;
use crate::discover::input::{Input, Origin};
use crate::discover::left_out::LeftOutCounts;
use crate::discover::rendered::{Rendered, files_of, is_kustomization};
use crate::files;
use crate::paths::{GlobError, can_match, identity, resolved};

/// A glob of `--exclude` that is not valid.
#[derive(Debug, thiserror::Error)]
#[error("--exclude: {0}")]
pub enum SearchError {
    /// The glob can match nothing.
    Glob(#[from] GlobError),
    /// The glob is malformed.
    Syntax(#[from] ignore::Error),
    /// There is no current folder that it could be relative to.
    Folder(#[from] io::Error),
}

/// The default name of standard input in the output.
pub const STDIN: &str = "<stdin>";

const GITIGNORE: &str = ".gitignore";

/// The files to check, and how to read them.
#[derive(Debug, Default)]
pub struct Search<'s> {
    /// Files, folders, and `-` for standard input.
    pub paths: &'s [PathBuf],
    /// Globs of files to exclude when searching folders.
    pub exclude: &'s [String],
    /// The globs that the configuration excludes.
    pub excluded: Option<&'s Gitignore>,
    /// Whether every document must be a Kubernetes object, in folders too.
    pub is_strict: bool,
    /// The name of standard input.
    pub stdin: &'s str,
    /// Render the charts in folders.
    pub helm: bool,
    /// Render the kustomizations in folders.
    pub kustomize: bool,
}

impl Search<'_> {
    /// Finds the files to check, and counts those that are left out. Each file appears once, at its first position.
    ///
    /// In folders, it finds the `.yaml`, `.yml` and `.json` files at any depth, sorted by name. It leaves out hidden
    /// folders, files that `.gitignore`, `exclude` or the configuration exclude, the configuration itself, and files
    /// that are only rendered.
    ///
    /// # Errors
    /// A glob is not valid.
    pub fn find(&self) -> Result<(Vec<Input>, Vec<LeftOut>), SearchError> {
        let exclude = overrides(self.exclude)?;
        let mut inputs = Inputs::default();
        for path in self.paths {
            if path.as_os_str() == "-" {
                inputs.add(
                    path.clone(),
                    Input { origin: Origin::Stdin(self.stdin.to_owned()), is_strict: true, folder: None },
                );
            } else if path.is_dir() {
                inputs.add_folder(path, &exclude, self);
            } else {
                inputs.add(identity(path), Input { origin: Origin::File(path.clone()), is_strict: true, folder: None });
            }
        }
        Ok((inputs.list, inputs.left_out.into_vec()))
    }
}

/// Compiles globs, which are relative to the current folder and have the syntax of `.gitignore`.
fn overrides(exclude: &[String]) -> Result<Override, SearchError> {
    let mut builder = OverrideBuilder::new(std::env::current_dir()?);
    for glob in exclude {
        can_match(glob)?;
        // Without `!`, an override would select files instead of excluding them.
        builder.add(&format!("!{glob}"))?;
    }
    Ok(builder.build()?)
}

#[derive(Default)]
struct Inputs {
    list: Vec<Input>,
    /// Their indices in the list, by identity.
    known: HashMap<PathBuf, usize>,
    left_out: LeftOutCounts,
}

impl Inputs {
    fn add(&mut self, identity: PathBuf, input: Input) {
        match self.known.entry(identity) {
            Entry::Occupied(known) => self.list[*known.get()].is_strict |= input.is_strict,
            Entry::Vacant(unknown) => {
                unknown.insert(self.list.len());
                self.list.push(input);
            }
        }
    }

    fn add_folder(&mut self, folder: &Path, exclude: &Override, search: &Search) {
        let resolved = resolved(folder);
        let unreadable = resolved.ancestors().find_map(|folder| files::check_size(&folder.join(GITIGNORE)).err());
        if let Some(error) = unreadable {
            let error = io::Error::other(format!("{GITIGNORE}: {error}"));
            let origin = Origin::UnlistedFolder(folder.to_owned(), error);
            self.list.push(Input { origin, is_strict: search.is_strict, folder: None });
            return;
        }
        let root = Some(resolved.clone());
        let base = folder.to_owned();
        let identity =
            move |path: &Path| path.strip_prefix(&base).map_or_else(|_| path.to_owned(), |path| resolved.join(path));
        let is_strict = search.is_strict;
        let excluded = search.excluded.cloned().unwrap_or_else(Gitignore::empty);
        let configured = excluded.clone();
        let identity_in_walk = identity.clone();
        let is_excluded =
            move |entry: &DirEntry| is_ignored(&excluded, &identity_in_walk(entry.path()), is_folder(entry));
        let mut paths = Vec::new();
        for entry in walk(folder, exclude, is_excluded) {
            match entry {
                Ok(entry) => paths.push(entry.into_path()),
                Err(error) => {
                    let origin = Origin::UnlistedFolder(folder.to_owned(), io::Error::other(error));
                    self.list.push(Input { origin, is_strict, folder: None });
                }
            }
        }
        self.left_out.add(&paths, is_manifest, |path, is_folder| {
            if is_folder && is_hidden(path) {
                "hidden"
            } else if exclude.matched(path, is_folder).is_ignore() {
                "--exclude"
            } else if is_ignored(&configured, &identity(path), is_folder) {
                "exclude in the configuration"
            } else {
                ".gitignore"
            }
        });
        let kustomizations = paths.iter().filter(|path| search.kustomize && is_kustomization(path));
        let only_rendered: HashSet<PathBuf> = kustomizations.flat_map(|path| files_of(path)).collect();
        for path in paths {
            if let Some(rendered) = Rendered::by(&path, search.helm, search.kustomize) {
                let key = identity(&path);
                self.add(key, Input { origin: Origin::Rendered(rendered), is_strict, folder: None });
            } else if is_manifest(&path) && path.is_file() && !(search.helm && chart_of(&path).is_some()) {
                let key = identity(&path);
                if !only_rendered.contains(&key) {
                    self.add(key, Input { origin: Origin::File(path), is_strict, folder: root.clone() });
                }
            }
        }
    }
}

/// Walks a folder recursively in name order, without hidden folders.
fn walk(folder: &Path, exclude: &Override, is_excluded: impl Fn(&DirEntry) -> bool + Send + Sync + 'static) -> Walk {
    let mut walk = WalkBuilder::new(folder);
    // Unlike a user's own exclusions, the `.gitignore` files of a repository are the same for everybody.
    walk.standard_filters(false).git_ignore(true).parents(true).overrides(exclude.clone());
    walk.sort_by_file_name(Ord::cmp);
    // The walk would never finish reading an endless `.gitignore`, so subfolders with an oversized one are skipped.
    let is_endless = |entry: &DirEntry| is_folder(entry) && files::check_size(&entry.path().join(GITIGNORE)).is_err();
    walk.filter_entry(move |entry| {
        entry.depth() == 0 || !(is_hidden_folder(entry) || is_excluded(entry) || is_endless(entry))
    });
    walk.build()
}

fn is_folder(entry: &DirEntry) -> bool {
    entry.file_type().is_some_and(|kind| kind.is_dir())
}

fn is_hidden_folder(entry: &DirEntry) -> bool {
    is_folder(entry) && is_hidden(entry.path())
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}

/// Whether a glob matches. Paths outside the folder that the globs are relative to never match.
pub fn is_ignored(globs: &Gitignore, path: &Path, is_folder: bool) -> bool {
    path.starts_with(globs.path()) && globs.matched(path, is_folder).is_ignore()
}

fn is_manifest(path: &Path) -> bool {
    let is_configuration = path.file_name().is_some_and(|name| name == config::FILE_NAME);
    !is_configuration
        && path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml" || extension == "json")
}
