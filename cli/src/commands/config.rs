//! `hostprocess config`: prints the configuration in effect.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use windows_hostprocess_policy::wording::escaped;

use crate::commands::error::Error;
use crate::config::{Configuration, ConfigurationError, nearest_file};
use crate::output::escape;

/// The arguments of `config`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The path to search from, like the first path given to `check`
    #[arg(value_name = "PATH", default_value = ".")]
    path: PathBuf,
    #[command(flatten)]
    which: WhichConfiguration,
}

/// The choice of the configuration, for every command that reads one.
#[derive(Clone, Debug, clap::Args)]
pub struct WhichConfiguration {
    /// The configuration [default: the nearest .hostprocess.yaml in the folder of the first path, or the current
    /// folder, and its parents]
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    config: Option<PathBuf>,
    /// Ignore configuration files
    #[arg(long)]
    no_config: bool,
}

impl WhichConfiguration {
    /// The file of the configuration, valid or not.
    pub fn file(&self, first_path: Option<&Path>) -> Option<PathBuf> {
        match &self.config {
            Some(path) => Some(path.clone()),
            None if self.no_config => None,
            None => nearest_file(first_path.unwrap_or(Path::new("."))),
        }
    }

    /// The configuration; `first_path` is the first path of the command line, if any.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn configuration(&self, first_path: Option<&Path>) -> Result<Configuration, ConfigurationError> {
        match &self.config {
            Some(path) => Configuration::load(path),
            None if self.no_config => Ok(Configuration::default()),
            None => Configuration::nearest(first_path.unwrap_or(Path::new("."))),
        }
    }
}

/// The configuration in YAML, with every key; settings in another file are included.
///
/// # Errors
/// The configuration or the settings cannot be read, or are not valid.
pub fn config(args: &Args) -> Result<String, Error> {
    let configuration = args.which.configuration(Some(&args.path))?;
    let settings = configuration.check()?;
    let mut config = json!({ "exclude": [], "failOn": "deny", "waivers": [] });
    let written = configuration.written().and_then(Value::as_object).into_iter().flatten();
    for (key, value) in written.filter(|(_, value)| !value.is_null()) {
        config[key] = value.clone();
    }
    config["settings"] = settings.value;
    let yaml = escape::source(&kubernetes_yaml::to_yaml(&config)?);
    Ok(match configuration.path() {
        Some(path) => format!("# {}\n{yaml}", escaped(&path.display().to_string())),
        None => format!("# No configuration is in effect: these are the defaults.\n{yaml}"),
    })
}
