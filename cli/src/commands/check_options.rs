//! Arguments of `check` and `scan`: how to judge objects and how to show the result.

use std::path::{Path, PathBuf};

use hostprocess_linter::report::{Note, Run};
use hostprocess_linter::settings::SettingsError;
use hostprocess_linter::{File, Linter, Settings, SharedHost, catalogue};
use rayon::iter::ParallelIterator;
use serde_json::{Map, Value, json};
use windows_hostprocess_policy::decode::Value as Tree;
use windows_hostprocess_policy::finding::patch::Reach;
use windows_hostprocess_policy::finding::severity::Severity;
use windows_hostprocess_policy::rules::registry;
use windows_hostprocess_policy::rules::rule::Rule;

use crate::commands::baseline::BaselineArgs;
use crate::commands::error::Error;
use crate::config::{Configuration, FailOn};
use crate::documents::load_settings;
use crate::engine::Engine;
use crate::files::{Outputs, OutputsError};
use crate::output;
use crate::output::destination::{self, Destination};

/// The arguments that `check` and `scan` share.
#[derive(Debug, clap::Args)]
pub struct CheckOptions {
    #[command(flatten)]
    policy: PolicySettings,
    /// Output format, and the file to write it to instead of standard output; may be repeated
    ///
    /// `-o text -o sarif=hostprocess.sarif` prints the report and also writes it for code scanning.
    #[arg(short, long, value_name = "FORMAT[=FILE]", default_value = "text", value_parser = Destination::parser())]
    output: Vec<Destination>,
    /// Exit with 1 at this verdict or a more severe one [default: deny]
    #[arg(long, value_name = "VERDICT", value_enum)]
    fail_on: Option<FailOn>,
    #[command(flatten)]
    baseline: BaselineArgs,
}

/// The policy's settings, for every command that judges.
#[derive(Clone, Debug, clap::Args)]
pub struct PolicySettings {
    /// File with the policy's settings in YAML or JSON, or with a Kubewarden policy or policy group that contains them
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// Override the profile in the settings
    #[arg(long, value_name = "PROFILE")]
    profile: Option<Profile>,
    /// Apply only these rules
    ///
    /// A rule that is off becomes a warning. `hostprocess rules` lists the ids.
    #[arg(long, value_name = "ID,...", value_delimiter = ',', value_parser = catalogue::rule)]
    rules: Vec<&'static Rule>,
    /// Skip these rules, even if --rules names them
    #[arg(long, value_name = "ID,...", value_delimiter = ',', value_parser = catalogue::rule)]
    ignore_rules: Vec<&'static Rule>,
}

/// The severity of rules that are not in the settings.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Profile {
    /// Each rule's own default
    Default,
    /// Warnings become denials, and rules that are off become warnings
    Strict,
}

impl PolicySettings {
    /// The file of `--settings`.
    pub fn file(&self) -> Option<&Path> {
        self.settings.as_deref()
    }

    /// The settings of the file, otherwise of the configuration, with the other arguments applied.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn load(&self, configuration: &Configuration) -> Result<Settings, Error> {
        let mut settings = match &self.settings {
            Some(file) => load_settings(file)?,
            None => configuration.settings()?,
        };
        if let Some(profile) = self.profile {
            settings.value["profile"] = match profile {
                Profile::Default => json!("default"),
                Profile::Strict => json!("strict"),
            };
        }
        select_rules(&mut settings.value, &self.rules, &self.ignore_rules);
        Ok(settings)
    }
}

impl CheckOptions {
    /// See [`PolicySettings::load`].
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn settings(&self, configuration: &Configuration) -> Result<Settings, Error> {
        self.policy.load(configuration)
    }

    /// The outputs, after checking that they can be written.
    ///
    /// # Errors
    /// See [`destination::check`] and [`Outputs::of`].
    pub fn outputs(&self) -> Result<Outputs<'_>, Error> {
        destination::check(&self.output)?;
        let files = self.output.iter().filter_map(Destination::file).chain(self.baseline.output());
        Ok(Outputs::of(files)?)
    }

    /// Makes sure that no output overwrites the settings, the baseline or the configuration.
    ///
    /// # Errors
    /// An output would overwrite one of them.
    pub fn protect_inputs(&self, outputs: &Outputs, configuration: &Configuration) -> Result<(), OutputsError> {
        self.input_files(configuration).iter().try_for_each(|path| outputs.ensure_not_input(path))
    }

    /// The files with the settings, the baseline and the configuration.
    pub fn input_files(&self, configuration: &Configuration) -> Vec<PathBuf> {
        let named = [self.policy.file(), self.baseline.input(), configuration.path()];
        named.into_iter().flatten().map(Path::to_owned).chain(configuration.settings_file()).collect()
    }

    /// Makes sure that the report goes to standard output alone: the next change would overwrite a file.
    ///
    /// # Errors
    /// An output is a file.
    pub fn refuse_output_files(&self) -> Result<(), Error> {
        let is_file = self.output.iter().any(|to| to.file().is_some());
        if is_file {
            Err(Error::NotWatchable("write the report to standard output, not to a file".to_owned()))
        } else {
            Ok(())
        }
    }

    /// The fixes whose edits an output shows.
    pub fn shown_fixes(&self) -> Option<Reach> {
        self.output.iter().any(Destination::is_sarif).then_some(Reach::Command)
    }

    /// Judges files and writes the report; `run` has the files that were left out. Returns the exit code: 0 when
    /// nothing is denied, 1 when something is denied, 2 when something could not be read or nothing was checked.
    /// `--fail-on` or the configuration change the verdict for 1.
    ///
    /// # Errors
    /// The module failed, a waiver or the baseline is not valid, or a file cannot be written.
    pub fn judge(
        &self,
        engine: &Engine,
        files: impl ParallelIterator<Item = File>,
        configuration: &Configuration,
        run: Run,
    ) -> Result<u8, Error> {
        let mut waivers = configuration.waivers()?;
        let baseline = self.baseline.read()?;
        let mut report = engine.check(files)?;
        report.run = Run { configuration: configuration.in_effect(), ..run };
        report.files.iter_mut().for_each(|file| waivers.waive(&file.source.name, &mut file.objects));
        let warnings = waivers.warnings(engine.judged_rules()).into_iter();
        let warnings = warnings.map(|(path, message)| configuration.message(&format!("waivers{path}"), &message));
        report.notes.extend(warnings.map(Note::Warning));
        self.baseline.waive(baseline, &mut report, engine.judged_rules())?;
        output::write(&report, &self.output)?;
        Ok(report.exit_code(self.fail_on.unwrap_or(configuration.config.fail_on).verdict()))
    }
}

/// A linter with settings; `tree` must be their tree.
///
/// # Errors
/// The settings are not valid; the error names the place.
pub fn linter<'t>(settings: &Settings, tree: &'t Tree<'t>, host: SharedHost) -> Result<Linter<'t>, SettingsError> {
    Linter::new(tree, host).map_err(|invalid| settings.error(invalid))
}

/// Turns off the rules that are not in `only`, unless that is empty, and the rules in `ignored`. This is done in the
/// settings because modules know nothing else.
fn select_rules(settings: &mut Value, only: &[&Rule], ignored: &[&Rule]) {
    if only.is_empty() && ignored.is_empty() {
        return;
    }
    let is_strict = settings["profile"] == "strict";
    let Some(severities) = mapping(settings, "rules") else { return };
    for rule in registry::all() {
        let is_in = |rules: &[&Rule]| rules.iter().any(|listed| listed.id == rule.id);
        // In YAML, an unquoted `off` is a boolean.
        let is_off = match severities.get(rule.id) {
            Some(severity) => severity == "off" || severity == false,
            None => rule.severity == Severity::Off && !is_strict,
        };
        if is_in(ignored) || !only.is_empty() && !is_in(only) {
            severities.insert(rule.id.to_owned(), json!("off"));
        } else if is_in(only) && is_off {
            severities.insert(rule.id.to_owned(), json!("warn"));
        }
    }
}

/// `--cluster` implies `nodes.check`: without it, most queries would never be made.
pub fn enable_node_checks(settings: &mut Value) {
    if let Some(nodes) = mapping(settings, "nodes") {
        nodes.insert("check".to_owned(), Value::Bool(true));
    }
}

/// The mapping under a key of the settings, added if missing or null. `None` for invalid settings, which the engine
/// reports.
fn mapping<'s>(settings: &'s mut Value, key: &str) -> Option<&'s mut Map<String, Value>> {
    let value = settings.as_object_mut()?.entry(key).or_insert(Value::Null);
    if value.is_null() {
        *value = json!({});
    }
    value.as_object_mut()
}
