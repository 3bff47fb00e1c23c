//! The certain fix of a finding, as JSON Patch operations (RFC 6902) on the object.

use serde::{Serialize, Serializer};
use serde_json::{Map, Value as Json};

/// A change of the object that removes the cause of a finding and nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patch {
    /// The contexts in which it may be applied.
    pub reach: Reach,
    /// The operations, in the order of application.
    pub operations: Vec<Operation>,
}

/// The contexts in which a patch may be applied. Each includes the following ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// On admission, by the policy, if its settings select the rule.
    Admission,
    /// By `hostprocess fix`, which shows the change before writing it.
    Command,
    /// By `hostprocess fix --unsafe` only: the patch drops a guarantee of the object, or affects other objects.
    OnDemand,
}

/// An operation, serialised as in RFC 6902.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "op", rename_all = "lowercase")]
pub enum Operation {
    /// Adds a member to an object, or replaces its value.
    Add {
        /// The path of the member, in the syntax of findings.
        #[serde(serialize_with = "as_pointer")]
        path: String,
        /// Its new value.
        value: Scalar,
    },
    /// Replaces the value of a member, or an item of a list.
    Replace {
        /// The path of the value.
        #[serde(serialize_with = "as_pointer")]
        path: String,
        /// Its replacement.
        value: Scalar,
    },
    /// Removes a member, or an item of a list.
    Remove {
        /// The path of the value.
        #[serde(serialize_with = "as_pointer")]
        path: String,
    },
}

/// A value that a patch writes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[allow(missing_docs, reason = "the names are self-explanatory")]
pub enum Scalar {
    True(bool),
    Text(String),
    EmptyObject {},
}

impl Scalar {
    fn to_json(&self) -> Json {
        match self {
            Scalar::True(is_true) => Json::Bool(*is_true),
            Scalar::Text(text) => Json::String(text.clone()),
            Scalar::EmptyObject {} => Json::Object(Map::new()),
        }
    }
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
    Operation::Add { path: path.to_owned(), value: value.into() }
}

/// Replaces the value of a field, or an item of a list.
pub fn replace(path: &str, value: impl Into<Scalar>) -> Operation {
    Operation::Replace { path: path.to_owned(), value: value.into() }
}

/// Removes a field, or an item of a list.
pub fn remove(path: &str) -> Operation {
    Operation::Remove { path: path.to_owned() }
}

/// Applies an operation to a member of an object. `None` if the object does not exist, or for list items, which no
/// patch for admission changes. The crate `json-patch`, which the command uses, would make the module 12 KB larger.
pub fn apply(operation: &Operation, object: &mut Json) -> Option<()> {
    let (Operation::Add { path, .. } | Operation::Replace { path, .. } | Operation::Remove { path }) = operation;
    let mut target = object;
    let mut keys = keys(path).peekable();
    while let Some(key) = keys.next() {
        if keys.peek().is_none() {
            let members = target.as_object_mut()?;
            match operation {
                Operation::Add { value, .. } | Operation::Replace { value, .. } => {
                    members.insert(key.to_owned(), value.to_json());
                }
                Operation::Remove { .. } => remove_member(members, key),
            }
            return Some(());
        }
        target = match target {
            Json::Object(members) => members.get_mut(key)?,
            Json::Array(items) => items.get_mut(key.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    None
}

/// Replaces `members.remove(key)`, which would add six kilobytes to the module.
fn remove_member(members: &mut Map<String, Json>, key: &str) {
    for (name, value) in std::mem::take(members) {
        if name != key {
            members.insert(name, value);
        }
    }
}

/// The keys and indices of a path of a finding, such as `spec.volumes[0].hostPath` or `metadata.labels[example.com/x]`.
fn keys(path: &str) -> impl Iterator<Item = &str> {
    let mut rest = path;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (key, after) = match rest.strip_prefix('[') {
            Some(bracket) => bracket.split_once(']').unwrap_or((bracket, "")),
            None => rest.split_at(rest.find(['.', '[']).unwrap_or(rest.len())),
        };
        rest = after.strip_prefix('.').unwrap_or(after);
        Some(key)
    })
}

/// Serialises a path as a JSON Pointer (RFC 6901).
fn as_pointer<S: Serializer>(path: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&pointer(path))
}

fn pointer(path: &str) -> String {
    keys(path).map(|key| format!("/{}", key.replace('~', "~0").replace('/', "~1"))).collect()
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
