//! Output formats and their destinations.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use clap::builder::{EnumValueParser, PossibleValue, TypedValueParser};
use clap::{Arg, ValueEnum};

/// Why destinations are not valid.
#[derive(Debug, thiserror::Error)]
pub enum DestinationError {
    /// `FORMAT=` without a file.
    #[error("--output {0}=: the name of the file is missing")]
    HasNoName(String),
    /// Two formats would be mixed.
    #[error("--output: only one format can go to standard output, use FORMAT=FILE for the other formats")]
    TwoAreShown,
}

/// The format of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Text with excerpts of the manifests
    Text,
    /// JSON: a list of objects
    Json,
    /// JSON with a version and everything that was not judged
    #[value(name = "json-v2")]
    JsonV2,
    /// SARIF, for code scanning
    Sarif,
    /// JUnit XML, for test reports
    Junit,
    /// Annotations in GitHub Actions
    Github,
    /// Issues in Azure Pipelines
    AzureDevops,
}

/// A format and where to write it.
#[derive(Clone, Debug)]
pub struct Destination {
    pub(super) format: Format,
    /// `None` is standard output.
    pub(super) file: Option<PathBuf>,
}

impl Destination {
    /// Reads `FORMAT` or `FORMAT=FILE`.
    pub fn parser() -> impl TypedValueParser<Value = Destination> {
        DestinationParser
    }

    /// Where to write it; `None` is standard output.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// Whether this is the format with replacements.
    pub fn is_sarif(&self) -> bool {
        self.format == Format::Sarif
    }
}

/// A parser type, because function parsers cannot list possible values for help and completions.
#[derive(Clone)]
struct DestinationParser;

impl TypedValueParser for DestinationParser {
    type Value = Destination;

    fn parse_ref(&self, command: &clap::Command, arg: Option<&Arg>, text: &OsStr) -> Result<Destination, clap::Error> {
        let text = text.to_string_lossy();
        let (format, file) = text.split_once('=').map_or((&*text, None), |(format, file)| (format, Some(file)));
        let format = EnumValueParser::<Format>::new().parse_ref(command, arg, OsStr::new(format))?;
        Ok(Destination { format, file: file.map(PathBuf::from) })
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(Format::value_variants().iter().filter_map(ValueEnum::to_possible_value)))
    }
}

/// Checks that at most one report goes to standard output.
///
/// # Errors
/// Two reports do, or a file name is empty.
pub fn check(destinations: &[Destination]) -> Result<(), DestinationError> {
    if let Some(empty) = destinations.iter().find(|to| to.file.as_ref().is_some_and(|file| file.as_os_str().is_empty()))
    {
        let name = empty.format.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
        return Err(DestinationError::HasNoName(name));
    }
    match destinations.iter().filter(|to| to.file.is_none()).count() {
        0 | 1 => Ok(()),
        _ => Err(DestinationError::TwoAreShown),
    }
}
