//! The path of a finding resolves in the object: to the value that the finding is about or, for a missing field, to the
//! closest existing ancestor.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use windows_hostprocess_policy::cluster::host::NoCluster;
use windows_hostprocess_policy::decode::Fields;
use windows_hostprocess_policy::judge::judge;
use windows_hostprocess_policy::rules::registry;

use crate::parity::generated_pods;

/// A step of a path.
#[derive(Debug, PartialEq)]
enum Step<'p> {
    Member(&'p str),
    Item(usize),
}

/// Reads `spec.containers[1].name` and `metadata.annotations[example.com/x]`, as `kubectl explain` and Kubernetes' own
/// errors write them.
fn steps(mut path: &str) -> Vec<Step<'_>> {
    let mut steps = Vec::new();
    while !path.is_empty() {
        let (step, rest) = match path.strip_prefix('[') {
            Some(bracket) => {
                let (inner, rest) = bracket.split_once(']').unwrap_or_else(|| panic!("an open bracket in {path}"));
                (inner.parse().map_or(Step::Member(inner), Step::Item), rest)
            }
            None => {
                let end = path.find(['.', '[']).unwrap_or(path.len());
                (Step::Member(&path[..end]), &path[end..])
            }
        };
        steps.push(step);
        path = rest.strip_prefix('.').unwrap_or(rest);
    }
    steps
}

/// The value at a path, or the number of steps at its end that are missing.
fn follow<'o>(object: &'o Value, path: &str) -> Result<&'o Value, usize> {
    let (mut value, steps) = (object, steps(path));
    for (at, step) in steps.iter().enumerate() {
        let found = match step {
            Step::Member(key) => value.get(key).filter(|value| !value.is_null()),
            Step::Item(index) => value.get(index),
        };
        let Some(found) = found else {
            let missing = &steps[at..];
            assert!(!missing.iter().any(|step| matches!(step, Step::Item(_))), "{path}: no such item");
            assert!(value.is_object(), "{path}: nothing can be added there");
            return Err(missing.len());
        };
        value = found;
    }
    Ok(value)
}

/// Rules that reported an existing value, and rules that reported a missing one.
#[derive(Default)]
struct Seen {
    present: BTreeSet<&'static str>,
    missing: BTreeSet<&'static str>,
}

fn check(payload: &Value, seen: &mut Seen) {
    let object = &payload["request"]["object"];
    let judged = judge(payload.to_string().as_bytes(), &NoCluster, |_, outcome| outcome.findings);
    for finding in judged.unwrap_or_default() {
        match follow(object, &finding.path) {
            Ok(_) => seen.present.insert(finding.rule),
            Err(_) => {
                let rule = registry::find(finding.rule).expect("a rule");
                assert!(rule.reads == Fields::ALL, "{}: {} does not exist", rule.id, finding.path);
                seen.missing.insert(finding.rule)
            }
        };
    }
}

/// The payload with every rule on.
pub fn strict(mut payload: Value) -> Value {
    let rules = registry::all().map(|rule| (rule.id.to_owned(), json!("deny")));
    payload["settings"]["rules"] = Value::Object(rules.collect());
    payload["settings"]["hostPorts"] = json!([]);
    payload
}

#[test]
fn every_path_resolves() {
    let mut seen = Seen::default();
    for fixture in fixtures::fixtures() {
        check(&fixture.payload, &mut seen);
        check(&strict(fixture.payload), &mut seen);
    }
    let kind = json!({ "group": "", "version": "v1", "kind": "Pod" });
    for pod in generated_pods() {
        let request = json!({ "kind": kind, "operation": "CREATE", "object": pod });
        check(&strict(json!({ "request": request, "settings": { "allow": "nobody" } })), &mut seen);
    }
    // Rules that need a cluster report nothing here.
    let silent: Vec<&str> = registry::groups()
        .filter(|group| group.name != "cluster")
        .flat_map(|group| group.rules)
        .map(|rule| rule.id)
        .filter(|id| !seen.present.contains(id) && !seen.missing.contains(id))
        .collect();
    assert_eq!(silent, [""; 0]);
    assert!(seen.missing.contains("run-as-user-required"), "{:?}", seen.missing);
}

#[test]
fn paths_are_parsed() {
    use Step::{Item, Member};
    assert_eq!(
        steps("spec.containers[12].command[0]"),
        [Member("spec"), Member("containers"), Item(12), Member("command"), Item(0)]
    );
    let annotation = "spec.template.metadata.annotations[microsoft.com/x.y]";
    assert_eq!(steps(annotation).last(), Some(&Member("microsoft.com/x.y")));
    let object = json!({ "spec": { "containers": [{ "name": "a" }], "os": null } });
    assert_eq!(follow(&object, "spec.containers[0].name"), Ok(&json!("a")));
    assert_eq!(follow(&object, "spec.os.name"), Err(2));
    assert_eq!(follow(&object, "spec.containers[0].securityContext.windowsOptions.hostProcess"), Err(3));
}
