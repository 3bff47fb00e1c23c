//! What certainly mends a finding, as operations of JSON Patch (RFC 6902) on the object.

use json_patch::jsonptr::PointerBuf;
use json_patch::{AddOperation, PatchOperation, RemoveOperation};
use serde_json::Value;

/// A change of the object that removes the cause of a finding and nothing else that the object says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patch {
    /// Who may apply it.
    pub reach: Reach,
    /// In the order in which they are applied.
    pub operations: json_patch::Patch,
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

/// Removes the field at a path such as `spec.template.spec.hostUsers`.
pub fn remove(path: &str) -> PatchOperation {
    PatchOperation::Remove(RemoveOperation { path: pointer(path) })
}

/// Adds a field, or replaces its value.
pub fn set(path: &str, value: impl Into<Value>) -> PatchOperation {
    PatchOperation::Add(AddOperation { path: pointer(path), value: value.into() })
}

/// From a path as findings have it, `spec.volumes[0].hostPath` or `metadata.labels[example.com/x]`, to a JSON Pointer.
fn pointer(path: &str) -> PointerBuf {
    let mut pointer = PointerBuf::new();
    let mut rest = path;
    while !rest.is_empty() {
        let (key, after) = match rest.strip_prefix('[') {
            Some(bracket) => bracket.split_once(']').unwrap_or((bracket, "")),
            None => rest.split_at(rest.find(['.', '[']).unwrap_or(rest.len())),
        };
        pointer.push_back(key);
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
            assert_eq!(pointer(path).as_str(), expected);
        }
    }
}
