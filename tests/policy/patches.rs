//! Fixes: each removes its finding and causes no other.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use windows_hostprocess_policy::cluster::host::NoCluster;
use windows_hostprocess_policy::finding::Finding;
use windows_hostprocess_policy::finding::patch::{Operation, Reach};
use windows_hostprocess_policy::judge::judge;
use windows_hostprocess_policy::rules::registry;

use crate::parity::generated_pods;
use crate::paths::strict;

fn findings(payload: &Value) -> Vec<Finding> {
    let judged = judge(payload.to_string().as_bytes(), &NoCluster, |_, outcome| outcome.findings);
    judged.unwrap_or_default()
}

/// The identities of findings: rule and path.
fn keys(findings: &[Finding]) -> BTreeSet<(&'static str, String)> {
    findings.iter().map(|finding| (finding.rule, finding.path.clone())).collect()
}

/// The payload with a finding fixed; `None` if the finding has no fix.
fn patched(payload: &Value, finding: &Finding) -> Option<Value> {
    let operations = &finding.patch.as_ref()?.operations;
    let mut payload = payload.clone();
    let object = &mut payload["request"]["object"];
    let operations: json_patch::Patch =
        serde_json::from_value(serde_json::to_value(operations).expect("JSON")).expect("JSON Patch");
    json_patch::patch(object, &operations).unwrap_or_else(|error| panic!("[{}] {error}: {object}", finding.rule));
    Some(payload)
}

fn removes_an_item(finding: &Finding) -> bool {
    let mut operations = finding.patch.iter().flat_map(|patch| patch.operations.iter());
    operations.any(|operation| match operation {
        Operation::Remove { path } => {
            path.ends_with(']') && path.trim_end_matches(|c: char| c.is_ascii_digit() || c == ']').ends_with('[')
        }
        _ => false,
    })
}

fn may_cause(fixed: &Finding, new: &Finding) -> bool {
    match fixed.rule {
        // The host network conflicts with a few fields, which have fixes of their own.
        "host-network" => new.patch.is_some(),
        // The corrected value makes the intended account known.
        "nt-authority-spelling" | "user-format" => new.rule == "local-system",
        // The field matters on Linux nodes, on which the fixed pod no longer runs.
        "windows-node" => new.rule == "read-only-not-enforced",
        // On the host network the container's port is also a port of the node.
        "port-mismatch" => new.rule == "host-ports",
        _ => false,
    }
}

/// Applies each fix alone and records the widest reach per rule.
fn check(payload: &Value, reaches: &mut BTreeMap<&'static str, Reach>) {
    let before = findings(payload);
    let known = keys(&before);
    for finding in &before {
        let Some(changed) = patched(payload, finding) else { continue };
        let after = findings(&changed);
        if removes_an_item(finding) {
            // The paths of later items have changed.
            assert!(after.len() < before.len(), "[{}] {}: {payload}", finding.rule, finding.path);
        } else {
            let left = keys(&after);
            assert!(!left.contains(&(finding.rule, finding.path.clone())), "[{}] {}", finding.rule, finding.path);
            let mut caused = after.iter().filter(|new| !known.contains(&(new.rule, new.path.clone())));
            let unexpected = caused.find(|new| !may_cause(finding, new));
            assert_eq!(unexpected, None, "[{}] {}: {payload}", finding.rule, finding.path);
        }
        let reach = finding.patch.as_ref().expect("has one").reach;
        let widest = reaches.entry(finding.rule).or_insert(reach);
        *widest = reach.min(*widest);
    }
}

/// Every rule declares the reach of its fixes and has a fixture with a fix of that reach.
#[test]
fn a_fix_removes_its_finding_and_causes_no_other() {
    let mut reaches = BTreeMap::new();
    for fixture in fixtures::fixtures() {
        check(&fixture.payload, &mut reaches);
        check(&strict(fixture.payload), &mut reaches);
    }
    for rule in registry::all() {
        assert_eq!(reaches.get(rule.id).copied(), rule.patches, "{}", rule.id);
    }
    let kind = json!({ "group": "", "version": "v1", "kind": "Pod" });
    // Judging all of them after each fix takes half a minute.
    for pod in generated_pods().step_by(10) {
        let request = json!({ "kind": kind, "operation": "CREATE", "object": pod });
        check(&strict(json!({ "request": request, "settings": {} })), &mut reaches);
    }
}

#[test]
fn no_fix_adds_an_account() {
    let mut patches = 0;
    for fixture in fixtures::fixtures() {
        for finding in findings(&strict(fixture.payload.clone())) {
            let Some(changed) = patched(&fixture.payload, &finding) else { continue };
            let accounts = |payload: &Value| payload.to_string().matches("runAsUserName").count();
            assert!(accounts(&changed) <= accounts(&fixture.payload), "{}/{}", fixture.rule, fixture.name);
            patches += 1;
        }
    }
    assert!(patches > 100, "{patches} patches are too few to show anything");
}
