//! JSON Schemas of the types that are read, for editors. The guest is built without them.
//!
//! A schema covers types only, not the checks of `settings::validation`.

use std::collections::BTreeMap;

use schemars::generate::SchemaSettings;
use schemars::transform::{AddNullable, RecursiveTransform, RestrictFormats};
use schemars::{Schema, SchemaGenerator, json_schema};

use super::values::{List, Pairs};

/// A generator for types that [`record!`](crate::record) declares. Its schemas omit `null`, which most fields treat as
/// missing, and defaults.
pub fn generator() -> SchemaGenerator {
    SchemaSettings::draft07()
        .with(|settings| settings.inline_subschemas = true)
        .with_transform(AddNullable::default())
        .with_transform(RestrictFormats::default())
        .with_transform(RecursiveTransform(tidy))
        .into_generator()
}

/// Removes OpenAPI-only keywords and defaults, and joins the lines of descriptions.
fn tidy(schema: &mut Schema) {
    schema.remove("nullable");
    schema.remove("default");
    if let Some(serde_json::Value::String(description)) = schema.get_mut("description") {
        *description = description.replace('\n', " ");
    }
}

/// The schema of one of several names, as [`one_of`](super::values::one_of) reads them.
pub fn one_of<T>(names: &[(&str, T)]) -> Schema {
    json_schema!({ "enum": names.iter().map(|(name, _)| name).collect::<Vec<_>>() })
}

/// Implements `JsonSchema` for types whose JSON has another shape than the Rust type.
macro_rules! json_schemas {
    ($generator:ident: $($type:ty $(where $parameter:ident)? => $schema:expr;)*) => {
        $(impl $(<$parameter: schemars::JsonSchema>)? schemars::JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }

            #[allow(unused_variables, reason = "most schemas do not refer to others")]
            fn json_schema($generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                $schema
            }
        })*
    };
}
pub(crate) use json_schemas;

json_schemas! { generator:
    List<T> where T => Vec::<T>::json_schema(generator);
    Pairs<'_, V> where V => BTreeMap::<String, V>::json_schema(generator);
}
