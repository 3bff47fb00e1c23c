//! The JSON Schema of the policy's settings, which a configuration may contain.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Value, json};
use windows_hostprocess_policy::finding::severity::Severity;
use windows_hostprocess_policy::rules::registry;
use windows_hostprocess_policy::rules::rule::Rule;
use windows_hostprocess_policy::settings::Settings;

/// The schema of the policy's settings.
pub fn settings_schema(generator: &mut SchemaGenerator) -> Schema {
    let mut schema = Settings::json_schema(generator);
    if let Some(rules) = schema.pointer_mut("/properties/rules") {
        rules["properties"] = severities(generator);
        rules["additionalProperties"] = json!(false);
    }
    schema
}

/// The schema of `rules`: its type lacks the ids of the rules.
fn severities(generator: &mut SchemaGenerator) -> Value {
    let severity = |rule: &Rule| {
        let mut severity = Severity::json_schema(generator);
        severity.insert("description".to_owned(), json!(rule.summary));
        (rule.id.to_owned(), severity.to_value())
    };
    registry::all().map(severity).collect()
}
