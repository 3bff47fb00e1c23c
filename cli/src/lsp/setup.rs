//! The configuration and settings that apply to a document.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use hostprocess_linter::{Creation, Linter, Settings};
use windows_hostprocess_policy::cluster::host::NoCluster;
use windows_hostprocess_policy::finding::patch::Reach;

use crate::config::Configuration;

/// How the documents of a folder are judged.
#[derive(Debug)]
pub struct Setup {
    /// The configuration that `check` would find.
    pub configuration: Configuration,
    /// The file with the policy's settings, if one is named.
    pub settings_file: Option<PathBuf>,
    /// The policy's settings, or why they cannot be read.
    pub settings: Result<Settings, String>,
    /// The assumptions about the request that creates the objects.
    pub creation: Creation,
}

/// Loads the setup for a document, given its path. Files may have changed since the last time. The error is for people.
pub type Load = Arc<dyn Fn(&Path) -> Result<Setup, String> + Send + Sync>;

impl Setup {
    /// Calls a function with a linter that computes the edits of all fixes.
    ///
    /// # Errors
    /// The settings are not valid; the text says where they are written.
    pub fn with_linter<T>(&self, work: impl FnOnce(&Linter) -> T) -> Result<T, String> {
        let settings = self.settings.as_ref().map_err(String::clone)?;
        let tree = settings.tree();
        let linter = Linter::new(&tree, Arc::new(NoCluster)).map_err(|invalid| settings.error(invalid).to_string())?;
        Ok(work(&linter.assuming(self.creation.clone()).showing_fixes(Some(Reach::OnDemand))))
    }
}
