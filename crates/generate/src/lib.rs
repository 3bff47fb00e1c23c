//! Generates files of this repository: pages and policies from the rules, the chart from the package metadata.
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

/// A generated file.
#[derive(Clone, Debug)]
pub struct File {
    /// Its path in the repository.
    pub path: String,
    /// Its content.
    pub text: String,
}

impl File {
    fn new(path: impl Into<String>, text: String) -> File {
        File { path: path.into(), text }
    }

    /// Whether the file in the repository is identical.
    pub fn is_up_to_date(&self) -> bool {
        fs::read(fixtures::repository().join(&self.path)).is_ok_and(|bytes| bytes == self.text.as_bytes())
    }

    /// Writes it into the repository.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self) -> Result<()> {
        fs::write(fixtures::repository().join(&self.path), &self.text).with_context(|| self.path.clone())
    }
}

/// The files generated from the rules and from other files.
///
/// # Errors
/// A source file cannot be read.
pub fn from_policy() -> Result<Vec<File>> {
    Ok(vec![
        rules_page::file(),
        validating_admission_policy::file()?,
        chart::description()?,
        File::new(recipes::PAGE, recipes::with_answers(&read(recipes::PAGE)?)?),
    ])
}

/// The files generated from the output of `hostprocess`, the program at this path.
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
