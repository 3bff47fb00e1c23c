//! From paths on the command line to files.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use ignore::gitignore::Gitignore;
use ignore::overrides::{Override, OverrideBuilder};
use ignore::{DirEntry, Walk, WalkBuilder};

use crate::config;
use crate::input::manifest::File;
use crate::input::rendered::{Rendered, files_of, is_kustomization};

/// The name of standard input in the output, unless another one is given.
pub const STDIN: &str = "<stdin>";

/// A file that is to be checked. Its text is not in memory before [`Input::read`].
#[derive(Debug)]
pub struct Input {
    origin: Origin,
    /// Every document must be a Kubernetes object: the file was named on the command line, or `--strict-input` is set.
    is_strict: bool,
}

#[derive(Debug)]
enum Origin {
    /// With the name that outputs use for it.
    Stdin(String),
    File(PathBuf),
    /// What another program makes of a folder.
    Rendered(Rendered),
    /// A name, and the text or why there is none.
    Text(String, io::Result<String>),
    /// What is below could not be listed.
    UnlistedFolder(PathBuf, io::Error),
}

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
    /// Finds the files to check. Each comes once, at its first place.
    ///
    /// Of a folder these are the `.yaml`, `.yml` and `.json` files at any depth, in the order of their names, but not what is in
    /// hidden folders, what `.gitignore` excludes, what a glob of `exclude` or the configuration matches, the configuration itself, or
    /// what is only rendered.
    ///
    /// # Errors
    /// A glob is not valid.
    pub fn find(&self) -> Result<Vec<Input>, String> {
        let exclude = overrides(self.exclude)?;
        let mut inputs = Inputs::default();
        for path in self.paths {
            if path.as_os_str() == "-" {
                inputs.add(path.clone(), Input { origin: Origin::Stdin(self.stdin.to_owned()), is_strict: true });
            } else if path.is_dir() {
                inputs.add_folder(path, &exclude, self);
            } else {
                inputs.add(identity(path), Input { origin: Origin::File(path.clone()), is_strict: true });
            }
        }
        Ok(inputs.list)
    }
}

/// Globs are relative to the current folder, and mean what they mean in `.gitignore`.
fn overrides(exclude: &[String]) -> Result<Override, String> {
    let invalid = |error: &dyn std::fmt::Display| format!("--exclude: {error}");
    let mut builder = OverrideBuilder::new(std::env::current_dir().map_err(|error| invalid(&error))?);
    for glob in exclude {
        can_match(glob).map_err(|error| invalid(&error))?;
        // An override without `!` would select instead.
        builder.add(&format!("!{glob}")).map_err(|error| invalid(&error))?;
    }
    builder.build().map_err(|error| invalid(&error))
}

/// Refuses the globs that people write for paths, and that match nothing in `.gitignore`.
///
/// # Errors
/// It begins with `./` or `../`.
pub fn can_match(glob: &str) -> Result<(), String> {
    let path = glob.strip_prefix('!').unwrap_or(glob);
    if path.starts_with("../") {
        return Err(format!("'{glob}' matches nothing: globs do not reach out of their folder"));
    }
    match path.strip_prefix('.').filter(|rest| rest.starts_with('/')) {
        Some(rest) => Err(format!("'{glob}' matches nothing: write '{rest}' for what is in the folder itself")),
        None => Ok(()),
    }
}

/// The same for all ways to write the path of a file. Links in its folder are resolved, but not the file itself when it is
/// one: walking a folder finds both a file and the links to it.
pub fn identity(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match (fs::canonicalize(folder), path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => path.to_owned(),
    }
}

#[derive(Default)]
struct Inputs {
    list: Vec<Input>,
    /// Their places in the list, by identity.
    known: HashMap<PathBuf, usize>,
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
        let resolved = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
        let base = folder.to_owned();
        let identity =
            move |path: &Path| path.strip_prefix(&base).map_or_else(|_| path.to_owned(), |path| resolved.join(path));
        let is_strict = search.is_strict;
        let excluded = search.excluded.cloned().unwrap_or_else(Gitignore::empty);
        let identity_in_walk = identity.clone();
        let is_excluded =
            move |entry: &DirEntry| is_ignored(&excluded, &identity_in_walk(entry.path()), is_folder(entry));
        let mut paths = Vec::new();
        for entry in walk(folder, exclude, is_excluded) {
            match entry {
                Ok(entry) => paths.push(entry.into_path()),
                Err(error) => {
                    let origin = Origin::UnlistedFolder(folder.to_owned(), io::Error::other(error));
                    self.list.push(Input { origin, is_strict });
                }
            }
        }
        let kustomizations = paths.iter().filter(|path| search.kustomize && is_kustomization(path));
        let only_rendered: HashSet<PathBuf> = kustomizations.flat_map(|path| files_of(path)).collect();
        for path in paths {
            if let Some(rendered) = Rendered::by(&path, search.helm, search.kustomize) {
                let key = identity(&path);
                self.add(key, Input { origin: Origin::Rendered(rendered), is_strict });
            } else if is_manifest(&path) && path.is_file() && !(search.helm && chart_of(&path).is_some()) {
                let key = identity(&path);
                if !only_rendered.contains(&key) {
                    self.add(key, Input { origin: Origin::File(path), is_strict });
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
    walk.filter_entry(move |entry| entry.depth() == 0 || !(is_hidden_folder(entry) || is_excluded(entry)));
    walk.build()
}

fn is_folder(entry: &DirEntry) -> bool {
    entry.file_type().is_some_and(|kind| kind.is_dir())
}

fn is_hidden_folder(entry: &DirEntry) -> bool {
    is_folder(entry) && entry.file_name().as_encoded_bytes().starts_with(b".")
}

/// Globs say nothing about what is outside the folder that they are relative to.
fn is_ignored(globs: &Gitignore, path: &Path, is_folder: bool) -> bool {
    path.starts_with(globs.path()) && globs.matched(path, is_folder).is_ignore()
}

fn is_manifest(path: &Path) -> bool {
    let is_configuration = path.file_name().is_some_and(|name| name == config::FILE_NAME);
    !is_configuration
        && path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml" || extension == "json")
}

impl Input {
    /// A text that is not in a file.
    pub fn of_text(name: String, text: io::Result<String>) -> Input {
        Input { origin: Origin::Text(name, text), is_strict: true }
    }

    /// The file that a changed text could be written to. Standard input has none.
    pub fn path(&self) -> Option<&Path> {
        match &self.origin {
            Origin::File(path) => Some(path),
            _ => None,
        }
    }

    /// Reads the file. One that cannot be read is returned with a problem.
    pub fn read(self) -> File {
        let (name, bytes) = match &self.origin {
            Origin::Text(name, Err(error)) => return File::unreadable(name.clone(), error),
            Origin::Text(name, Ok(text)) => return File { is_generated: true, ..File::parse(name, text.clone()) },
            Origin::Stdin(name) => (name.clone(), read_to_end(io::stdin().lock())),
            Origin::File(path) => (path.display().to_string(), fs::read(path)),
            Origin::Rendered(rendered) => (rendered.name(), rendered.render()),
            Origin::UnlistedFolder(path, error) => return File::unreadable(path.display().to_string(), error),
        };
        let text = match bytes.and_then(|bytes| String::from_utf8(bytes).map_err(io::Error::other)) {
            Ok(text) => text,
            Err(error) => return File::unreadable(name, &error),
        };
        match self.origin {
            Origin::File(path) if !self.is_strict => match text.contains("{{").then(|| chart_of(&path)).flatten() {
                Some(chart) => File::template(name, chart),
                None => File::parse(&name, text).without_other_documents(),
            },
            Origin::Rendered(_) => {
                let file = File { is_generated: true, ..File::parse(&name, text) };
                if self.is_strict { file } else { file.without_other_documents() }
            }
            _ => File::parse(&name, text),
        }
    }
}

/// The Helm chart that a file is a template of: the folder `templates` is beside `Chart.yaml`.
pub fn chart_of(path: &Path) -> Option<PathBuf> {
    let templates =
        path.ancestors().skip(1).filter(|folder| folder.file_name().is_some_and(|name| name == "templates"));
    let mut charts = templates.filter_map(Path::parent).filter(|chart| chart.join("Chart.yaml").is_file());
    charts.next().map(|chart| if chart.as_os_str().is_empty() { PathBuf::from(".") } else { chart.to_owned() })
}

fn read_to_end(mut input: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes)?;
    Ok(bytes)
}
