//! Files of this repository that are made from others: pages and policies from the rules, the chart's from the package's.
//!
//! `make docs` writes them, and the tests check that they are up to date.

mod chart;
mod command;
pub mod recipes;
mod rules_page;
pub mod validating_admission_policy;
mod yaml;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// A file that is made from others.
#[derive(Clone, Debug)]
pub struct File {
    /// Where it is in the repository.
    pub path: String,
    /// All that it says.
    pub text: String,
}

impl File {
    fn new(path: impl Into<String>, text: String) -> File {
        File { path: path.into(), text }
    }

    /// Whether the repository has it as it is.
    pub fn is_up_to_date(&self) -> bool {
        fs::read(fixtures::repository().join(&self.path)).is_ok_and(|bytes| bytes == self.text.as_bytes())
    }

    /// Writes it into the repository.
    ///
    /// # Errors
    /// It is not writable.
    pub fn write(&self) -> Result<()> {
        fs::write(fixtures::repository().join(&self.path), &self.text).with_context(|| self.path.clone())
    }
}

/// The files that are made from the rules and from other files.
///
/// # Errors
/// One of these files cannot be read.
pub fn from_policy() -> Result<Vec<File>> {
    Ok(vec![
        rules_page::file(),
        validating_admission_policy::file()?,
        chart::description()?,
        File::new(recipes::PAGE, recipes::with_answers(&read(recipes::PAGE)?)?),
    ])
}

/// The files that are made from what `hostprocess`, the program at this path, prints.
///
/// # Errors
/// It cannot be started, or fails.
pub fn from_command(program: &Path) -> Result<Vec<File>> {
    let mut files = command::schemas(program)?;
    let settings = files.iter().find(|file| file.path == command::SETTINGS_SCHEMA).context("no schema of settings")?;
    files.push(chart::values_schema(&settings.text)?);
    files.push(command::picture(program)?);
    Ok(files)
}

/// The text of a file of the repository.
fn read(path: &str) -> Result<String> {
    fs::read_to_string(fixtures::repository().join(path)).with_context(|| path.to_owned())
}
