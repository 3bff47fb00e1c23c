//! Arguments of `fix` and `plan`, which judge with the built-in rules and without a cluster.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use hostprocess_linter::settings::SettingsError;
use hostprocess_linter::{Creation, Linter, Settings};
use windows_hostprocess_policy::cluster::host::NoCluster;
use windows_hostprocess_policy::decode::Value;

use crate::commands::check_options::{self, PolicySettings};
use crate::commands::config::WhichConfiguration;
use crate::commands::creation::CreationArgs;
use crate::commands::error::Error;
use crate::config::{Configuration, ConfigurationError};

/// The configuration, the settings, and the assumptions about the creation of objects.
#[derive(Clone, Debug, clap::Args)]
pub struct LintOptions {
    #[command(flatten)]
    which: WhichConfiguration,
    #[command(flatten)]
    policy: PolicySettings,
    #[command(flatten)]
    creation: CreationArgs,
}

impl LintOptions {
    /// See [`WhichConfiguration::configuration`].
    ///
    /// # Errors
    /// It cannot be read.
    pub fn configuration(&self, first_path: Option<&Path>) -> Result<Configuration, ConfigurationError> {
        self.which.configuration(first_path)
    }

    /// See [`PolicySettings::load`].
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn settings(&self, configuration: &Configuration) -> Result<Settings, Error> {
        self.policy.load(configuration)
    }

    /// The file that the settings are in, if it is named.
    pub fn settings_file(&self, configuration: &Configuration) -> Option<PathBuf> {
        self.policy.file().map(Path::to_owned).or_else(|| configuration.settings_file())
    }

    /// The assumptions about the request that creates the objects.
    pub fn creation(&self) -> Creation {
        self.creation.creation()
    }

    /// A linter with settings; `tree` must be their tree.
    ///
    /// # Errors
    /// The settings are not valid; the error names the place.
    pub fn linter<'t>(&self, settings: &Settings, tree: &'t Value<'t>) -> Result<Linter<'t>, SettingsError> {
        Ok(check_options::linter(settings, tree, Arc::new(NoCluster))?.assuming(self.creation()))
    }
}
