//! The schema of the JSON output. All JSON that `check` prints in these tests is validated against it.

use std::sync::LazyLock;

use jsonschema::Validator;

use super::schema::schema;
use super::*;

static STRICT: LazyLock<Validator> = LazyLock::new(|| strict("output"));
static STRICT_V2: LazyLock<Validator> = LazyLock::new(|| strict("output-v2"));

/// A strict validator that rejects keys that are not in the schema. Other programs should accept such keys.
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

/// Returns the output after validating it if it is JSON of `check`.
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
fn every_key_has_a_description() {
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

/// The result for an object with a finding, and for one that a module denied.
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
fn invalid_output_does_not_match_the_schema() {
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
