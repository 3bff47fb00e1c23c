//! `check --watch`: checks again whenever a file changes.

use std::collections::BTreeSet;
use std::fs;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode, CreateKind, ModifyKind, RemoveKind};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use crate::commands::error::Error;
use crate::output::{write_stderr, write_stdout};
use crate::paths::{parent, resolved};

/// Programs save a file in several steps, and a checkout changes many files.
const QUIET: Duration = Duration::from_millis(100);
/// Some folders are never quiet.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// Moves to the first line of a terminal and clears it, with the lines that scrolled away.
const CLEAR: &str = "\u{1b}[H\u{1b}[2J\u{1b}[3J";

/// Runs a check, and again after each change below some paths, until it is interrupted. `files` returns other inputs: the
/// configuration and the settings.
///
/// # Errors
/// A path cannot be watched.
pub fn watch(
    paths: &[PathBuf],
    files: impl Fn() -> Vec<PathBuf>,
    mut check: impl FnMut() -> Result<u8, Error>,
) -> Result<u8, Error> {
    // Later, a path may be gone for a moment.
    if let Some(missing) = paths.iter().find(|path| !path.exists()) {
        return Err(Error::NotWatchable(format!("{} does not exist", missing.display())));
    }
    let is_terminal = std::io::stdout().is_terminal();
    loop {
        // Anew each time: a folder may be new, or another one with the same name. What changes before is in the next report.
        let (sender, changes) = channel();
        let mut watches = Watches { watcher: notify::recommended_watcher(sender)?, files: BTreeSet::new() };
        watches.add(paths, &files())?;
        if is_terminal {
            write_stdout(CLEAR)?;
        }
        // The next change may repair the configuration.
        if let Err(error) = check() {
            write_stderr(&format!("error: {error}\n"));
        }
        write_stderr("note: watching for changes; Ctrl-C ends\n");
        if !watches.wait(&changes) {
            return Ok(2);
        }
    }
}

/// The paths that are watched.
struct Watches {
    watcher: RecommendedWatcher,
    /// Single files, which may have any name.
    files: BTreeSet<PathBuf>,
}

impl Watches {
    fn add(&mut self, paths: &[PathBuf], files: &[PathBuf]) -> notify::Result<()> {
        let (folders, single): (Vec<&PathBuf>, Vec<&PathBuf>) = paths.iter().partition(|path| path.is_dir());
        let folders: BTreeSet<PathBuf> = folders.into_iter().map(|folder| resolved(folder)).collect();
        for folder in &folders {
            self.watcher.watch(folder, RecursiveMode::Recursive)?;
        }
        let mut parents = BTreeSet::new();
        for file in single.into_iter().chain(files) {
            // Many programs save a file by replacing it. Of a link, both it and its target may change.
            let target = fs::canonicalize(file).ok();
            for file in [Some(file.clone()), target].into_iter().flatten() {
                let folder = existing(parent(&file));
                self.files.extend(file.file_name().map(|name| resolved(parent(&file)).join(name)));
                parents.insert(resolved(folder));
            }
        }
        // Another watch of the same folder would replace the one for all below it.
        for folder in parents.iter().filter(|parent| !folders.iter().any(|folder| parent.starts_with(folder))) {
            self.watcher.watch(folder, RecursiveMode::NonRecursive)?;
        }
        Ok(())
    }

    /// Waits for a change, and until nothing has changed for a moment. False when no more changes can come.
    fn wait(&self, changes: &Receiver<notify::Result<Event>>) -> bool {
        loop {
            match changes.recv() {
                Ok(change) if self.is_relevant(&change) => break,
                Ok(_) => {}
                Err(_) => return false,
            }
        }
        let end = Instant::now() + LONGEST_WAIT;
        let mut quiet = Instant::now() + QUIET;
        while let Ok(change) = changes.recv_timeout(quiet.min(end).saturating_duration_since(Instant::now())) {
            if self.is_relevant(&change) {
                quiet = Instant::now() + QUIET;
            }
        }
        true
    }

    /// After an error, such as an overflow, anything may have changed.
    fn is_relevant(&self, change: &notify::Result<Event>) -> bool {
        let Ok(event) = change else { return true };
        let is_input = |path: &Path| is_manifest(path) || self.files.contains(path);
        is_change(&event.kind) && (is_of_folder(event) || event.paths.iter().any(|path| is_input(path)))
    }
}

/// The nearest folder that exists: a path itself, or one that it is in.
fn existing(folder: &Path) -> &Path {
    folder.ancestors().find(|folder| folder.is_dir()).unwrap_or(Path::new("."))
}

/// Whether an event is more than a look at a file: checks read files themselves.
fn is_change(kind: &EventKind) -> bool {
    !kind.is_access() || *kind == EventKind::Access(AccessKind::Close(AccessMode::Write))
}

/// Whether a folder came, went or was renamed, with all that is in it.
fn is_of_folder(event: &Event) -> bool {
    match event.kind {
        EventKind::Create(CreateKind::Folder) | EventKind::Remove(RemoveKind::Folder) => true,
        EventKind::Modify(ModifyKind::Name(_)) => {
            event.paths.iter().any(|path| path.is_dir() || path.extension().is_none())
        }
        _ => false,
    }
}

/// Whether a name is that of a manifest, a part of a chart, or a list of ignored files.
fn is_manifest(path: &Path) -> bool {
    let is_known = |extension| ["yaml", "yml", "json", "tpl"].iter().any(|known| extension == *known);
    path.extension().is_some_and(is_known) || path.ends_with(".gitignore")
}
