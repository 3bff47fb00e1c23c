//! SARIF: validity, and properties for code scanning.

use std::sync::LazyLock;

use super::*;

/// The standard's schema; see `cli/tests/sarif-schema/README.md` for its source.
static SCHEMA: LazyLock<jsonschema::Validator> = LazyLock::new(|| {
    let schema: Value = serde_json::from_str(include_str!("../sarif-schema/sarif-schema-2.1.0.json")).expect("JSON");
    jsonschema::validator_for(&schema).expect("a schema")
});

pub fn assert_valid_sarif(log: &[u8]) {
    let log: Value = serde_json::from_slice(log).expect("JSON");
    let errors: Vec<String> =
        SCHEMA.iter_errors(&log).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

fn log(folder: &Path, arguments: &[&str]) -> Value {
    let output = hostprocess_in(folder, &[&["check", "-o", "sarif"], arguments].concat());
    assert_valid_sarif(&output.stdout);
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn results(log: &Value) -> &[Value] {
    log["runs"][0]["results"].as_array().expect("a list")
}

#[test]
fn the_schema_rejects_invalid_logs() {
    let folder = folder("mistakes");
    write(&folder, "a.yaml", &bad());
    let valid = log(&folder, &["."]);
    for (pointer, mistake) in [
        ("/version", json!("2.0.0")),
        ("/runs/0/tool", json!({})),
        ("/runs/0/results/0/level", json!("fatal")),
        ("/runs/0/results/0/message", json!({})),
        ("/runs/0/results/0/locations/0/physicalLocation/region", json!({ "startColumn": 1 })),
        ("/runs/0/results/0/locations/0/physicalLocation/region/startLine", json!(0)),
    ] {
        let mut log = valid.clone();
        *log.pointer_mut(pointer).unwrap_or_else(|| panic!("the log has {pointer}")) = mistake;
        assert!(!SCHEMA.is_valid(&log), "{pointer}");
    }
}

#[test]
fn every_rule_has_the_properties_for_code_scanning() {
    let test_data = repository().join("test_data");
    let log = log(&test_data, &["--profile", "strict", "."]);
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().expect("a list");
    assert!(rules.len() > 40, "{}", rules.len());
    for rule in rules {
        let text = |pointer: &str| rule.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        for pointer in ["/shortDescription/text", "/fullDescription/text", "/help/text", "/help/markdown", "/helpUri"] {
            assert!(!text(pointer).is_empty(), "{pointer} of {}", rule["id"]);
        }
        assert!(text("/fullDescription/text").len() <= 1024, "{}", rule["id"]);
        assert!(["error", "warning", "note"].contains(&text("/defaultConfiguration/level")), "{}", rule["id"]);
        assert!(["very-high", "high", "medium", "low"].contains(&text("/properties/precision")), "{}", rule["id"]);
        let tags = rule["properties"]["tags"].as_array().expect("tags");
        let score: Option<f64> = text("/properties/security-severity").parse().ok();
        assert_eq!(tags.contains(&json!("security")), score.is_some_and(|score| score > 0.0 && score <= 10.0));
        assert_ne!(score.is_some(), !text("/properties/problem.severity").is_empty(), "{}", rule["id"]);
    }
    for result in results(&log) {
        let index = result["ruleIndex"].as_u64().and_then(|index| usize::try_from(index).ok()).expect("an index");
        assert_eq!(rules[index]["id"], result["ruleId"]);
        let region = &result["locations"][0]["physicalLocation"]["region"];
        assert!(region["endColumn"].as_u64() >= region["startColumn"].as_u64(), "{region}");
    }
}

#[test]
fn fingerprints_do_not_depend_on_lines_or_the_spelling_of_paths() {
    let folder = folder("fingerprints");
    write(&folder, "a.yaml", &format!("{}---\n{}", bad(), dubious()));
    let fingerprints = |path: &str| -> Vec<Value> {
        let log = log(&folder, &[path]);
        results(&log).iter().map(|result| result["partialFingerprints"]["hostprocess/v1"].clone()).collect()
    };
    let before = fingerprints("a.yaml");
    assert!(before.len() == 2 && before[0] != before[1] && before[0].is_string(), "{before:?}");
    assert_eq!(fingerprints("./a.yaml"), before);
    write(&folder, "a.yaml", &format!("# A comment.\n\n{}---\n{}", bad(), dubious()));
    assert_eq!(fingerprints("."), before);
    write(&folder, "a.yaml", &format!("{}---\n{}", bad().replace("name: bad", "name: worse"), dubious()));
    let after = fingerprints("a.yaml");
    assert!(after[0] != before[0] && after[1] == before[1], "{after:?}");
}

#[test]
fn relative_paths_become_relative_uris() {
    let folder = folder("uri");
    let absolute = write(&folder, "a.yaml", &bad());
    let uri = |path: &str| {
        let log = log(&folder, &[path]);
        results(&log)[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].clone()
    };
    assert_eq!(uri("./a.yaml"), "a.yaml");
    assert_eq!(uri(&absolute), format!("file://{absolute}"));
}
