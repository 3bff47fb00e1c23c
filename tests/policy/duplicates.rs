//! One mistake is one finding: no two rules report the same field, whatever the settings turn on.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use windows_hostprocess_policy::cluster::host::NoCluster;
use windows_hostprocess_policy::judge::judge;

use crate::parity::generated_pods;
use crate::paths::strict;

/// Rules that may report the same place, because each of the two is to be corrected by itself.
const TWO_MISTAKES: &[(&str, &str, &str)] = &[
    ("host-path-file", "host-path-volume", "that there is a host path at all, and that it has no type"),
    ("host-path-volume", "relative-host-path", "that there is a host path at all, and where it is"),
    ("host-path-volume", "sandbox-variable-spelling", "that there is a host path at all, and how it is written"),
    ("host-ports", "port-mismatch", "a port of the node that is not allowed, and one that is not the container's"),
    ("local-group-runtime", "privileged-local-group", "a group at all on old nodes, and the rights of this one"),
    ("mount-over-rootfs", "mount-path-twice", "what the mounts hide, and that they are two"),
    ("no-windows-node", "windows-node", "what the cluster has, and what the pod does not say"),
    ("path-variable", "search-order", "what the variable lacks, and what is first in it"),
    ("search-order", "working-dir", "who may write to the folder, and where it is"),
];

/// The rules that report each path. What `strict` turns on is on.
fn reported(payload: &Value) -> BTreeMap<String, BTreeSet<&'static str>> {
    let judged = judge(payload.to_string().as_bytes(), &NoCluster, |_, outcome| outcome.findings);
    let mut rules: BTreeMap<String, BTreeSet<&'static str>> = BTreeMap::new();
    for finding in judged.unwrap_or_default() {
        rules.entry(finding.path).or_default().insert(finding.rule);
    }
    rules
}

/// The pairs of rules that report the same path, with an object and the path.
fn pairs(payload: &Value) -> Vec<(&'static str, &'static str, String)> {
    let mut pairs = Vec::new();
    for (path, rules) in reported(payload) {
        let rules: Vec<&str> = rules.into_iter().collect();
        for (index, first) in rules.iter().enumerate() {
            pairs.extend(rules[index + 1..].iter().map(|second| (*first, *second, path.clone())));
        }
    }
    pairs
}

#[test]
fn no_two_rules_report_the_same_field() {
    let mut payloads: Vec<Value> = fixtures::fixtures().into_iter().map(|fixture| strict(fixture.payload)).collect();
    let kind = json!({ "group": "", "version": "v1", "kind": "Pod" });
    for pod in generated_pods() {
        let request = json!({ "kind": kind, "operation": "CREATE", "object": pod });
        payloads.push(strict(json!({ "request": request, "settings": {} })));
    }
    let mut found: BTreeMap<(&str, &str), (String, usize)> = BTreeMap::new();
    for payload in &payloads {
        for (first, second, path) in pairs(payload) {
            found.entry((first, second)).or_insert((path, 0)).1 += 1;
        }
    }
    let expected: BTreeSet<(&str, &str)> = TWO_MISTAKES.iter().map(|(first, second, _)| (*first, *second)).collect();
    let unexpected: Vec<String> = found
        .iter()
        .filter(|(pair, _)| !expected.contains(*pair))
        .map(|((first, second), (path, times))| format!("{first} and {second}: {path} ({times} times)"))
        .collect();
    assert!(unexpected.is_empty(), "{}", unexpected.join("\n"));
    for pair in expected {
        assert!(found.contains_key(&pair), "{pair:?} never report the same field");
    }
}
