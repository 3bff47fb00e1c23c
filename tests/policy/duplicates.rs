//! No two rules report the same field, whichever rules are on.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use windows_hostprocess_policy::cluster::host::NoCluster;
use windows_hostprocess_policy::judge::judge;

use crate::parity::generated_pods;
use crate::paths::strict;

/// Pairs of rules that may report the same field, because each finding needs a fix of its own.
const SEPARATE_FINDINGS: &[(&str, &str, &str)] = &[
    ("host-path-file", "host-path-volume", "the existence of a host path, and its missing type"),
    ("host-path-volume", "relative-host-path", "the existence of a host path, and its location"),
    ("host-path-volume", "sandbox-variable-spelling", "the existence of a host path, and its spelling"),
    ("host-ports", "port-mismatch", "a node port that is not allowed, and one that differs from the container's"),
    ("local-group-runtime", "privileged-local-group", "any group on old nodes, and the rights of this one"),
    ("mount-over-rootfs", "mount-path-twice", "the files that the mounts hide, and the duplicate"),
    ("no-windows-node", "windows-node", "the nodes of the cluster, and the pod's missing selector"),
    ("path-variable", "search-order", "the folders missing from the variable, and the first one"),
    ("search-order", "working-dir", "the folder's permissions, and its location"),
];

/// The rules that report each path, with the settings of `strict`.
fn reported(payload: &Value) -> BTreeMap<String, BTreeSet<&'static str>> {
    let judged = judge(payload.to_string().as_bytes(), &NoCluster, |_, outcome| outcome.findings);
    let mut rules: BTreeMap<String, BTreeSet<&'static str>> = BTreeMap::new();
    for finding in judged.unwrap_or_default() {
        rules.entry(finding.path).or_default().insert(finding.rule);
    }
    rules
}

/// The pairs of rules that report the same path, with that path.
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
    let expected: BTreeSet<(&str, &str)> =
        SEPARATE_FINDINGS.iter().map(|(first, second, _)| (*first, *second)).collect();
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
