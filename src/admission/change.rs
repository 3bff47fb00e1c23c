//! Classifies what an update changes in a pod or pod template.
//!
//! Objects are compared as JSON, because a field that no rule reads may change what runs, for example the ConfigMap
//! with a script.

use crate::admission::kinds::TemplateLocation;
use crate::decode::{ObjectAsVec, Result, Value, at, member};
use crate::k8s::node_selection::{LEGACY_OS, OS, WINDOWS_BUILD};
use crate::order::sorted;

/// How much an update changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Change {
    /// Neither the pod spec nor a relevant annotation or label.
    Nothing,
    /// Only where pods run and when they start and end: tolerations, scheduling gates, the deadline, the node selector
    /// of a suspended Job or a gated pod, the label that kubelets compare with their operating system, and the
    /// annotation that `kubectl rollout restart` sets.
    Scheduling,
    /// The workload itself. This includes objects that are new or cannot be compared.
    #[default]
    Workload,
}

/// Selects the members of an object to compare.
type MemberFilter = fn(&str) -> bool;

const RESTARTED_AT: &str = "kubectl.kubernetes.io/restartedAt";
const NODE_SELECTOR: &str = "nodeSelector";

/// Whether a field of a pod spec determines more than where pods run, when they start (Kueue removes scheduling gates)
/// and when they end.
fn determines_workload(key: &str) -> bool {
    !matches!(key, "tolerations" | "schedulingGates" | "activeDeadlineSeconds")
}

impl Change {
    /// Compares an object of this kind before and after an update.
    pub fn between(group: &str, kind: &str, old: &Value, new: &Value) -> Change {
        let location = TemplateLocation::of(group, kind, new);
        let Some(location) = location.filter(|_| location == TemplateLocation::of(group, kind, old)) else {
            return Change::Workload;
        };
        let is_waiting = match (group, kind) {
            ("batch", "Job") => at(old, ["spec", "suspend"]).and_then(Value::as_bool) == Some(true),
            ("", "Pod") => {
                at(old, ["spec", "schedulingGates"]).and_then(Value::as_array).is_some_and(|gates| !gates.is_empty())
            }
            _ => false,
        };
        let (Ok(Some(old)), Ok(Some(new))) = (Parts::read(location, old), Parts::read(location, new)) else {
            return Change::Workload;
        };
        let (annotations, other_annotations): (MemberFilter, MemberFilter) = match location {
            TemplateLocation::Pod => (is_runtime_annotation, is_runtime_annotation),
            _ => (|_| true, |key| key != RESTARTED_AT),
        };
        let workload_fields: MemberFilter = match is_waiting && old.keeps_node_os(&new) {
            true => |key| determines_workload(key) && key != NODE_SELECTOR,
            false => determines_workload,
        };
        if old.os == new.os && old.is_same(&new, |_| true, annotations) {
            Change::Nothing
        } else if old.is_same(&new, workload_fields, other_annotations) {
            Change::Scheduling
        } else {
            Change::Workload
        }
    }
}

/// The parts of a pod or pod template that determine what runs.
///
/// Annotations count, because containerd and its shim act on some, and programs can read all of them through the
/// downward API. All annotations of a template come from its author. Network plugins, autoscalers and people annotate
/// running pods, so only the annotations for the runtime count there; a program that reads other annotations trusts
/// everyone who may patch its pod. Labels do not count, as in Pod Security, except for the one that keeps a pod off
/// Windows nodes.
struct Parts<'t> {
    spec: Option<&'t Value<'t>>,
    annotations: Option<&'t Value<'t>>,
    /// The label `kubernetes.io/os`.
    os: Option<&'t str>,
}

/// Whether containerd or its shim may act on an annotation. All annotations that rules cover have these prefixes.
fn is_runtime_annotation(key: &str) -> bool {
    key.starts_with("microsoft.com/") || key.starts_with("io.microsoft.")
}

impl<'t> Parts<'t> {
    fn read(location: TemplateLocation, object: &'t Value<'t>) -> Result<Option<Parts<'t>>> {
        if location == TemplateLocation::Revision {
            // The data is a patch, of which more than the template matters.
            return Ok(Some(Parts { spec: member(object, "data")?, annotations: None, os: None }));
        }
        let mut pod = object;
        for key in location.keys() {
            let Some(value) = member(pod, key)? else { return Ok(None) };
            pod = value;
        }
        let annotations = match member(pod, "metadata")? {
            Some(metadata) => member(metadata, "annotations")?,
            None => None,
        };
        let os = at(pod, ["metadata", "labels", OS]).and_then(|os| os.as_str());
        Ok(Some(Parts { spec: member(pod, "spec")?, annotations, os }))
    }

    /// Whether `new` still selects the same operating system and Windows build, if `self` selects one.
    fn keeps_node_os(&self, new: &Parts) -> bool {
        let is_kept = |key: &&str| self.selects(key).is_none_or(|old| new.selects(key) == Some(old));
        [OS, LEGACY_OS, WINDOWS_BUILD].iter().all(is_kept)
    }

    /// The value of a label in `nodeSelector`.
    fn selects(&self, label: &str) -> Option<&'t str> {
        match member(self.spec?, NODE_SELECTOR).ok()?? {
            Value::Object(selector) => only(selector, label)?.as_str(),
            _ => None,
        }
    }

    fn is_same(&self, other: &Parts, spec: MemberFilter, annotations: MemberFilter) -> bool {
        let empty = Value::Object(ObjectAsVec::default());
        let is_same = |a: Option<&Value>, b: Option<&Value>, counts| {
            has_same_members(a.unwrap_or(&empty), b.unwrap_or(&empty), counts)
        };
        is_same(self.annotations, other.annotations, annotations) && is_same(self.spec, other.spec, spec)
    }
}

/// Whether two values are equal as JSON, ignoring the order of members.
fn is_same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Object(_), Value::Object(_)) => has_same_members(a, b, |_| true),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same(a, b)),
        (Value::Str(a), Value::Str(b)) => a == b,
        (Value::Number(a), Value::Number(b)) => a == b,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        _ => a.is_null() && b.is_null(),
    }
}

/// Whether two objects have the same members, among those that count.
fn has_same_members(a: &Value, b: &Value, counts: MemberFilter) -> bool {
    let (Value::Object(a), Value::Object(b)) = (a, b) else { return false };
    // Compare the names first: if the order differs, values would be compared twice, at every level.
    let (of_a, of_b) = (|| a.iter().filter(|(key, _)| counts(key)), || b.iter().filter(|(key, _)| counts(key)));
    if of_a().map(|(key, _)| key).eq(of_b().map(|(key, _)| key)) {
        of_a().zip(of_b()).all(|((_, a), (_, b))| is_same(a, b))
    } else {
        has_same_members_in_any_order(a, b, counts)
    }
}

/// API servers write both objects in the same order, but other clients may not. An object with a duplicate member
/// equals no other.
#[cold]
fn has_same_members_in_any_order(a: &ObjectAsVec, b: &ObjectAsVec, counts: MemberFilter) -> bool {
    match (in_order(a, counts), in_order(b, counts)) {
        (Some(a), Some(b)) => a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| a.0 == b.0 && is_same(a.1, b.1)),
        _ => false,
    }
}

/// The members that count, ordered by name; `None` when two have the same name.
fn in_order<'o>(object: &'o ObjectAsVec, counts: MemberFilter) -> Option<Vec<(&'o str, &'o Value<'o>)>> {
    let members: Vec<(&str, &Value)> = object.iter().filter(|(key, _)| counts(key)).collect();
    let order = sorted(members.iter().map(|(key, _)| *key).collect());
    let is_unique = order.windows(2).all(|pair| pair[0].0 != pair[1].0);
    is_unique.then(|| order.into_iter().map(|(_, place)| members[place]).collect())
}

/// The member with this key, unless it is duplicated.
fn only<'o>(object: &'o ObjectAsVec, key: &str) -> Option<&'o Value<'o>> {
    let mut members = object.iter().filter(|(name, _)| *name == key);
    let (_, value) = members.next()?;
    members.next().is_none().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::parse;

    #[test]
    fn nested_members_in_another_order_are_compared_once() {
        let nested = |before: &str, after: &str| {
            let levels = 100;
            [&r#"{"a": "#.repeat(levels), "0", &format!("{before}, {after}}}").repeat(levels)].concat()
        };
        let (old, new) = (nested(r#", "x": 1"#, r#""y": 2"#), nested(r#", "y": 2"#, r#""x": 1"#));
        // Comparing twice at each level would take exponential time.
        assert_eq!(change_of_spec(&old, &new), Change::Nothing);
    }

    fn change(kind: &str, old: &str, new: &str) -> Change {
        let (old, new) = (parse(old.as_bytes()).expect("JSON"), parse(new.as_bytes()).expect("JSON"));
        let there = Change::between("", kind, &old, &new);
        assert_eq!(there, Change::between("", kind, &new, &old), "the same in both directions");
        there
    }

    fn change_of_spec(old: &str, new: &str) -> Change {
        change("Pod", &format!(r#"{{"spec": {old}}}"#), &format!(r#"{{"spec": {new}}}"#))
    }

    #[test]
    fn the_order_of_members_does_not_matter() {
        for (old, new) in [
            (
                r#"{"a": 1, "b": {"c": [1, {"d": null, "e": ""}]}}"#,
                r#"{"b": {"c": [1, {"d": null, "e": ""}]}, "a": 1}"#,
            ),
            (r#"{"b": {"x": 1, "y": 2, "z": 3}}"#, r#"{"b": {"z": 3, "x": 1, "y": 2}}"#),
            ("{}", "{}"),
            ("null", "null"),
        ] {
            assert_eq!(change_of_spec(old, new), Change::Nothing, "{old} -> {new}");
        }
    }

    #[test]
    fn other_differences_change_the_workload() {
        for (old, new) in [
            (r#"{"a": 1}"#, r#"{"a": 2}"#),
            (r#"{"a": 1}"#, r#"{"b": 1}"#),
            (r#"{"a": 1}"#, r#"{"a": "1"}"#),
            (r#"{"a": 1}"#, "{}"),
            (r#"{"a": 1}"#, "null"),
            (r#"{"a": [1, 2]}"#, r#"{"a": [2, 1]}"#),
            (r#"{"a": [1]}"#, r#"{"a": [1, 1]}"#),
            (r#"{"a": {"b": {"c": true}}}"#, r#"{"a": {"b": {"c": false}}}"#),
            (r#"{"a": {}}"#, r#"{"a": []}"#),
        ] {
            assert_eq!(change_of_spec(old, new), Change::Workload, "{old} -> {new}");
        }
    }

    /// Readers differ in which duplicate they take.
    #[test]
    fn duplicate_keys_are_equal_only_in_the_same_order() {
        assert_eq!(change_of_spec(r#"{"a": 1, "a": 2}"#, r#"{"a": 1, "a": 2}"#), Change::Nothing);
        for (old, new) in [
            (r#"{"a": 1, "a": 2}"#, r#"{"a": 2, "a": 1}"#),
            (r#"{"a": 1, "a": 1}"#, r#"{"a": 1, "b": 2}"#),
            (r#"{"a": 1, "a": 2, "b": 3}"#, r#"{"a": 1, "b": 3, "a": 1}"#),
            (r#"{"a": 1, "a": 2, "b": 3}"#, r#"{"b": 3, "a": 1, "a": 2}"#),
        ] {
            assert_eq!(change_of_spec(old, new), Change::Workload, "{old} -> {new}");
        }
        let twice = r#"{"spec": {"a": 1}, "spec": {"a": 1}}"#;
        assert_eq!(change("Pod", twice, twice), Change::Workload);
    }

    #[test]
    fn incomparable_objects_count_as_changed() {
        for (kind, object) in [
            ("Pod", "[]"),
            ("Pod", r#"{"spec": 7}"#),
            ("Pod", r#"{"metadata": 7, "spec": {}}"#),
            ("PodTemplate", "{}"),
            ("PodTemplate", r#"{"template": []}"#),
            ("ConfigMap", "{}"),
        ] {
            assert_eq!(change(kind, object, object), Change::Workload, "{kind} {object}");
        }
        let (template, job) = (
            r#"{"spec": {"template": {"spec": {"containers": []}}}}"#,
            r#"{"spec": {"jobTemplate": {"spec": {"template": {"spec": {"containers": []}}}}}}"#,
        );
        assert_eq!(change("Rollout", template, template), Change::Nothing);
        assert_eq!(change("Rollout", template, job), Change::Workload);
        // If both exist, `spec.template` is judged.
        let both = [&template[..template.len() - 2], ",", &job[r#"{"spec": {"#.len()..]].concat();
        assert_eq!(change("Rollout", &both, &both), Change::Nothing);
        assert_eq!(change("Rollout", &both, job), Change::Workload);
    }

    /// Looking up a few thousand members in reverse order one by one would take seconds.
    #[test]
    fn large_objects_in_another_order_are_compared_quickly() {
        let object = |keys: &mut dyn Iterator<Item = usize>| {
            let members: Vec<String> = keys.map(|key| format!(r#""{key}": 1"#)).collect();
            format!("{{{}}}", members.join(","))
        };
        let (up, down) = (|n| object(&mut (0..n)), |n| object(&mut (0..n).rev()));
        assert_eq!(change_of_spec(&up(50_000), &down(50_000)), Change::Nothing);
        assert_eq!(change_of_spec(&up(50_000), &down(49_999)), Change::Workload);
    }
}
