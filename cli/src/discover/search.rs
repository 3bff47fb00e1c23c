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
    /// It matches nothing.
    Glob(#[from] GlobError),
    /// It is no glob.
    Syntax(#[from] ignore::Error),
    /// There is no folder that it could be relative to.
    Folder(#[from] io::Error),
}

/// The name of standard input in the output, unless another one is given.
pub const STDIN: &str = "<stdin>";

const GITIGNORE: &str = ".gitignore";

/// Which files to check, and how.
#[derive(Debug, Default)]
pub struct Search<'s> {
    /// Files, folders, and `-`, which is standard input.
    pub paths: &'s [PathBuf],
    /// Globs of what to leave out in folders.
    pub exclude: &'s [String],
    /// What the configuration leaves out in folders.
    pub excluded: Option<&'s Gitignore>,
    /// Every document must be a Kubernetes object, in folders too.
    pub is_strict: bool,
    /// The name of standard input.
    pub stdin: &'s str,
    /// Render the charts in folders.
    pub helm: bool,
    /// Render the kustomizations in folders.
    pub kustomize: bool,
}

impl Search<'_> {
    /// Finds the files to check, and counts what folders hold that is left out. Each file comes once, at its first place.
    ///
    /// Of a folder these are the `.yaml`, `.yml` and `.json` files at any depth, in the order of their names, but not what is in
    /// hidden folders, what `.gitignore` excludes, what a glob of `exclude` or the configuration matches, the configuration itself, or
    /// what is only rendered.
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

/// Globs are relative to the current folder, and mean what they mean in `.gitignore`.
fn overrides(exclude: &[String]) -> Result<Override, SearchError> {
    let mut builder = OverrideBuilder::new(std::env::current_dir()?);
    for glob in exclude {
        can_match(glob)?;
        // An override without `!` would select instead.
        builder.add(&format!("!{glob}"))?;
    }
    Ok(builder.build()?)
}

#[derive(Default)]
struct Inputs {
    list: Vec<Input>,
    /// Their places in the list, by identity.
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

/// What is in a folder, at any depth and in the order of the names, but not in hidden folders.
fn walk(folder: &Path, exclude: &Override, is_excluded: impl Fn(&DirEntry) -> bool + Send + Sync + 'static) -> Walk {
    let mut walk = WalkBuilder::new(folder);
    // What a `.gitignore` of the repository says is the same for everybody, unlike a user's own exclusions.
    walk.standard_filters(false).git_ignore(true).parents(true).overrides(exclude.clone());
    walk.sort_by_file_name(Ord::cmp);
    // The walk would read an endless `.gitignore` to its end: below the first folder, one leaves out its own folder.
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

/// Whether globs leave out a path without links. They say nothing about paths outside the folder that they are relative to.
pub fn is_ignored(globs: &Gitignore, path: &Path, is_folder: bool) -> bool {
    path.starts_with(globs.path()) && globs.matched(path, is_folder).is_ignore()
}

fn is_manifest(path: &Path) -> bool {
    let is_configuration = path.file_name().is_some_and(|name| name == config::FILE_NAME);
    !is_configuration
        && path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml" || extension == "json")
}
