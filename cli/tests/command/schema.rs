//! JSON Schemas, and that they match the behaviour of the policy.

use std::fs;

use jsonschema::Validator;
use windows_hostprocess_policy::check_settings;

use super::*;

fn printed(subject: &str) -> String {
    String::from_utf8(hostprocess(&["schema", subject], "").stdout).expect("UTF-8")
}

pub fn schema(subject: &str) -> Value {
    serde_json::from_str(&printed(subject)).expect("JSON")
}

fn validator(subject: &str) -> Validator {
    let schema = schema(subject);
    jsonschema::meta::validate(&schema).expect("a schema of its draft");
    jsonschema::validator_for(&schema).expect("a schema")
}

/// The settings of the policies in a text: whole documents, or the YAML blocks of a page.
fn settings_in(file: &str) -> Vec<Value> {
    let text = fs::read_to_string(repository().join(file)).expect("a file");
    let blocks: Vec<&str> = match file.ends_with(".md") {
        true => text.split("```yaml\n").skip(1).filter_map(|rest| rest.split("\n```").next()).collect(),
        false => vec![&text],
    };
    let documents = blocks.into_iter().flat_map(kubernetes_yaml::documents);
    let settings = documents.map(|document| {
        let value = document.expect("YAML").value;
        value.pointer("/spec/settings").or(value.get("settings")).cloned()
    });
    settings.flatten().collect()
}

#[test]
fn settings_in_the_documentation_match_the_schema() {
    let validator = validator("settings");
    for file in
        ["deploy/base/clusteradmissionpolicy.yaml", "docs/recipes.md", "docs/settings.md", "examples/settings.yaml"]
    {
        let settings = match file {
            "examples/settings.yaml" => vec![example()],
            _ => settings_in(file),
        };
        assert!(!settings.is_empty(), "{file}");
        for settings in settings {
            let errors: Vec<String> = validator.iter_errors(&settings).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{file}: {errors:?} in {settings}");
        }
    }
}

/// An example whose first line names its schema for editors.
fn example_of(file: &str, schema: &str) -> Value {
    let path = repository().join(file);
    let text = fs::read_to_string(&path).expect("the example");
    let named = text.lines().next().and_then(|line| line.strip_prefix("# yaml-language-server: $schema="));
    let named = path.with_file_name(named.expect("a schema"));
    assert_eq!(fs::canonicalize(named).ok(), fs::canonicalize(repository().join(schema)).ok());
    kubernetes_yaml::documents(&text).remove(0).expect("YAML").value
}

fn example() -> Value {
    example_of("examples/settings.yaml", "docs/schema/settings.schema.json")
}

#[test]
fn the_examples_are_valid() {
    assert_eq!(check_settings(example().to_string().as_bytes()), Ok(()));
    let configuration = example_of("examples/config/.hostprocess.yaml", "docs/schema/config.schema.json");
    let errors: Vec<String> = validator("config").iter_errors(&configuration).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    let output = hostprocess(&["config", "examples/config"], "");
    assert_eq!(code(&output), 0, "{}", shown(&output));
    assert!(shown(&output).contains("containerd: '1.7'"), "settings of the file: {}", shown(&output));
}

#[test]
fn configurations_in_the_documentation_match_the_schema() {
    let (validator, page) =
        (validator("config"), fs::read_to_string(repository().join("docs/command.md")).expect("a page"));
    let blocks = page.split("```yaml\n").skip(1).filter_map(|rest| rest.split("\n```").next());
    let configurations: Vec<Value> = blocks
        .filter(|block| !block.contains("apiVersion"))
        .map(|block| kubernetes_yaml::documents(block).remove(0).expect("YAML").value)
        .collect();
    assert!(configurations.len() > 1, "{configurations:?}");
    for configuration in configurations {
        let errors: Vec<String> = validator.iter_errors(&configuration).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?} in {configuration}");
    }
}

#[test]
fn the_schema_and_the_command_accept_the_same_configurations() {
    let (folder, validator) = (folder("config-schema"), validator("config"));
    write(&folder, "settings.yaml", "");
    let waiver = json!({"rules": ["host-network"], "reason": "x"});
    for (configuration, is_valid) in [
        (json!({}), true),
        (json!({"settings": {"profile": "strict"}, "exclude": ["a"], "failOn": "never", "waivers": [waiver]}), true),
        (json!({"settings": "settings.yaml"}), true),
        (json!({"misspelt": true}), false),
        (json!({"settings": {"misspelt": true}}), false),
        (json!({"settings": {"rules": {"misspelt": "warn"}}}), false),
        (json!({"settings": ["a"]}), false),
        (json!({"exclude": "a"}), false),
        (json!({"exclude": [1]}), false),
        (json!({"failOn": "misspelt"}), false),
        (json!({"waivers": [{"rules": ["host-network"]}]}), false),
        (json!({"waivers": [{"rules": ["misspelt"], "reason": "x"}]}), false),
        (json!({"waivers": [{"rules": ["os-linux"], "reason": "x", "until": "2027-01-31"}]}), true),
        (json!({"waivers": [{"rules": ["os-linux"], "reason": "x", "until": "2027-1-31"}]}), false),
        (json!({"waivers": [{"rules": ["os-linux"], "reason": "x", "objects": ["Pod a", "a*"]}]}), true),
        (json!({"waivers": [{"rules": ["os-linux"], "reason": "x", "objects": ["agent"]}]}), false),
    ] {
        let file = write(&folder, "config.yaml", &configuration.to_string());
        let output = hostprocess(&["config", "--config", &file], "");
        assert_eq!(code(&output), if is_valid { 0 } else { 2 }, "{configuration}: {}", shown(&output));
        assert_eq!(validator.is_valid(&configuration), is_valid, "{configuration}");
    }
}

/// Settings with a value at a path of the schema.
fn at(path: &[String], value: Value) -> Value {
    path.iter().rev().fold(value, |value, step| match step.as_str() {
        "[]" => json!([value]),
        key => json!({ key: value }),
    })
}

/// Visits every object that the schema describes, with the path to it.
fn objects_of(schema: &Value, path: &mut Vec<String>, visit: &mut dyn FnMut(&[String], &Value)) {
    for alternative in schema["oneOf"].as_array().into_iter().flatten() {
        objects_of(alternative, path, visit);
    }
    if schema["items"].is_object() {
        path.push("[]".to_owned());
        objects_of(&schema["items"], path, visit);
        path.pop();
    }
    let Some(properties) = schema["properties"].as_object() else { return };
    visit(path, schema);
    for (key, property) in properties {
        path.push(key.clone());
        objects_of(property, path, visit);
        path.pop();
    }
}

#[test]
fn the_schema_and_the_policy_have_the_same_keys() {
    let (validator, schema) = (validator("settings"), schema("settings"));
    let mut visited = 0;
    objects_of(&schema, &mut Vec::new(), &mut |path, object| {
        visited += 1;
        let misspelt = at(path, json!({ "misspelt": true }));
        let error = check_settings(misspelt.to_string().as_bytes()).expect_err("refused").to_string();
        assert!(error.contains("misspelt"), "{misspelt}: {error}");
        assert!(!validator.is_valid(&misspelt), "{misspelt}");
        for key in object["properties"].as_object().expect("properties").keys() {
            let settings = at(path, json!({ key: null }));
            let error = check_settings(settings.to_string().as_bytes())
                .err()
                .map(|invalid| invalid.to_string())
                .unwrap_or_default();
            assert!(!error.contains("unknown field") && !error.contains("no such rule"), "{settings}: {error}");
        }
    });
    assert!(visited > 10, "{visited}");
}

#[test]
fn settings_that_the_policy_accepts_match_the_schema() {
    let validator = validator("settings");
    for settings in [
        json!({"profile": "strict", "ratchet": false, "containerd": "1.7", "platform": "openshift"}),
        json!({"rules": {"host-network": false, "local-system": "off"}}),
        json!({"allow": "nobody", "localGroups": ["a"], "privilegedLocalGroups": ["b"], "namespaces": {"check": true}}),
        json!({"allow": [{"namespaces": ["a"], "serviceAccounts": ["a"], "images": ["a/b"], "runAsUserNames": ["a"],
            "hostPaths": ["C:\\k"], "kinds": ["Pod"], "requesters": {"users": ["a"], "groups": ["b"]},
            "namespaceSelector": {"matchLabels": {"a": "b"},
                "matchExpressions": [{"key": "a", "operator": "In", "values": ["b"]}]}}]}),
        json!({"rbac": {"verb": "use", "group": "a", "resource": "b", "name": "c", "subject": "requester"}}),
        json!({"runtimeClasses": {"hyperv": ["a"], "process": ["b"]}, "hostPorts": [{"min": 1, "max": 2}]}),
        json!({"resources": {"require": ["cpu", "memory"], "memoryFloor": 20}}),
        json!({"nodes": {"check": true, "required": true, "minKubernetes": "1.23", "minContainerd": "1.6"}}),
    ] {
        assert_eq!(check_settings(settings.to_string().as_bytes()), Ok(()), "{settings}");
        let errors: Vec<String> = validator.iter_errors(&settings).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?} in {settings}");
    }
}

#[test]
fn settings_with_wrong_types_or_names_do_not_match_the_schema() {
    let validator = validator("settings");
    for settings in [
        json!({"profile": "strikt"}),
        json!({"rules": {"host-network": "wran"}}),
        json!({"allow": "noboby"}),
        json!({"allow": {}}),
        json!({"hostPorts": [{"min": 1}]}),
        json!({"hostPorts": [{"min": 1, "max": 70_000}]}),
        json!({"localGroups": [7]}),
        json!({"containerd": 1.7}),
        json!({"nodes": {"check": true, "minKubernetes": 1.30}}),
        json!({"nodes": {"check": true, "minContainerd": 2}}),
        json!({"ratchet": "no"}),
    ] {
        assert!(check_settings(settings.to_string().as_bytes()).is_err(), "{settings}");
        assert!(!validator.is_valid(&settings), "{settings}");
    }
}
