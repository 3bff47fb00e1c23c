//! JSON Schemas of what [`record!`](crate::record) declares, for editors. The guest does not contain them.
//!
//! A schema says no more than the types do. `null`, which is read like a missing value in most places, is not offered.

use std::collections::BTreeMap;

pub use serde_json::Value as Json;
use serde_json::{Map, json};

use super::values::{List, Pairs, Quantity};

/// A type whose JSON Schema is known.
pub trait Described {
    /// Its schema, without references to others.
    fn schema() -> Json;
}

/// The schema of an object with these members: key, lines of documentation, whether it is required, schema.
pub fn object(members: &[(&str, &[&str], bool, Json)]) -> Json {
    let mut properties = Map::new();
    for (key, documentation, _, schema) in members {
        let mut schema = schema.clone();
        let description = documentation.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ");
        if !description.is_empty() {
            schema["description"] = json!(description);
        }
        properties.insert((*key).to_owned(), schema);
    }
    let mut schema = json!({ "type": "object", "properties": properties, "additionalProperties": false });
    let required: Vec<&str> = members.iter().filter(|member| member.2).map(|member| member.0).collect();
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

/// The schema of one of several names, as [`one_of`](super::values::one_of) reads them.
pub fn one_of<T>(names: &[(&str, T)]) -> Json {
    json!({ "enum": names.iter().map(|(name, _)| name).collect::<Vec<_>>() })
}

impl Described for &str {
    fn schema() -> Json {
        json!({ "type": "string" })
    }
}

impl Described for String {
    fn schema() -> Json {
        <&str>::schema()
    }
}

impl Described for bool {
    fn schema() -> Json {
        json!({ "type": "boolean" })
    }
}

impl Described for u16 {
    fn schema() -> Json {
        json!({ "type": "integer", "minimum": 0, "maximum": u16::MAX })
    }
}

impl Described for Quantity<'_> {
    fn schema() -> Json {
        json!({ "type": ["string", "number"] })
    }
}

impl<T: Described> Described for Option<T> {
    fn schema() -> Json {
        T::schema()
    }
}

impl<T: Described> Described for Vec<T> {
    fn schema() -> Json {
        json!({ "type": "array", "items": T::schema() })
    }
}

impl<T: Described> Described for List<T> {
    fn schema() -> Json {
        Vec::<T>::schema()
    }
}

impl<K, V: Described> Described for BTreeMap<K, V> {
    fn schema() -> Json {
        json!({ "type": "object", "additionalProperties": V::schema() })
    }
}

impl<V: Described> Described for Pairs<'_, V> {
    fn schema() -> Json {
        BTreeMap::<&str, V>::schema()
    }
}
