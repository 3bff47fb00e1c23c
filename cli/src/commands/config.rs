//! `hostprocess config`: prints the configuration in effect.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use windows_hostprocess_policy::wording::escaped;

use crate::commands::error::Error;
use crate::config::{Configuration, ConfigurationError};
use crate::output::escape;

/// The arguments of `config`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where to look for it: the first path that `check` would get
    #[arg(value_name = "PATH", default_value = ".")]
    path: PathBuf,
    #[command(flatten)]
    which: WhichConfiguration,
}

/// Which configuration is in effect, for every command that reads one.
#[derive(Clone, Debug, clap::Args)]
pub struct WhichConfiguration {
    /// The configuration [default: the nearest .hostprocess.yaml, from the folder of the first path, or else the current folder, upwards]
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    config: Option<PathBuf>,
    /// Ignore configuration files
    #[arg(long)]
    no_config: bool,
}

impl WhichConfiguration {
    /// The configuration; `first_path` is that of the command line, if it has one.
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

/// The configuration in YAML: every key, with the settings of the file that it names.
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
