//! Fixtures: `test_data/<rule-id>/<accept|warn|deny>-<what>.yaml`, found by listing the folders.
//!
//! The first document is the object. A second one is the object as it was before an UPDATE. Comments at the top
//! configure the request: `# settings: {json}`, `# subresource: ephemeralcontainers`, `# operation: UPDATE`,
//! `# user: {json}`, `# session: file` for what the cluster answers (`test_data/sessions/`, recorded as kwctl does).

pub mod session;

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Value, json};

const SESSIONS: &str = "sessions";

/// One manifest with what the rule of its folder must say about it.
#[derive(Debug)]
pub struct Fixture {
    pub rule: String,
    pub name: String,
    pub expectation: Expectation,
    pub payload: Value,
    /// What the cluster answers.
    pub session: Option<PathBuf>,
}

/// `accept`: the rule says nothing. `warn`: it warns and does not deny. `deny`: it denies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expectation {
    Accept,
    Warn,
    Deny,
}

pub fn test_data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("test_data")
}

/// All fixtures, by rule and name.
pub fn fixtures() -> Vec<Fixture> {
    let mut fixtures: Vec<Fixture> = rule_folders()
        .into_iter()
        .flat_map(|folder| {
            let rule = file_name(&folder);
            files(&folder).into_iter().map(move |file| read(&rule, &file))
        })
        .collect();
    fixtures.sort_by(|a, b| (&a.rule, &a.name).cmp(&(&b.rule, &b.name)));
    assert!(!fixtures.is_empty(), "no fixtures below {}", test_data().display());
    fixtures
}

fn read(rule: &str, file: &Path) -> Fixture {
    let name = file_name(file);
    let expectation = match name.split('-').next() {
        Some("accept") => Expectation::Accept,
        Some("warn") => Expectation::Warn,
        Some("deny") => Expectation::Deny,
        _ => panic!("{}: the name begins with accept-, warn- or deny-", file.display()),
    };
    let text = fs::read_to_string(file).expect("readable fixture");
    let session = header(&text, "session").map(|name| test_data().join(SESSIONS).join(name));
    Fixture { rule: rule.to_owned(), name, expectation, payload: payload(&text, file), session }
}

fn header(text: &str, key: &str) -> Option<String> {
    text.lines().find_map(|line| line.strip_prefix(&format!("# {key}: ")).map(str::to_owned))
}

/// The payload that policy-server would send for a manifest.
pub fn payload(text: &str, file: &Path) -> Value {
    let header = |key: &str| header(text, key);
    let json = |key: &str| {
        header(key).map_or(Value::Null, |json| {
            serde_json::from_str(&json).unwrap_or_else(|error| panic!("{}: # {key}: {error}", file.display()))
        })
    };
    let mut objects = serde_yaml::Deserializer::from_str(text)
        .map(|document| Value::deserialize(document).unwrap_or_else(|error| panic!("{}: {error}", file.display())));
    let object = objects.next().unwrap_or_else(|| panic!("{}: no document", file.display()));
    let old_object = objects.next();
    let operation = header("operation")
        .unwrap_or_else(|| if old_object.is_some() { "UPDATE".to_owned() } else { "CREATE".to_owned() });
    let (group, version) = object["apiVersion"].as_str().map_or(("", ""), |v| v.split_once('/').unwrap_or(("", v)));
    json!({
        "request": {
            "uid": "705ab4f5-6393-11e8-b7cc-42010a800002",
            "kind": { "group": group, "version": version, "kind": object["kind"] },
            "resource": { "group": group, "version": version, "resource": "" },
            "subResource": header("subresource").unwrap_or_default(),
            "name": object["metadata"]["name"],
            "namespace": object["metadata"]["namespace"].as_str().unwrap_or("default"),
            "operation": operation,
            "userInfo": match json("user") {
                Value::Null => json!({ "username": "kubernetes-admin", "groups": ["system:masters", "system:authenticated"] }),
                user => user,
            },
            "object": object,
            "oldObject": old_object,
            "dryRun": false,
        },
        "settings": json("settings"),
    })
}

/// The folders of `test_data` (but not the recorded sessions and the requests of e2e.bats) that hold a rule's fixtures.
pub fn rule_folders() -> Vec<PathBuf> {
    entries(&test_data())
        .into_iter()
        .filter(|path| path.is_dir() && !path.ends_with(SESSIONS) && !path.ends_with("requests"))
        .collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    entries(folder).into_iter().filter(|path| path.extension().is_some_and(|ending| ending == "yaml")).collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries.map(|entry| entry.expect("readable entry").path()).collect()
}

pub fn file_name(path: &Path) -> String {
    path.file_name().expect("has a name").to_string_lossy().into_owned()
}
