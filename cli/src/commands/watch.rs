//! `check --watch`: checks again whenever a file changes.

use std::collections::BTreeSet;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use crate::commands::error::Error;
use crate::output::{write_stderr, write_stdout};
use crate::paths::{parent, resolved};

/// Programs save a file in several steps, and a checkout changes many files.
const QUIET: Duration = Duration::from_millis(100);

/// Moves to the first line of a terminal and clears it, with the lines that scrolled away.
const CLEAR: &str = "\u{1b}[H\u{1b}[2J\u{1b}[3J";

/// Runs a check, and again after each change of a manifest, until it is interrupted. `files` are watched besides the paths: the
/// configuration and the settings.
///
/// # Errors
/// A path cannot be watched.
pub fn watch(paths: &[PathBuf], files: &[PathBuf], mut check: impl FnMut() -> Result<u8, Error>) -> Result<u8, Error> {
    let (sender, changes) = channel();
    let mut watcher = notify::recommended_watcher(sender)?;
    let mut named = BTreeSet::new();
    for path in paths.iter().chain(files) {
        if path.is_dir() {
            watcher.watch(path, RecursiveMode::Recursive)?;
        } else {
            watch_file(&mut watcher, path, &mut named)?;
        }
    }
    let is_terminal = std::io::stdout().is_terminal();
    loop {
        if is_terminal {
            write_stdout(CLEAR)?;
        }
        // The next change may repair the configuration.
        if let Err(error) = check() {
            write_stderr(&format!("error: {error}\n"));
        }
        write_stderr("note: watching for changes; Ctrl-C ends\n");
        if !wait(&changes, |path| is_manifest(path) || named.contains(path)) {
            return Ok(2);
        }
    }
}

/// Watches the folder of a file: many programs save a file by replacing it.
fn watch_file(watcher: &mut RecommendedWatcher, file: &Path, named: &mut BTreeSet<PathBuf>) -> notify::Result<()> {
    let folder = resolved(parent(file));
    named.extend(file.file_name().map(|name| folder.join(name)));
    watcher.watch(&folder, RecursiveMode::NonRecursive)
}

/// Waits for a change of a relevant file, and until nothing has changed for a moment. False when no more changes can come.
fn wait(changes: &Receiver<notify::Result<Event>>, is_relevant: impl Fn(&Path) -> bool) -> bool {
    loop {
        match changes.recv() {
            Ok(Ok(event)) if is_change(&event) && event.paths.iter().any(|path| is_relevant(path)) => break,
            // After an error, such as an overflow, anything may have changed.
            Ok(Err(_)) => break,
            Ok(Ok(_)) => {}
            Err(_) => return false,
        }
    }
    while changes.recv_timeout(QUIET).is_ok() {}
    true
}

/// Whether an event is no mere look at a file: checks read files themselves.
fn is_change(event: &Event) -> bool {
    !event.kind.is_access() || event.kind == EventKind::Access(AccessKind::Close(AccessMode::Write))
}

fn is_manifest(path: &Path) -> bool {
    let is_known = |extension| ["yaml", "yml", "json"].iter().any(|known| extension == *known);
    path.extension().is_some_and(is_known) || path.ends_with(".gitignore")
}
