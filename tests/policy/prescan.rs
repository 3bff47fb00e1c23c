//! The prescan accepts no request that a rule could match, and no input that is not complete JSON. It does not decode requests:
//! it also accepts unreadable objects of native kinds, which `decide` would deny with code 400.

use kubewarden_policy_sdk::response::ValidationResponse;
use proptest::prelude::*;
use serde_json::{Value, json};
use windows_hostprocess_policy::cluster::host::HOST;
use windows_hostprocess_policy::decide;
use windows_hostprocess_policy::prescan::matches_no_rule;

use crate::json_value::json_value;

fn in_full(payload: &[u8]) -> ValidationResponse {
    serde_json::from_slice(&decide(payload, HOST).expect("the policy always answers")).expect("a ValidationResponse")
}

fn ordinary() -> Value {
    json!({
        "request": {
            "kind": { "group": "apps", "version": "v1", "kind": "Deployment" },
            "operation": "CREATE",
            "object": {
                "metadata": { "name": "web", "annotations": { "note": "a \"quoted\" text\nand a line" } },
                "spec": { "replicas": 3, "template": { "spec": {
                    "containers": [{ "name": "web", "image": "registry.example/web:1.2", "ports": [{ "containerPort": 8080 }] }],
                    "terminationGracePeriodSeconds": 30
                } } }
            },
            "dryRun": false,
            "oldObject": null
        },
        "settings": {}
    })
}

/// Whether the prescan leaves a payload to the rules. An error if it does not although a rule has a finding.
fn is_left_to_the_rules(payload: &[u8]) -> Result<bool, String> {
    if !matches_no_rule(payload) {
        return Ok(true);
    }
    let response = in_full(payload);
    match (response.accepted, &response.warnings, response.code) {
        (true, None, _) | (false, _, Some(400)) => Ok(false),
        _ => Err(format!("a rule would have reported something: {response:?}")),
    }
}

/// `decide` would deny this object as unreadable, but kube-apiserver rejects it before a policy sees it.
#[test]
fn an_unreadable_object_without_a_mark_is_accepted() {
    let mut payload = ordinary();
    payload["request"]["object"]["spec"]["template"]["spec"]["containers"] = json!("no list");
    let payload = serde_json::to_vec(&payload).expect("serialisable");
    assert!(matches_no_rule(&payload));
    assert_eq!(in_full(&payload).code, Some(400));
}

#[test]
fn ordinary_requests_are_accepted() {
    assert!(matches_no_rule(&serde_json::to_vec(&ordinary()).expect("serialisable")));
    assert!(matches_no_rule(&serde_json::to_vec_pretty(&ordinary()).expect("serialisable")));
}

#[test]
fn every_fixture_with_a_finding_is_left_to_the_rules() {
    let mut accepted = 0;
    for fixture in fixtures::fixtures() {
        let payload = serde_json::to_vec(&fixture.payload).expect("serialisable");
        let is_left = is_left_to_the_rules(&payload);
        accepted += usize::from(!is_left.unwrap_or_else(|error| panic!("{}/{}: {error}", fixture.rule, fixture.name)));
    }
    assert!(accepted > 0, "the prescan accepts no fixture, so none shows anything");
}

#[test]
fn a_truncated_request_is_never_accepted() {
    let payload = serde_json::to_vec(&ordinary()).expect("serialisable");
    for end in 0..payload.len() {
        assert!(!matches_no_rule(&payload[..end]), "the first {end} bytes");
    }
}

#[test]
fn requests_that_a_rule_could_match_are_left_to_the_rules() {
    let with = |pointer: &str, value: Value| {
        let mut payload = ordinary();
        *payload.pointer_mut(pointer).expect("the place is there") = value;
        serde_json::to_vec(&payload).expect("serialisable")
    };
    let spec = "/request/object/spec/template/spec";
    for payload in [
        with(spec, json!({ "securityContext": { "windowsOptions": { "hostProcess": false } } })),
        with(spec, json!({ "securityContext": { "windowsOptions": { "runAsUserName": "1000" } } })),
        with("/request/object/metadata", json!({ "annotations": { "microsoft.com/hostprocess-inherit-user": "true" } })),
        with("/request/object/metadata", json!({ "annotations": { "microsoft.com/disable-hostprocess-container": "false" } })),
        with("/request/object/metadata", json!({ "annotations": { "io.microsoft.disable-unsafe-operations": "false" } })),
        with(&format!("{spec}/containers/0/image"), json!("mcr/windows-host-process-containers-base-image:v1")),
        with(&format!("{spec}/containers/0/image"), json!("registry.example/smbplugin:v1-windows-hp")),
        with(&format!("{spec}/containers/0/image"), json!("registry.example/kube-proxy:v1-calico-hostprocess")),
        with("/request/kind/kind", json!("")),
        // Its reader matches field names case-insensitively, so the marks may be spelt differently.
        with("/request/kind/kind", json!("ControllerRevision")),
        with("/request", json!(null)),
        br#"{"request":{"kind":{"kind":"Pod"},"object":{"spec":{"\u0068ostProcess":true}}}}"#.to_vec(),
        br#"{"request":{"kind":{"kind":"Pod"},"object":{"metadata":{"annotations":{"microsoft.com\/hostprocess-x":""}}}}}"#.to_vec(),
        [&serde_json::to_vec(&ordinary()).expect("serialisable")[..], b"x"].concat(),
        b"".to_vec(),
        b"{}".to_vec(),
        b"[]".to_vec(),
        b"\"request\"".to_vec(),
    ] {
        assert!(!matches_no_rule(&payload), "{}", String::from_utf8_lossy(&payload));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    /// If the prescan accepts a payload with mutated bytes, no rule has a finding.
    #[test]
    fn mutated_payloads_with_a_finding_are_left_to_the_rules(fixture in 0usize..1000, edits in prop::collection::vec((0usize..5000, any::<u8>(), 0u8..3), 1..4)) {
        let fixtures = FIXTURES.get_or_init(fixtures::fixtures);
        let mut payload = match fixtures.get(fixture % (fixtures.len() * 2)) {
            Some(fixture) => serde_json::to_vec(&fixture.payload).expect("serialisable"),
            None => serde_json::to_vec(&ordinary()).expect("serialisable"),
        };
        for (at, byte, edit) in edits {
            let at = at % payload.len();
            match edit {
                0 => payload[at] = byte,
                1 => payload.insert(at, b"\"\\{}[],:0-.e \nu/"[byte as usize % 16]),
                _ => drop(payload.remove(at)),
            }
        }
        prop_assert!(is_left_to_the_rules(&payload).is_ok(), "{:?}", is_left_to_the_rules(&payload));
    }

    /// The prescan accepts any JSON value without a mark in a request, but no proper prefix of it.
    #[test]
    fn any_json_without_a_mark_is_accepted_only_complete(value in json_value(r#"[^\p{C}]{0,12}"#), end in any::<prop::sample::Index>()) {
        let payload = serde_json::to_vec(&json!({ "request": { "kind": { "kind": "ConfigMap" }, "object": value } })).expect("serialisable");
        let text = String::from_utf8_lossy(&payload);
        if !text.contains("\\u") && !text.to_lowercase().contains("hostprocess") && !text.to_lowercase().contains("microsoft") {
            prop_assert!(matches_no_rule(&payload), "{}", text);
            prop_assert!(!matches_no_rule(&payload[..end.index(payload.len())]), "a beginning of {}", text);
        }
    }
}

static FIXTURES: std::sync::OnceLock<Vec<fixtures::Fixture>> = std::sync::OnceLock::new();
