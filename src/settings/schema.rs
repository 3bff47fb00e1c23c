//! JSON Schemas of the settings that are not records.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use crate::decode::schema::{json_schemas, one_of};
use crate::finding::severity::{SEVERITIES, Severity};
use crate::k8s::quantity::Quantity;
use crate::settings::at_least::AtLeast;
use crate::settings::grant::{Grant, Grants, NOBODY};
use crate::settings::label_selector::{OPERATORS, Operator};
use crate::settings::mutate::{Mutate, SAFE};
use crate::settings::profile::{PROFILES, Profile};
use crate::settings::rbac::{SUBJECTS, Subject};
use crate::settings::{PLATFORMS, Platform, RESOURCES, Resource};

json_schemas! { generator:
    Grants<'_> => json_schema!({ "oneOf": [{ "enum": [NOBODY] }, Vec::<Grant>::json_schema(generator)] });
    Mutate<'_> => json_schema!({ "oneOf": [{ "enum": [SAFE] }, Vec::<String>::json_schema(generator)] });
    Profile => one_of(&PROFILES);
    Platform => one_of(&PLATFORMS);
    Resource => one_of(&RESOURCES);
    Subject => one_of(&SUBJECTS);
    Operator => one_of(&OPERATORS.map(|name| (name, ())));
    Quantity<'_> => json_schema!({ "type": ["string", "number"] });
    // YAML reads an unquoted `off` as a boolean in editors, too.
    Severity => json_schema!({ "enum": severities() });
}

fn severities() -> Vec<Value> {
    SEVERITIES.map(|(name, _)| json!(name)).into_iter().chain([json!(false)]).collect()
}

/// A string, not a number: see [`AtLeast`].
impl<const MAJOR: u32, const MINOR: u32> JsonSchema for AtLeast<MAJOR, MINOR> {
    fn schema_name() -> Cow<'static, str> {
        "Version".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        String::json_schema(generator)
    }
}
