//! JSON Schemas of values that are read, for editors. The guest is built without them.
//!
//! A schema says no more than the types do.

use std::collections::BTreeMap;

use schemars::generate::SchemaSettings;
use schemars::transform::{AddNullable, RecursiveTransform, RestrictFormats};
use schemars::{Schema, SchemaGenerator, json_schema};

use super::values::{List, Pairs};

/// Makes schemas of types that [`record!`](crate::record) declares. `null`, which is read like a missing value in most places,
/// is not offered, and neither are the values that missing ones have.
pub fn generator() -> SchemaGenerator {
    SchemaSettings::draft07()
        .with(|settings| settings.inline_subschemas = true)
        .with_transform(AddNullable::default())
        .with_transform(RestrictFormats::default())
        .with_transform(RecursiveTransform(tidy))
        .into_generator()
}

/// Removes what only OpenAPI has a word for, and defaults. Descriptions are one line.
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

/// Implements `JsonSchema` for types that are read from values of another shape than their own.
macro_rules! json_schemas {
    ($generator:ident: $($type:ty $(where $parameter:ident)? => $schema:expr;)*) => {
        $(impl $(<$parameter: schemars::JsonSchema>)? schemars::JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }

            #[allow(unused_variables, reason = "most schemas are made of no others")]
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
