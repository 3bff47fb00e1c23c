//! JSON Schemas of the values in settings that are not records.

use serde_json::json;

use crate::decode::schema::{Described, Json, one_of};
use crate::settings::at_least::AtLeast;
use crate::settings::grant::{Grant, Grants, NOBODY};
use crate::settings::label_selector::{OPERATORS, Operator};
use crate::settings::mutate::{Mutate, SAFE};
use crate::settings::rbac::{SUBJECTS, Subject};
use crate::settings::severity::{PROFILES, Profile, SEVERITIES, Severity};
use crate::settings::{PLATFORMS, Platform, RESOURCES, Resource};

impl Described for Grants<'_> {
    fn schema() -> Json {
        json!({ "oneOf": [{ "enum": [NOBODY] }, Vec::<Grant>::schema()] })
    }
}

/// YAML takes an unquoted `off` for a boolean in editors, too.
impl Described for Severity {
    fn schema() -> Json {
        json!({ "enum": SEVERITIES.map(|(name, _)| json!(name)).into_iter().chain([json!(false)]).collect::<Vec<_>>() })
    }
}

impl Described for Profile {
    fn schema() -> Json {
        one_of(&PROFILES)
    }
}

impl Described for Platform {
    fn schema() -> Json {
        one_of(&PLATFORMS)
    }
}

impl Described for Resource {
    fn schema() -> Json {
        one_of(&RESOURCES)
    }
}

impl Described for Subject {
    fn schema() -> Json {
        one_of(&SUBJECTS)
    }
}

impl Described for Operator {
    fn schema() -> Json {
        one_of(&OPERATORS.map(|name| (name, ())))
    }
}

impl Described for Mutate<'_> {
    fn schema() -> Json {
        json!({ "oneOf": [{ "enum": [SAFE] }, Vec::<&str>::schema()] })
    }
}

/// No number: see [`AtLeast`].
impl<const MAJOR: u32, const MINOR: u32> Described for AtLeast<MAJOR, MINOR> {
    fn schema() -> Json {
        <&str>::schema()
    }
}
