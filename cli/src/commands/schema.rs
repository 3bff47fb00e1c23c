//! `hostprocess schema`: prints JSON Schemas.

use hostprocess_linter::report::ObjectReport;
use schemars::generate::SchemaSettings;
use serde_json::{Value, json};
use windows_hostprocess_policy::decode::schema::Described;

use crate::config::Config;
use crate::config::settings_schema::settings_schema;

/// The arguments of `schema`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What the schema describes
    #[arg(value_enum)]
    subject: Subject,
}

/// What a schema describes.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Subject {
    /// The configuration of this command, `.hostprocess.yaml`
    Config,
    /// What `check` and `scan` print with `--output json`
    Output,
    /// The policy's settings
    Settings,
}

/// The schema, ready to print.
pub fn schema(args: &Args) -> String {
    let (title, mut schema) = match args.subject {
        Subject::Config => ("Configuration of the hostprocess command", Config::schema()),
        Subject::Output => ("Output of hostprocess check --output json", output_schema()),
        Subject::Settings => ("Settings of windows-hostprocess-policy", settings_schema()),
    };
    // The draft that editors know best.
    schema["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    schema["title"] = json!(title);
    format!("{schema:#}\n")
}

/// Later versions may add keys, so others than these are allowed.
fn output_schema() -> Value {
    let generator = SchemaSettings::draft07().for_serialize().into_generator();
    generator.into_root_schema_for::<Vec<ObjectReport>>().to_value()
}
