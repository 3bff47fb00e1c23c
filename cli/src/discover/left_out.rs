//! Counts the files and folders that a search leaves out, by reason.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use hostprocess_linter::report::LeftOut;

/// Files and folders that a search left out, counted by reason. The contents of folders are not counted.
#[derive(Debug, Default)]
pub struct LeftOutCounts(BTreeMap<&'static str, LeftOut>);

impl LeftOutCounts {
    /// Counts the entries of the folders in `found` that were not found themselves.
    pub fn add(
        &mut self,
        found: &[PathBuf],
        is_manifest: impl Fn(&Path) -> bool,
        reason: impl Fn(&Path, bool) -> &'static str,
    ) {
        let known: HashSet<&Path> = found.iter().map(PathBuf::as_path).collect();
        for folder in found.iter().filter(|path| !path.is_symlink() && path.is_dir()) {
            // The search itself reports folders that cannot be listed.
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                let path = entry.path();
                let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
                let counts =
                    if is_folder { path.file_name().is_none_or(|name| name != ".git") } else { is_manifest(&path) };
                if counts && !known.contains(path.as_path()) {
                    self.count(reason(&path, is_folder), is_folder);
                }
            }
        }
    }

    fn count(&mut self, reason: &'static str, is_folder: bool) {
        let counts = self.0.entry(reason).or_insert(LeftOut { reason, files: 0, folders: 0 });
        *if is_folder { &mut counts.folders } else { &mut counts.files } += 1;
    }

    /// The counts.
    pub fn into_vec(self) -> Vec<LeftOut> {
        self.0.into_values().collect()
    }
}
