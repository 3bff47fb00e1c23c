//! The configuration of the command, which a repository keeps beside its manifests. The policy in a cluster does not
//! use it.

pub mod keys;
pub mod settings_schema;

use std::fmt::Display;
use std::path::{Path, PathBuf};

use hostprocess_linter::Settings;
use hostprocess_linter::document::{Document, DocumentError};
use hostprocess_linter::report::InEffect;
use hostprocess_linter::settings::SettingsError;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use serde_json::Value as Json;
use windows_hostprocess_policy::decode::{self, Value};

pub use crate::config::keys::{Config, FailOn, SettingsSource};
use crate::documents::{LoadError, load, load_settings};
use crate::files::ensure_regular;
use crate::paths::{can_match, folder_of, resolved, shortened};
use crate::waivers::configured::{Waiver, Waivers, today};

/// The file name of a configuration, which applies to its folder.
pub const FILE_NAME: &str = ".hostprocess.yaml";

/// Why a configuration is not accepted. Messages begin with the path.
#[derive(Debug, thiserror::Error)]
pub enum ConfigurationError {
    /// It cannot be read.
    #[error(transparent)]
    Unreadable(#[from] LoadError),
    /// A value in it is not valid.
    #[error(transparent)]
    Invalid(#[from] DocumentError),
    /// The settings are not valid.
    #[error(transparent)]
    Settings(#[from] SettingsError),
}

/// The configuration in effect: from a file, or the defaults.
#[derive(Debug, Default)]
pub struct Configuration {
    /// The keys of the file.
    pub config: Config,
    /// The file.
    document: Option<Document>,
}

impl Configuration {
    /// Reads a configuration.
    ///
    /// # Errors
    /// The file cannot be read, or is not a configuration.
    pub fn load(path: &Path) -> Result<Configuration, ConfigurationError> {
        Configuration::read(load(path)?)
    }

    /// The configuration in a document.
    ///
    /// # Errors
    /// It is not a configuration.
    pub fn read(document: Document) -> Result<Configuration, ConfigurationError> {
        let config = match &document.value {
            Json::Null => Config::default(),
            value => {
                decode::read(&Value::from(value)).map_err(|error| document.error(&error.path(), error.message()))?
            }
        };
        Ok(Configuration { config, document: Some(document) })
    }

    /// Reads the nearest configuration, from the folder of a path upwards to the root of its git repository.
    ///
    /// # Errors
    /// See [`Configuration::load`].
    pub fn nearest(path: &Path) -> Result<Configuration, ConfigurationError> {
        let Some(file) = nearest_file(path) else { return Ok(Configuration::default()) };
        ensure_regular(&file).map_err(LoadError::from)?;
        Configuration::load(&file)
    }

    /// The path of the file; `None` for the defaults.
    pub fn path(&self) -> Option<&Path> {
        self.document.as_ref().map(|document| Path::new(&document.source.name))
    }

    /// The content of the file.
    pub fn written(&self) -> Option<&Json> {
        self.document.as_ref().map(|document| &document.value)
    }

    /// The file and the keys that it sets, for reports; `None` for the defaults.
    pub fn in_effect(&self) -> Option<InEffect> {
        let sets = self.written().and_then(Json::as_object).into_iter().flatten();
        let sets = sets.filter(|(_, value)| !value.is_null()).map(|(key, _)| key.clone()).collect();
        self.path().map(|path| InEffect { file: path.display().to_string(), sets })
    }

    /// The file with the settings, if the configuration names one.
    pub fn settings_file(&self) -> Option<PathBuf> {
        match &self.config.settings {
            SettingsSource::File(file) => Some(self.folder().join(file)),
            _ => None,
        }
    }

    /// The folder of the file.
    fn folder(&self) -> &Path {
        self.path().and_then(Path::parent).unwrap_or(Path::new(""))
    }

    /// A message about the value at a path of the file.
    pub fn message(&self, path: &str, message: &str) -> String {
        self.document.as_ref().map_or_else(|| message.to_owned(), |document| document.error(path, message).to_string())
    }

    /// The policy's settings, not validated.
    ///
    /// # Errors
    /// The settings file cannot be read.
    pub fn settings(&self) -> Result<Settings, ConfigurationError> {
        const KEY: &str = "settings";
        let Some(document) = &self.document else { return Ok(Settings::default()) };
        Ok(match &self.config.settings {
            SettingsSource::File(file) => {
                let file = self.folder().join(file);
                let settings = ensure_regular(&file).map_err(LoadError::from).and_then(|()| load_settings(&file));
                settings.map_err(|error| document.error(KEY, &error.to_string()))?
            }
            SettingsSource::Inline(value) => Settings::new(value.clone(), document.clone(), KEY.to_owned())?,
            SettingsSource::Defaults => Settings::default(),
        })
    }

    /// Checks all values of the file. Returns the settings.
    ///
    /// # Errors
    /// One of them is not valid, or the settings are not.
    pub fn check(&self) -> Result<Settings, ConfigurationError> {
        let settings = self.settings()?;
        settings.check()?;
        self.excluded()?;
        self.waivers()?;
        Ok(settings)
    }

    /// The globs of `exclude`.
    ///
    /// # Errors
    /// One of them is not valid.
    pub fn excluded(&self) -> Result<Gitignore, ConfigurationError> {
        self.globs("exclude", &self.config.exclude)
    }

    /// The waivers.
    ///
    /// # Errors
    /// One of their globs is not valid.
    pub fn waivers(&self) -> Result<Waivers<'_>, ConfigurationError> {
        let waivers = self.config.waivers.iter().enumerate().map(|(index, entry)| {
            let globs = entry.paths.as_ref().map(|list| self.globs(&format!("waivers[{index}].paths"), &list.0));
            Ok(Waiver::new(entry, globs.transpose()?))
        });
        Ok(Waivers::new(waivers.collect::<Result<_, ConfigurationError>>()?, today()))
    }

    /// The globs at a path of the file.
    fn globs(&self, path: &str, list: &[String]) -> Result<Gitignore, ConfigurationError> {
        let Some(document) = &self.document else { return Ok(Gitignore::empty()) };
        let mut globs = GitignoreBuilder::new(resolved(self.folder()));
        for (index, glob) in list.iter().enumerate() {
            let invalid = |error: &dyn Display| document.error(&format!("{path}[{index}]"), &error.to_string());
            can_match(glob).map_err(|error| invalid(&error))?;
            globs.add_line(None, glob).map_err(|error| invalid(&error))?;
        }
        Ok(globs.build().map_err(|error| document.error(path, &error.to_string()))?)
    }
}

/// The file of the nearest configuration, valid or not.
pub fn nearest_file(path: &Path) -> Option<PathBuf> {
    find(&folder_of(path)).map(|file| shortened(&file))
}

fn find(folder: &Path) -> Option<PathBuf> {
    for folder in folder.ancestors() {
        let file = folder.join(FILE_NAME);
        // A broken link is an error, and must not look like a missing configuration.
        if file.is_file() || file.is_symlink() {
            return Some(file);
        }
        // `.git` is a folder, or a file in a work tree or a submodule.
        if folder.join(".git").exists() {
            return None;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_search_ends_with_the_repository() {
        let root = tempfile::tempdir().expect("a folder");
        let folder = |path: &str| {
            let folder = root.path().join(path);
            fs::create_dir_all(&folder).expect("a folder");
            folder
        };
        let file = root.path().join(FILE_NAME);
        fs::write(&file, "").expect("written");
        assert_eq!(find(&folder("a/b")), Some(file.clone()));
        folder("a/.git");
        assert_eq!(find(&folder("a/b")), None);
        // The `.git` file of a work tree.
        fs::write(folder("w").join(".git"), "gitdir: elsewhere").expect("written");
        assert_eq!(find(&folder("w/b")), None);
        fs::write(root.path().join("a/b").join(FILE_NAME), "").expect("written");
        assert_eq!(find(&folder("a/b/c")), Some(root.path().join("a/b").join(FILE_NAME)));
    }
}
