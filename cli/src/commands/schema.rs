//! `hostprocess schema`: prints JSON Schemas.

use std::borrow::Cow;

use hostprocess_linter::plan::ContainerPlan;
use hostprocess_linter::report::ObjectReport;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::json;
use windows_hostprocess_policy::decode::schema::generator;
use windows_hostprocess_policy::settings::Settings;

use crate::config::Config;
use crate::config::settings_schema::settings_schema;
use crate::output::json::Output;

/// The arguments of `schema`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The subject of the schema
    #[arg(value_enum)]
    subject: Subject,
}

/// The subject of a schema.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Subject {
    /// The configuration of this command, `.hostprocess.yaml`
    Config,
    /// The output of `check` and `scan` with `--output json`
    Output,
    /// Their output with `--output json-v2`
    #[value(name = "output-v2")]
    OutputV2,
    /// The output of `plan` with `--output json`
    Plan,
    /// The policy's settings
    Settings,
}

/// The schema, ready to print.
pub fn schema(args: &Args) -> String {
    let (title, mut schema) = match args.subject {
        Subject::Config => ("Configuration of the hostprocess command", generator().into_root_schema_for::<Config>()),
        Subject::Output => ("Output of hostprocess check --output json", output_schema::<Vec<ObjectReport>>()),
        Subject::OutputV2 => ("Output of hostprocess check --output json-v2", output_schema::<Output>()),
        Subject::Plan => ("Output of hostprocess plan --output json", output_schema::<Vec<ContainerPlan>>()),
        Subject::Settings => {
            ("Settings of windows-hostprocess-policy", generator().into_root_schema_for::<PolicySettings>())
        }
    };
    schema.insert("title".to_owned(), json!(title));
    format!("{:#}\n", schema.to_value())
}

/// A schema that allows further keys, because later versions may add some.
fn output_schema<T: JsonSchema>() -> Schema {
    SchemaSettings::draft07().for_serialize().into_generator().into_root_schema_for::<T>()
}

/// The policy's settings, with the ids of the existing rules.
struct PolicySettings;

impl JsonSchema for PolicySettings {
    fn schema_name() -> Cow<'static, str> {
        Settings::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        settings_schema(generator)
    }
}
