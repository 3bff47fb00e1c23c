//! What certainly mends a finding, as operations of JSON Patch (RFC 6902) on the object.

use serde::Serialize;
use serde_json::{Map, Value};

/// A change of the object that removes the cause of a finding and nothing else that the object says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patch {
    /// Who may apply it.
    pub reach: Reach,
    /// In the order in which they are applied.
    pub operations: Vec<Operation>,
}

/// Who may apply a patch. Each includes those after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// The policy, on admission, if its settings say so.
    Admission,
    /// `hostprocess fix`, which shows the change before it writes it.
    Command,
    /// `hostprocess fix --unsafe`: the patch withdraws a promise that the object makes, or has effects elsewhere.
    OnDemand,
}

/// An operation; serialised as RFC 6902 says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "op", rename_all = "lowercase")]
pub enum Operation {
    /// Adds a member to an object, or replaces its value.
    Add {
        /// JSON Pointer to the member.
        path: String,
        /// Its new value.
        value: Scalar,
    },
    /// Replaces the value of a member, or an item of a list.
    Replace {
        /// JSON Pointer to the value.
        path: String,
        /// What takes its place.
        value: Scalar,
    },
    /// Removes a member, or an item of a list.
    Remove {
        /// JSON Pointer to the value.
        path: String,
    },
}

/// What patches write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Scalar {
    True(bool),
    Text(String),
    EmptyObject {},
}

impl From<bool> for Scalar {
    fn from(value: bool) -> Scalar {
        Scalar::True(value)
    }
}

impl From<&str> for Scalar {
    fn from(text: &str) -> Scalar {
        Scalar::Text(text.to_owned())
    }
}

impl From<String> for Scalar {
    fn from(text: String) -> Scalar {
        Scalar::Text(text)
    }
}

/// Adds the field at a path such as `spec.template.spec.hostNetwork`, or replaces its value.
pub fn add(path: &str, value: impl Into<Scalar>) -> Operation {
    Operation::Add { path: pointer(path), value: value.into() }
}

/// Replaces the value of a field, or an item of a list.
pub fn replace(path: &str, value: impl Into<Scalar>) -> Operation {
    Operation::Replace { path: pointer(path), value: value.into() }
}

/// Removes a field, or an item of a list.
pub fn remove(path: &str) -> Operation {
    Operation::Remove { path: pointer(path) }
}

/// Applies an operation on a member of an object. `None` when the object is not there, or it is an item of a list, which no
/// patch for admission changes. The crate `json-patch`, which the command uses, would make the module an eighth larger.
pub fn apply(operation: &Operation, object: &mut Value) -> Option<()> {
    let (Operation::Add { path, .. } | Operation::Replace { path, .. } | Operation::Remove { path }) = operation;
    let (parent, key) = path.rsplit_once('/')?;
    let members = object.pointer_mut(parent)?.as_object_mut()?;
    let key = key.replace("~1", "/").replace("~0", "~");
    match operation {
        Operation::Add { value, .. } | Operation::Replace { value, .. } => {
            let value = match value {
                Scalar::True(is_true) => Value::Bool(*is_true),
                Scalar::Text(text) => Value::String(text.clone()),
                Scalar::EmptyObject {} => Value::Object(Map::new()),
            };
            members.insert(key, value);
        }
        Operation::Remove { .. } => {
            members.remove(&key);
        }
    }
    Some(())
}

/// From a path as findings have it, `spec.volumes[0].hostPath` or `metadata.labels[example.com/x]`, to a JSON Pointer.
fn pointer(path: &str) -> String {
    let mut pointer = String::new();
    let mut rest = path;
    while !rest.is_empty() {
        let (key, after) = match rest.strip_prefix('[') {
            Some(bracket) => bracket.split_once(']').unwrap_or((bracket, "")),
            None => rest.split_at(rest.find(['.', '[']).unwrap_or(rest.len())),
        };
        pointer.push('/');
        pointer += &key.replace('~', "~0").replace('/', "~1");
        rest = after.strip_prefix('.').unwrap_or(after);
    }
    pointer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_pointers() {
        for (path, expected) in [
            ("spec.hostNetwork", "/spec/hostNetwork"),
            (
                "spec.template.spec.containers[10].ports[0].hostPort",
                "/spec/template/spec/containers/10/ports/0/hostPort",
            ),
            ("spec.nodeSelector[kubernetes.io/os]", "/spec/nodeSelector/kubernetes.io~1os"),
            ("metadata.labels[a~b].c", "/metadata/labels/a~0b/c"),
        ] {
            assert_eq!(pointer(path), expected);
        }
    }
}
