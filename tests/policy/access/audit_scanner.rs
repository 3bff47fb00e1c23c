//! Kubewarden's audit scanner, whose requests name no requester.

use kubewarden_policy_sdk::response::ValidationResponse;
use rstest::rstest;
use serde_json::{Value, json};
use windows_hostprocess_policy::cluster::host::{Host, NoCluster};
use windows_hostprocess_policy::decide;
use windows_hostprocess_policy::rules::registry;

use super::cluster::{CannedCluster, rbac};
use super::{ALICE, POD, ask, denial, object};

/// A request of Kubewarden's audit scanner (newAdmissionRequest in its admission_request.go): CREATE for an existing object,
/// without a user. policy-server drops its null fields.
fn audit(object: &Value, settings: &Value, host: &dyn Host) -> ValidationResponse {
    let api_version = object["apiVersion"].as_str().expect("a string");
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    let kind = json!({ "group": group, "version": version, "kind": object["kind"] });
    let request = json!({
        "uid": "705ab4f5-6393-11e8-b7cc-42010a800002",
        "kind": kind,
        "resource": { "group": group, "version": version, "resource": object["kind"] },
        "requestKind": kind,
        "name": object["metadata"]["name"],
        "namespace": "team",
        "operation": "CREATE",
        "userInfo": {},
        "object": object,
    });
    let payload = json!({ "request": request, "settings": settings }).to_string();
    serde_json::from_slice(&decide(payload.as_bytes(), host).expect("an answer")).expect("a ValidationResponse")
}

/// Otherwise every audit would report the pods of a workload that is granted by its kind.
#[rstest]
#[case(POD, "DaemonSet", "DaemonSet")]
#[case(POD, "ReplicaSet", "Deployment")]
#[case(POD, "Job", "CronJob")]
#[case("Job", "CronJob", "CronJob")]
fn grants_by_kind_cover_objects_made_by_controllers(#[case] kind: &str, #[case] owner: &str, #[case] granted: &str) {
    let settings = json!({ "allow": [{ "kinds": [granted] }] });
    let response = audit(&object(kind, Some(owner)), &settings, &NoCluster);
    assert_eq!((response.accepted, response.warnings), (true, None));
    // Without an owner of a built-in kind, the object's own kind counts.
    for other in [None, Some("Rollout")] {
        let response = audit(&object(kind, other), &json!({ "allow": [{ "kinds": [owner, "Rollout"] }] }), &NoCluster);
        assert!(!response.accepted, "{other:?}");
    }
    // A user cannot claim such an owner.
    assert!(denial(&object(kind, Some(owner)), ALICE, json!({ "kinds": [granted] })).is_some());
}

#[test]
fn a_grant_that_depends_on_the_requester_is_a_warning() {
    let requesters = json!({ "users": [ALICE] });
    let pod = object(POD, Some("DaemonSet"));
    let other_rules = registry::all().filter(|rule| rule.id != "not-allowed");
    let other_rules_off: Value = other_rules.map(|rule| (rule.id.to_owned(), json!("off"))).collect();
    for settings in [
        json!({ "allow": [{ "namespaces": ["other"] }, { "requesters": requesters, "kinds": ["DaemonSet"] }] }),
        json!({ "allow": [{ "namespaces": ["other"] }, { "requesters": requesters }], "profile": "strict", "rules": other_rules_off }),
        json!({ "allow": [{ "namespaces": ["other"] }, { "requesters": requesters }], "rules": { "not-allowed": "deny" } }),
    ] {
        let response = audit(&pod, &settings, &NoCluster);
        assert!(response.accepted, "{:?}", response.message);
        assert_eq!(
            response.warnings.unwrap_or_default(),
            [
                "spec.securityContext.windowsOptions.hostProcess: was not judged: whether it is allowed depends on the requester, \
              and the request does not name one [not-allowed]"
            ]
        );
    }
    // This is denied for every requester.
    let elsewhere = json!({ "allow": [{ "requesters": requesters, "images": ["elsewhere.example/*"] }] });
    let message = audit(&pod, &elsewhere, &NoCluster).message.expect("denied");
    assert!(message.contains("but image 'registry.example/agent:1.0' is not in"), "{message}");
    // Every requester matches `*`.
    let anybody = json!({ "allow": [{ "requesters": { "users": ["*"] } }] });
    assert_eq!(audit(&pod, &anybody, &NoCluster).warnings, None);
    let off = json!({ "allow": [{ "requesters": requesters }], "rules": { "not-allowed": "off" } });
    assert_eq!(audit(&pod, &off, &NoCluster).warnings, None);
}

/// RBAC cannot be queried without a requester, and need not be if the rest of a grant does not match.
#[test]
fn rbac_is_queried_for_the_service_account_only() {
    let pod = object(POD, Some("DaemonSet"));
    let silent = CannedCluster::new(Err("must not be queried"));
    let response = audit(&pod, &rbac("requester"), &silent);
    let warnings = response.warnings.unwrap_or_default();
    assert!(
        response.accepted && warnings[0].contains("whether it is allowed depends on the requester"),
        "{warnings:?}"
    );
    assert!(silent.1.borrow().is_empty());
    // The request names the service account.
    let refusing = CannedCluster::new(Ok(json!({ "allowed": false })));
    assert!(!audit(&pod, &rbac("serviceAccount"), &refusing).accepted);
    let selector = |tier: &str| {
        let selector = json!({ "matchLabels": { "tier": tier } });
        json!({ "allow": [{ "namespaceSelector": selector, "requesters": { "users": [ALICE] } }] })
    };
    let labelled = CannedCluster::new(Ok(json!({ "metadata": { "labels": { "tier": "system" } } })));
    assert!(audit(&pod, &selector("system"), &labelled).accepted);
    assert!(!audit(&pod, &selector("other"), &labelled).accepted);
    assert!(!ask(&pod, "mallory", &selector("system"), &silent).accepted);
    assert!(silent.1.borrow().is_empty(), "no query for a known requester who is not listed");
}
