//! Grants that depend on the cluster: namespace labels and RBAC.

use std::cell::RefCell;

use kubewarden_policy_sdk::response::ValidationResponse;
use serde_json::{Value, json};
use windows_hostprocess_policy::cluster::host::Host;
use windows_hostprocess_policy::decide;

use super::{ALICE, CONTROLLERS, POD, ask, object};

/// A cluster that gives every query the same answer and records the queries.
pub struct CannedCluster(Result<Value, &'static str>, pub RefCell<Vec<(String, Value)>>);

impl CannedCluster {
    pub fn new(answer: Result<Value, &'static str>) -> CannedCluster {
        CannedCluster(answer, RefCell::default())
    }
}

impl Host for CannedCluster {
    fn call(&self, operation: &str, request: &[u8]) -> Result<Vec<u8>, String> {
        let request = serde_json::from_slice(request).expect("JSON");
        self.1.borrow_mut().push((operation.to_owned(), request));
        self.0.as_ref().map(|answer| answer.to_string().into_bytes()).map_err(|error| (*error).to_owned())
    }
}

#[test]
fn namespace_selector_matches_namespace_labels() {
    let cluster = CannedCluster::new(Ok(json!({ "metadata": { "labels": { "tier": "system" } } })));
    let of = |tier: &str| json!({ "allow": [{ "namespaceSelector": { "matchLabels": { "tier": tier } } }] });
    assert!(ask(&object(POD, None), ALICE, &of("system"), &cluster).accepted);
    let message = ask(&object(POD, None), ALICE, &of("other"), &cluster).message.expect("denied");
    assert!(message.contains("namespace 'team' is not selected by its namespaceSelector (tier=other)"), "{message}");
    let (operation, question) = cluster.1.borrow()[0].clone();
    assert_eq!(
        (operation.as_str(), &question["kind"], &question["name"]),
        ("get_resource", &json!("Namespace"), &json!("team"))
    );
}

#[test]
fn the_cluster_is_queried_only_when_its_answer_decides() {
    let cluster = CannedCluster::new(Err("must not be queried"));
    let selector = json!({ "matchLabels": { "tier": "system" } });
    let settings = json!({
        "allow": [
            { "namespaceSelector": selector, "images": ["elsewhere.example/*"] },
            { "images": ["registry.example/*"] },
        ],
        "rbac": { "verb": "use", "group": "example.com", "resource": "hostprocesses" },
    });
    assert!(ask(&object(POD, None), ALICE, &settings, &cluster).accepted);
    assert!(cluster.1.borrow().is_empty());
}

/// A grant to the sender of this request does not show that the old object was granted.
#[test]
fn the_cluster_is_not_queried_about_an_old_object() {
    let cluster = CannedCluster::new(Err("must not be queried"));
    let old = object(POD, None);
    let mut new = old.clone();
    new["spec"]["volumes"][0]["hostPath"]["path"] = "D:\\logs".into();
    let selector = json!({ "matchLabels": { "tier": "system" } });
    let settings = json!({ "allow": [{ "namespaceSelector": selector, "hostPaths": ["C:\\k\\*"] }] });
    let request = json!({
        "kind": { "group": "", "version": "v1", "kind": "Pod" },
        "namespace": "team",
        "operation": "UPDATE",
        "userInfo": { "username": ALICE },
        "object": new,
        "oldObject": old,
    });
    let payload = json!({ "request": request, "settings": settings }).to_string();
    let response = decide(payload.as_bytes(), &cluster).expect("an answer");
    let response: ValidationResponse = serde_json::from_slice(&response).expect("a ValidationResponse");
    assert!(!response.accepted && cluster.1.borrow().is_empty());
}

pub fn rbac(subject: &str) -> Value {
    json!({ "rbac": { "verb": "use", "group": "example.com", "resource": "hostprocesses", "name": "system", "subject": subject } })
}

#[test]
fn rbac_grants_to_the_service_account() {
    let cluster = CannedCluster::new(Ok(json!({ "allowed": true })));
    let mut pod = object(POD, None);
    pod["spec"]["serviceAccountName"] = "agent".into();
    assert!(ask(&pod, ALICE, &rbac("serviceAccount"), &cluster).accepted);
    let (operation, question) = cluster.1.borrow()[0].clone();
    assert_eq!(operation, "can_i");
    assert_eq!(
        question["subject_access_review"],
        json!({
            "user": "system:serviceaccount:team:agent",
            "groups": ["system:serviceaccounts", "system:serviceaccounts:team", "system:authenticated"],
            "resource_attributes": {
                "verb": "use", "group": "example.com", "resource": "hostprocesses", "name": "system", "namespace": "team",
                "subresource": null, "version": null,
            },
        })
    );
    let refusing = CannedCluster::new(Ok(json!({ "allowed": false })));
    let message = ask(&pod, ALICE, &rbac("serviceAccount"), &refusing).message.expect("denied");
    let expected =
        "hostProcess: RBAC does not let service account 'agent' use 'hostprocesses.example.com/system'; change that";
    assert!(message.contains(expected), "{message}");
}

#[test]
fn rbac_grants_to_the_requester() {
    let cluster = CannedCluster::new(Ok(json!({ "allowed": true })));
    assert!(ask(&object("DaemonSet", None), ALICE, &rbac("requester"), &cluster).accepted);
    let question = cluster.1.borrow()[0].1["subject_access_review"].clone();
    assert_eq!(
        (&question["user"], &question["groups"]),
        (&json!("alice"), &json!(["platform", "system:authenticated"]))
    );
    // The DaemonSet controller lacks this permission and does not need it.
    let refusing = CannedCluster::new(Ok(json!({ "allowed": false })));
    let controller = format!("{CONTROLLERS}daemon-set-controller");
    assert!(ask(&object(POD, Some("DaemonSet")), &controller, &rbac("requester"), &refusing).accepted);
    assert!(!ask(&object(POD, None), &controller, &rbac("requester"), &refusing).accepted);
}

#[test]
fn a_failed_query_is_a_denial() {
    for (answer, reason) in [
        (Err("not granted to the policy"), "(not granted to the policy)"),
        (Ok(json!({})), "is not known ("),
        (Ok(json!({ "allowed": "yes" })), "is not known ("),
    ] {
        let cluster = CannedCluster::new(answer);
        let message = ask(&object(POD, None), ALICE, &rbac("serviceAccount"), &cluster).message.expect("denied");
        assert!(
            message.contains("whether RBAC lets service account 'default'") && message.contains(reason),
            "{message}"
        );
    }
}
