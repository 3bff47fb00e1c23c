//! The configuration and settings that apply to a document.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use hostprocess_linter::settings::SettingsError;
use hostprocess_linter::{Creation, Linter, Settings};
use windows_hostprocess_policy::cluster::host::NoCluster;
use windows_hostprocess_policy::decode::Value;
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
    /// A linter with settings, of which `tree` is the tree. It computes the edits of all fixes.
    ///
    /// # Errors
    /// The settings are not valid; the text says where they are written.
    pub fn linter<'t>(&self, settings: &Settings, tree: &'t Value<'t>) -> Result<Linter<'t>, SettingsError> {
        let linter = Linter::new(tree, Arc::new(NoCluster)).map_err(|invalid| settings.error(invalid))?;
        Ok(linter.assuming(self.creation.clone()).showing_fixes(Some(Reach::OnDemand)))
    }
}
