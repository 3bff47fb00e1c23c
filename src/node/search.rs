//! The search for the program: `getApplicationName` of hcsshim's `internal/jobcontainers/path.go`.

use crate::node::environment::{ACCOUNT_PATH, value_with_image};
use crate::node::failure::Failure;
use crate::node::launch::Launch;
use crate::windows::arguments;

/// The PATH of the shim on the measured nodes, which hcsshim 0.9 searches.
const SHIM_PATH: &str = r"C:\Windows\system32;C:\Windows;C:\Windows\System32\Wbem;C:\Windows\System32\WindowsPowerShell\v1.0\;C:\Program Files\containerd";

/// The folders of Windows, which are searched last.
const SYSTEM_FOLDERS: &str = r"C:\windows\system32;C:\windows\System;C:\windows";

/// A search with `SearchPathW`, which adds `.exe` to a name without an extension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    /// The command line from which the candidates are taken.
    line: String,
    /// The folders in order, separated by semicolons. A candidate with a path is not searched in them.
    pub folders: String,
}

impl Launch<'_, '_> {
    /// The search for the program, which is `cmd` on nodes that bind the image.
    ///
    /// # Errors
    /// The command is missing, or has an unclosed quote.
    pub fn search(&self) -> Result<Search, Failure> {
        let line = self.command_line()?;
        if line.strip_prefix('"').is_some_and(|rest| !rest.contains('"')) {
            return Err(Failure::OpenQuote(self.requested_command_line()?));
        }
        Ok(Search { line, folders: self.searched_folders() })
    }

    /// The working directory, the PATH of the process (of the shim with containerd 1.6), and the folders of Windows.
    fn searched_folders(&self) -> String {
        let path = if self.node.era.is_1_6() { SHIM_PATH.to_owned() } else { self.searched_path() };
        let mut folders = self.working_dir().path.into_owned();
        folders.push(';');
        if !path.is_empty() {
            folders.push_str(&path);
            folders.push(';');
        }
        folders.push_str(SYSTEM_FOLDERS);
        folders
    }

    /// The PATH of the process, with the letters of `PATH=` trimmed from both ends: `Path=C:\x` becomes `ath=C:\x`.
    fn searched_path(&self) -> String {
        let rootfs = self.rootfs();
        let path = match self.path_variable() {
            Some((name, value)) => value_with_image(&[name, "=", &value].concat(), &rootfs.path),
            None => value_with_image(&["Path=", ACCOUNT_PATH].concat(), &rootfs.path),
        };
        path.trim_matches(['P', 'A', 'T', 'H', '=']).to_owned()
    }
}

impl Search {
    /// The candidates, in order: the prefixes of an unquoted command line up to each space, or the quoted part of a
    /// quoted one.
    pub fn candidates(&self) -> impl Iterator<Item = String> {
        let quoted = self.line.strip_prefix('"').and_then(|rest| rest.split('"').next());
        let words = if quoted.is_some() { "" } else { self.line.as_str() };
        let mut name = String::new();
        let unquoted = arguments::words(words).map(move |word| {
            if !name.is_empty() {
                name.push(' ');
            }
            name.push_str(word);
            name.clone()
        });
        quoted.map(str::to_owned).into_iter().chain(unquoted)
    }

    /// The command line that the process receives if the candidate with this index is the first that exists. A
    /// candidate with spaces is quoted.
    pub fn command_line(&self, found: usize) -> String {
        if found == 0 || self.line.starts_with('"') {
            return self.line.clone();
        }
        let words: Vec<&str> = arguments::words(&self.line).collect();
        let (program, rest) = words.split_at_checked(found + 1).unwrap_or((&words, &[]));
        let line = format!("\"{}\" {}", program.join(" "), rest.join(" "));
        line.trim().to_owned()
    }
}
