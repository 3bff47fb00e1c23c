//! The order of containers does not change the findings or the containers that they name.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use windows_hostprocess_policy::cluster::host::NoCluster;
use windows_hostprocess_policy::finding::Finding;
use windows_hostprocess_policy::judge::judge;
use windows_hostprocess_policy::rules::registry;

use crate::parity::generated_pods;

const LISTS: [&str; 3] = ["containers", "initContainers", "ephemeralContainers"];

/// Calls `edit` with every list of containers at any depth of a JSON value.
fn for_each_list(value: &mut Value, edit: Reorder) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                match value {
                    Value::Array(items) if LISTS.contains(&key.as_str()) => edit(items),
                    _ => for_each_list(value, edit),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| for_each_list(item, edit)),
        _ => {}
    }
}

/// A finding without the indexes of its containers. The message is omitted because some messages name the first of several
/// containers.
fn identity(finding: &Finding) -> String {
    let mut inheritors = finding.inheritors.clone();
    inheritors.sort();
    // A finding about a volume that several containers mount, or about the whole workload, names the first container.
    let is_about_one = finding.path.contains("ontainers[") && finding.rule != "not-allowed";
    let container = finding.container.as_deref().filter(|_| is_about_one).unwrap_or_default();
    let mut path = finding.path.clone();
    for list in LISTS {
        if let Some(start) = path.find(&format!("{list}[")).map(|start| start + list.len())
            && let Some(length) = path[start..].find(']')
        {
            path.replace_range(start..=start + length, "");
        }
    }
    format!("{:?} {} {path} {container} {inheritors:?}", finding.severity, finding.rule)
}

fn identities(payload: &Value) -> Vec<String> {
    let judged = judge(payload.to_string().as_bytes(), &NoCluster, |_, outcome| {
        outcome.findings.iter().map(identity).collect::<Vec<_>>()
    });
    let mut identities = judged.unwrap_or_else(|error| vec![error.message]);
    identities.sort();
    identities
}

/// Puts a list of containers in another order.
type Reorder = fn(&mut [Value]);

/// Counts the findings, and panics if another order of containers changes them.
fn assert_independent_of_order(payload: &Value, what: &str) -> usize {
    let findings = identities(payload);
    let orders: [(&str, Reorder); 2] = [("reversed", |items| items.reverse()), ("rotated", rotate)];
    for (how, edit) in orders {
        let mut other = payload.clone();
        for_each_list(&mut other, edit);
        assert_eq!(identities(&other), findings, "{what}: {how}");
    }
    findings.len()
}

fn rotate(items: &mut [Value]) {
    if !items.is_empty() {
        items.rotate_left(1);
    }
}

/// Settings with every rule on and as many findings as possible.
fn strict(object: &Value, kind: &Value) -> Value {
    let rules = registry::all().map(|rule| (rule.id.to_owned(), json!("deny")));
    let settings = json!({ "rules": Value::Object(rules.collect()), "hostPorts": [], "allow": "nobody" });
    json!({ "request": { "kind": kind, "operation": "CREATE", "object": object }, "settings": settings })
}

#[test]
fn fixtures_are_judged_the_same_in_any_order() {
    let mut findings = 0;
    for fixture in fixtures::fixtures() {
        // An update is compared with the old object index by index.
        if fixture.payload["request"]["oldObject"].is_null() {
            let what = format!("{}/{}", fixture.rule, fixture.name);
            findings += assert_independent_of_order(&fixture.payload, &what);
            let request = &fixture.payload["request"];
            findings += assert_independent_of_order(&strict(&request["object"], &request["kind"]), &what);
        }
    }
    assert!(findings > 1000, "{findings} findings are too few to show anything");
}

#[test]
fn generated_pods_are_judged_the_same_in_any_order() {
    let kind = json!({ "group": "", "version": "v1", "kind": "Pod" });
    let mut several = BTreeSet::new();
    for pod in generated_pods() {
        let findings = assert_independent_of_order(&strict(&pod, &kind), &pod.to_string());
        if pod["spec"]["containers"].as_array().is_some_and(|containers| containers.len() > 1) {
            several.insert(findings);
        }
    }
    assert!(several.len() > 5, "the pods with several containers hardly differ: {several:?}");
}
