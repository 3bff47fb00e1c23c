//! The schema of the JSON output. Every JSON that these tests make `check` print is held against it.

use std::sync::LazyLock;

use jsonschema::Validator;

use super::schema::schema;
use super::*;

static STRICT: LazyLock<Validator> = LazyLock::new(|| strict("output"));
static STRICT_V2: LazyLock<Validator> = LazyLock::new(|| strict("output-v2"));

/// Refuses keys that the schema does not describe, which other programs should accept.
fn strict(subject: &str) -> Validator {
    let mut schema = schema(subject);
    jsonschema::meta::validate(&schema).expect("a schema of its draft");
    for definition in schema["definitions"].as_object_mut().expect("definitions").values_mut() {
        if definition["type"] == "object" {
            definition["additionalProperties"] = json!(false);
        }
    }
    jsonschema::validator_for(&schema).expect("a schema")
}

/// The output as it is, after a look at it when it is that of `check --output json`.
pub fn checked(arguments: &[&str], output: Output) -> Output {
    let validator = arguments.windows(2).find_map(|pair| match pair {
        ["-o" | "--output", "json"] => Some(&STRICT),
        ["-o" | "--output", "json-v2"] => Some(&STRICT_V2),
        _ => None,
    });
    if let Some(validator) = validator.filter(|_| arguments.first() == Some(&"check") && !output.stdout.is_empty()) {
        let value = serde_json::from_slice(&output.stdout).expect("JSON");
        let errors: Vec<String> =
            validator.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
    output
}

#[test]
fn every_key_is_described() {
    for subject in ["output", "output-v2"] {
        let schema = schema(subject);
        let definitions = schema["definitions"].as_object().expect("definitions").values();
        for (key, property) in
            definitions.chain([&schema]).flat_map(|definition| definition["properties"].as_object()).flatten()
        {
            assert!(property["description"].as_str().is_some_and(|text| !text.is_empty()), "{subject}: {key}");
        }
    }
}

/// An object with a finding, and one that a module denied.
fn example() -> Value {
    let object = json!({"file": "a.yaml", "document": 1, "kind": "Pod", "namespace": null, "name": "a"});
    let with = |other: Value| {
        let mut object = object.clone();
        object.as_object_mut().expect("a mapping").extend(other.as_object().expect("a mapping").clone());
        object
    };
    let finding = json!({"rule": "host-network", "severity": "deny", "path": "spec.hostNetwork", "line": 1,
        "column": 1, "message": "m", "fix": "f", "patch": [{"op": "add", "path": "/spec/hostNetwork", "value": true},
        {"op": "remove", "path": "/spec/x"}], "waived": {"reason": "r", "source": "comment"}});
    json!([
        with(json!({"verdict": "warn", "findings": [finding]})),
        with(json!({"verdict": "deny", "findings": [], "message": "refused", "warnings": ["w"]})),
    ])
}

#[test]
fn what_is_not_an_output_does_not_fit() {
    assert!(STRICT.is_valid(&example()), "{:?}", STRICT.iter_errors(&example()).next());
    for (pointer, value) in [
        ("/0/verdict", json!("denied")),
        ("/0/file", Value::Null),
        ("/0/findings/0/severity", json!("off")),
        ("/0/findings/0/line", json!("1")),
        ("/0/findings/0/patch/0/op", json!("move")),
        ("/0/findings/0/patch/1/path", Value::Null),
        ("/0/findings/0/waived", json!({"reason": "r"})),
        ("/0/findings/0/waived/source", json!("annotation")),
        ("/1/warnings", json!([1])),
    ] {
        let mut other = example();
        *other.pointer_mut(pointer).expect("is there") = value;
        assert!(!STRICT.is_valid(&other), "{pointer}");
    }
}
