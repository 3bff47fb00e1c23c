//! The ratchet never hides a change of the pod spec: with `allow: nobody`, an update is denied if it changes anything in the
//! spec but tolerations, and silent if it changes nothing.

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Map, Value, json};
use windows_hostprocess_policy::validate;

use crate::json_value::json_value;
use crate::objects::{KINDS, is_custom, object, template};

/// An edit at a place in a spec.
#[derive(Clone, Debug)]
enum Edit {
    Replace(Value),
    Remove,
    Insert(String, Value),
}

/// Fields of pods and containers that decide what runs, and unknown fields.
const KEYS: &str = "command|args|env|envFrom|image|imagePullPolicy|imagePullSecrets|volumes|volumeMounts|securityContext|\
                    serviceAccountName|initContainers|lifecycle|restartPolicy|subPathExpr|tolerations|[a-zA-Z]{1,8}";

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        json_value(KEYS).prop_map(Edit::Replace),
        Just(Edit::Remove),
        (KEYS, json_value(KEYS)).prop_map(|(key, value)| Edit::Insert(key, value)),
    ]
}

/// Descends as far as values exist, and edits the last one.
fn apply(value: &mut Value, steps: &[Index], edit: &Edit) {
    let Some((step, rest)) = steps.split_first() else {
        match (edit, value) {
            (Edit::Insert(key, new), Value::Object(members)) => drop(members.insert(key.clone(), new.clone())),
            (Edit::Insert(_, new), Value::Array(items)) => items.push(new.clone()),
            (Edit::Replace(new) | Edit::Insert(_, new), value) => *value = new.clone(),
            (Edit::Remove, value) => *value = Value::Null,
        }
        return;
    };
    match value {
        Value::Object(members) if !members.is_empty() => {
            let key = members.keys().nth(step.index(members.len())).expect("in range").clone();
            match (rest, edit) {
                ([], Edit::Remove) => drop(members.remove(&key)),
                _ => apply(&mut members[&key], rest, edit),
            }
        }
        Value::Array(items) if !items.is_empty() => {
            let index = step.index(items.len());
            match (rest, edit) {
                ([], Edit::Remove) => drop(items.remove(index)),
                _ => apply(&mut items[index], rest, edit),
            }
        }
        _ => apply(value, &[], edit),
    }
}

/// A spec with every kind of field.
fn full_spec(spec: &mut Value) {
    let more = json!({
        "serviceAccountName": "agent",
        "tolerations": [{ "key": "os", "operator": "Exists" }],
        "imagePullSecrets": [{ "name": "registry" }],
        "volumes": [
            { "name": "script", "configMap": { "name": "script", "items": [{ "key": "a", "path": "a.ps1" }] } },
            { "name": "data", "persistentVolumeClaim": { "claimName": "data" } },
        ],
        "initContainers": [{ "name": "setup", "image": "registry.example/setup:1.0", "args": ["x"] }],
        "terminationGracePeriodSeconds": 30,
    });
    spec.as_object_mut().expect("a spec").extend(more.as_object().expect("members").clone());
    let container = json!({
        "envFrom": [{ "secretRef": { "name": "secret" } }],
        "env": [{ "name": "MODE", "valueFrom": { "configMapKeyRef": { "name": "modes", "key": "mode" } } }],
        "volumeMounts": [{ "name": "script", "mountPath": "C:\\script", "subPathExpr": "$(MODE)" }],
        "imagePullPolicy": "IfNotPresent",
    });
    spec["containers"][0].as_object_mut().expect("a container").extend(container.as_object().expect("members").clone());
}

/// Whether the spec is judged: some `hostProcess` is true, and in a custom kind there is a list of containers.
fn is_host_process(kind: &str, spec: &Value) -> bool {
    let sets = |owner: &Value| owner.pointer("/securityContext/windowsOptions/hostProcess") == Some(&Value::Bool(true));
    let lists = ["containers", "initContainers", "ephemeralContainers"].into_iter();
    let is_pod = !is_custom(kind) || spec["containers"].is_array();
    is_pod && (sets(spec) || lists.filter_map(|list| spec[list].as_array()).flatten().any(sets))
}

fn without_tolerations(spec: &Value) -> Map<String, Value> {
    let mut members = spec.as_object().cloned().unwrap_or_default();
    members.remove("tolerations");
    members
}

/// Sends an update with the JSON of both objects. Returns whether it is accepted and whether there are warnings.
fn update(kind: &str, old: &str, new: &str, ratchet: bool) -> (bool, bool) {
    let api_version = object(kind, |_| {})["apiVersion"].as_str().expect("a string").to_owned();
    let (group, version) = api_version.split_once('/').unwrap_or(("", &api_version));
    let kind = json!({ "group": group, "version": version, "kind": kind });
    let settings = json!({ "allow": "nobody", "ratchet": ratchet });
    let payload = format!(
        r#"{{"request": {{"kind": {kind}, "operation": "UPDATE", "object": {new}, "oldObject": {old}}}, "settings": {settings}}}"#
    );
    let answer = validate(payload.as_bytes()).expect("an answer");
    let answer: Value = serde_json::from_slice(&answer).expect("JSON");
    (answer["accepted"] == true, answer["warnings"].is_array())
}

/// The same JSON with the members of every object in reverse order.
fn backwards(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let members = members.iter().rev().map(|(key, value)| format!("{}: {}", json!(key), backwards(value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(backwards).collect::<Vec<_>>().join(", ")),
        _ => value.to_string(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_change_of_a_spec_needs_a_grant(
        kind in prop::sample::select(KINDS.map(|kind| kind.name).to_vec()),
        steps in prop::collection::vec(any::<Index>(), 1..7),
        edit in edit(),
        ratchet in any::<bool>(),
    ) {
        let old = object(kind, full_spec);
        let mut new = old.clone();
        apply(&mut template(&mut new, kind)["spec"], &steps, &edit);
        let (mut old, mut new) = (old, new);
        let (old_spec, new_spec) = (template(&mut old, kind)["spec"].clone(), template(&mut new, kind)["spec"].clone());
        let (accepted, warned) = update(kind, &old.to_string(), &new.to_string(), ratchet);
        if old_spec == new_spec {
            prop_assert_eq!((accepted, warned), (true, false), "nothing changed");
        } else if kind != "ControllerRevision" && without_tolerations(&old_spec) == without_tolerations(&new_spec) {
            prop_assert_eq!((accepted, warned), (ratchet, ratchet), "only tolerations changed");
        } else if is_host_process(kind, &new_spec) {
            prop_assert!(!accepted, "{}", new_spec);
        }
    }

    #[test]
    fn every_change_of_template_annotations_needs_a_grant(
        kind in prop::sample::select(KINDS.map(|kind| kind.name).to_vec()).prop_filter("a template", |kind| *kind != "Pod"),
        key in "[a-z]{1,8}(\\.example\\.com/[a-z]{1,8})?",
        value in ".{0,10}",
    ) {
        let old = object(kind, full_spec);
        let mut new = old.clone();
        template(&mut new, kind)["metadata"] = json!({ "annotations": { key: value } });
        prop_assert_eq!(update(kind, &old.to_string(), &new.to_string(), true), (false, false));
        prop_assert_eq!(update(kind, &new.to_string(), &old.to_string(), true), (false, false), "removed");
        prop_assert_eq!(update(kind, &new.to_string(), &backwards(&new), true), (true, false), "in another order");
    }
}
