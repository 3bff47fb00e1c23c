//! JSON Schemas of members whose types do not derive `JsonSchema`.

use schemars::{Schema, SchemaGenerator, json_schema};
use windows_hostprocess_policy::finding::severity::Severity;

/// The severities that a finding can have.
pub fn severity(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "enum": [Severity::Deny.name(), Severity::Warn.name()] })
}

/// The operations in patches, and the values that they write.
pub fn operations(_: &mut SchemaGenerator) -> Schema {
    let path = json_schema!({ "type": "string", "format": "json-pointer" });
    let value = json_schema!({ "type": ["boolean", "string", "object"] });
    json_schema!({
        "type": "array",
        "items": {
            "oneOf": [
                {
                    "type": "object",
                    "properties": { "op": { "enum": ["add", "replace"] }, "path": path, "value": value },
                    "required": ["op", "path", "value"],
                },
                {
                    "type": "object",
                    "properties": { "op": { "enum": ["remove"] }, "path": path },
                    "required": ["op", "path"],
                },
            ],
        },
    })
}
