//! The JSON Schema of the policy's settings, which a configuration may contain.

use serde_json::{Map, Value, json};
use windows_hostprocess_policy::decode::schema::Described;
use windows_hostprocess_policy::rules::registry;
use windows_hostprocess_policy::settings::Settings;
use windows_hostprocess_policy::settings::severity::Severity;

/// The schema of the policy's settings.
pub fn settings_schema() -> Value {
    let mut schema = Settings::schema();
    let rules = &mut schema["properties"]["rules"];
    rules["properties"] = severities();
    rules["additionalProperties"] = json!(false);
    schema
}

/// The type of `rules` does not know the rules.
fn severities() -> Value {
    let mut severities = Map::new();
    for rule in registry::all() {
        let mut severity = Severity::schema();
        severity["description"] = json!(rule.summary);
        severities.insert(rule.id.to_owned(), severity);
    }
    Value::Object(severities)
}
