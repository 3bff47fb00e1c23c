//! The part of a pod that a request can change, which determines the rules that apply. No other file handles
//! subresources.
//!
//! | request | part | rules |
//! |---|---|---|
//! | CREATE and UPDATE of every kind | the whole pod or pod template | every rule but `resize` |
//! | `pods/ephemeralcontainers`, which adds debug containers | the same | the same |
//! | `pods/binding`, and its older form `bindings`: the annotations of a Binding are merged into the pod | annotations | `reserved-annotations` |
//! | `pods/status`, which also writes annotations | annotations | `reserved-annotations` |
//! | `pods/resize` | resources, in place | `resize` |
//! | other subresources, DELETE, CONNECT | none | none |
//!
//! The `scope` of each rule (`rules/rule.rs`) names its part.

use crate::decode::{Result, Value, at, member};

/// The part of a pod that a request can change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Part {
    /// Everything.
    #[default]
    Pod,
    /// The annotations.
    Annotations,
    /// The resources of its containers.
    Resources,
}

impl Part {
    /// The part that a request can change, if any. Reads only the operation, the kind and the subresource.
    ///
    /// # Errors
    /// The request is not an object, or has one of these members twice.
    pub fn changed_by<'t>(request: &'t Value<'t>) -> Result<Option<Part>> {
        fn text<'t>(value: Option<&'t Value<'t>>) -> &'t str {
            value.and_then(|value| value.as_str()).unwrap_or_default()
        }
        if matches!(text(member(request, "operation")?), "DELETE" | "CONNECT") {
            return Ok(None);
        }
        // policy-server writes camelCase; its Rust types also accept snake_case.
        let sub_resource = member(request, "subResource")?.or(member(request, "sub_resource")?);
        let (group, kind) = (at(request, ["kind", "group"]), at(request, ["kind", "kind"]));
        Ok(match (text(sub_resource), text(group), text(kind)) {
            ("" | "binding", "", "Binding") | ("status", "", "Pod") => Some(Part::Annotations),
            ("" | "ephemeralcontainers", ..) => Some(Part::Pod),
            ("resize", ..) => Some(Part::Resources),
            _ => None,
        })
    }
}
