//! The keys of a configuration.

use hostprocess_linter::report::Verdict;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::Value as Json;
use windows_hostprocess_policy::decode::{self, Error, List, Read, Reader, Value, one_of, record, schema};

use crate::config::settings_schema::settings_schema;
use crate::waivers::entry::Entry;

record! {
    /// The configuration file. Every key is optional; unknown keys are errors.
    #[derive(Debug, Default, JsonSchema)]
    #[schemars(default, deny_unknown_fields, rename_all = "camelCase")]
    pub struct Config: strict {
        /// The policy's settings, or the path of a file with them, relative to the folder of the configuration.
        #[schemars(schema_with = "settings_source")]
        pub settings: SettingsSource = "settings",
        /// Globs of files to exclude in folders, as in .gitignore and relative to the folder of the configuration.
        pub exclude: List<String> = "exclude",
        /// The verdict at which the exit code is 1.
        #[schemars(schema_with = "fail_on")]
        pub fail_on: FailOn = "failOn",
        /// Waivers: findings to ignore, with a reason.
        pub waivers: List<Entry> = "waivers",
    }
}

fn settings_source(generator: &mut SchemaGenerator) -> Schema {
    json_schema!({ "oneOf": [{ "type": "string" }, settings_schema(generator)] })
}

fn fail_on(_: &mut SchemaGenerator) -> Schema {
    schema::one_of(&FAIL_ON)
}

/// The source of the policy's settings.
#[derive(Debug, Default)]
pub enum SettingsSource {
    /// No settings.
    #[default]
    Defaults,
    /// A file; the path is relative to the folder of the configuration.
    File(String),
    /// The configuration itself.
    Inline(Json),
}

impl<'t> Read<'t> for SettingsSource {
    fn read(&mut self, value: &'t Value<'t>, _: &mut Reader) -> decode::Result<()> {
        *self = match value {
            Value::Null => SettingsSource::Defaults,
            Value::Str(file) => SettingsSource::File(file.to_string()),
            Value::Object(_) => SettingsSource::Inline(value.into()),
            _ => return Err(Error::wrong_type(value, "the policy's settings or the path of a file")),
        };
        Ok(())
    }
}

/// The verdict at which the exit code is 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum FailOn {
    /// An object is denied
    #[default]
    Deny,
    /// An object is denied or has warnings
    Warn,
    /// Never; unreadable input still exits with 2
    Never,
}

/// The names used on the command line.
const FAIL_ON: [(&str, FailOn); 3] = [("deny", FailOn::Deny), ("warn", FailOn::Warn), ("never", FailOn::Never)];

impl FailOn {
    /// The least severe of these verdicts.
    pub fn verdict(self) -> Option<Verdict> {
        match self {
            FailOn::Deny => Some(Verdict::Deny),
            FailOn::Warn => Some(Verdict::Warn),
            FailOn::Never => None,
        }
    }
}

impl<'t> Read<'t> for FailOn {
    fn read(&mut self, value: &'t Value<'t>, _: &mut Reader) -> decode::Result<()> {
        *self = one_of(value, &FAIL_ON)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;

    use super::*;

    #[test]
    fn fail_on_accepts_the_names_of_the_command_line() {
        let names: Vec<String> = FailOn::value_variants()
            .iter()
            .filter_map(|variant| Some(variant.to_possible_value()?.get_name().to_owned()))
            .collect();
        assert_eq!(FAIL_ON.map(|(name, _)| name).to_vec(), names);
    }
}
