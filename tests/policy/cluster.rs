//! Which queries the policy sends to the cluster, when, and how it handles the answers of a large cluster.

use std::cell::RefCell;
use std::path::Path;

use kubewarden_policy_sdk::response::ValidationResponse;
use proptest::prelude::*;
use serde_json::{Value, json};
use windows_hostprocess_policy::cluster::host::Host;
use windows_hostprocess_policy::decide;

/// Gives every query the same answer and records the operations.
struct Canned {
    answer: Result<Vec<u8>, String>,
    asked: RefCell<Vec<String>>,
}

impl Canned {
    fn new(answer: &Value) -> Canned {
        Canned { answer: Ok(answer.to_string().into_bytes()), asked: RefCell::default() }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.borrow().clone()
    }
}

impl Host for Canned {
    fn call(&self, operation: &str, _: &[u8]) -> Result<Vec<u8>, String> {
        self.asked.borrow_mut().push(operation.to_owned());
        self.answer.clone()
    }
}

const DAEMON_SET: &str = r"
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: agent, namespace: kube-system }
spec:
  template:
    spec:
      hostNetwork: true
      nodeSelector: { kubernetes.io/os: windows }
      securityContext: { windowsOptions: { hostProcess: true, runAsUserName: NT AUTHORITY\SYSTEM } }
      containers: [{ name: agent, image: registry.example/agent:1.0, command: [agent.exe] }]
";

fn payload(manifest: &str) -> Value {
    let mut payload = fixtures::payload(manifest, Path::new("a test"));
    payload["settings"] = json!({ "nodes": { "check": true } });
    payload
}

fn judge(payload: &Value, host: &dyn Host) -> ValidationResponse {
    let response = decide(&serde_json::to_vec(payload).expect("serialisable"), host).expect("an answer");
    serde_json::from_slice(&response).expect("a ValidationResponse")
}

fn node(name: &str, kubelet: &str, runtime: &str) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": { "name": name, "labels": { "kubernetes.io/os": "windows" } },
        "status": { "nodeInfo": {
            "containerRuntimeVersion": runtime, "kernelVersion": "10.0.20348.4297", "kubeletVersion": kubelet,
        } },
    })
}

fn list(nodes: &[Value]) -> Value {
    json!({ "apiVersion": "v1", "kind": "List", "metadata": { "resourceVersion": "" }, "items": nodes })
}

#[test]
fn one_old_node_is_found_among_five_thousand_in_one_list() {
    let host = Canned { answer: Ok(fixtures::nodes::windows(5000, Some(2500))), asked: RefCell::default() };
    let response = judge(&payload(DAEMON_SET), &host);
    let message = response.message.expect("denied");
    assert!(message.contains("node 'akswin002500' runs 'containerd://1.5.18', but the minimum is 1.6"), "{message}");
    assert_eq!(host.asked(), ["list_resources_all"]);
}

#[test]
fn the_cluster_is_queried_only_when_the_answer_matters() {
    let host = Canned::new(&list(&[]));
    let mut unconfigured = payload(DAEMON_SET);
    unconfigured["settings"] = json!({ "nodes": { "check": false } });
    let mut deletion = payload(DAEMON_SET);
    deletion["request"]["operation"] = "DELETE".into();
    let mut status = payload(DAEMON_SET);
    status["request"]["subResource"] = "status".into();
    let mut label = payload(DAEMON_SET);
    label["request"]["operation"] = "UPDATE".into();
    label["request"]["oldObject"] = label["request"]["object"].clone();
    label["request"]["object"]["metadata"]["labels"] = json!({ "team": "a" });
    let ordinary = payload(&DAEMON_SET.replace("hostProcess: true", "hostProcess: false"));
    for payload in [unconfigured, deletion, status, label, ordinary] {
        judge(&payload, &host);
        assert_eq!(host.asked(), [""; 0], "{payload}");
    }
}

#[test]
fn an_update_of_a_pod_on_outdated_nodes_warns_with_one_query() {
    let host = Canned::new(&list(&[node("win000000", "v1.22.9", "containerd://1.7.0")]));
    let mut update = payload(DAEMON_SET);
    update["request"]["operation"] = "UPDATE".into();
    update["request"]["oldObject"] = update["request"]["object"].clone();
    update["request"]["object"]["spec"]["template"]["spec"]["tolerations"] = json!([{ "operator": "Exists" }]);
    let response = judge(&update, &host);
    assert!(response.accepted, "{:?}", response.message);
    assert!(response.warnings.is_some_and(|warnings| warnings[0].contains("[min-kubernetes]")));
    assert_eq!(host.asked(), ["list_resources_all"]);
}

#[test]
fn namespace_labels_are_queried_once_and_not_for_pods() {
    let labels = json!({ "pod-security.kubernetes.io/enforce": "restricted", "tier": "system" });
    let host = Canned::new(&json!({ "metadata": { "labels": labels } }));
    let mut update = payload(DAEMON_SET);
    update["settings"] = json!({
        "namespaces": { "check": true },
        "allow": [{ "namespaceSelector": { "matchLabels": { "tier": "system" } } }],
    });
    update["request"]["operation"] = "UPDATE".into();
    update["request"]["oldObject"] = update["request"]["object"].clone();
    update["request"]["oldObject"]["spec"]["template"]["spec"]["containers"][0]["command"] = json!(["old.exe"]);
    let response = judge(&update, &host);
    assert!(response.accepted, "{:?}", response.message);
    assert!(response.warnings.is_some_and(|warnings| warnings[0].contains("[namespace-pod-security]")));
    assert_eq!(host.asked(), ["get_resource"]);

    let host = Canned::new(&json!({}));
    let mut pod = update["request"]["object"]["spec"]["template"].clone();
    (pod["apiVersion"], pod["kind"]) = ("v1".into(), "Pod".into());
    let mut creation = payload(&pod.to_string());
    creation["settings"] = json!({ "namespaces": { "check": true } });
    assert!(judge(&creation, &host).accepted);
    assert_eq!(host.asked(), [""; 0]);
}

#[test]
fn a_long_host_error_is_truncated_and_escaped() {
    let host = Canned { answer: Err("no\nDENIED\u{1b}[0m ".repeat(1000)), asked: RefCell::default() };
    let response = judge(&payload(DAEMON_SET), &host);
    let warnings = response.warnings.expect("a warning");
    assert!(response.accepted && warnings[0].len() <= 250 && !warnings[0].contains(['\n', '\u{1b}']), "{warnings:?}");
}

#[test]
fn nodes_required_without_check_is_an_invalid_setting() {
    let settings = br#"{"nodes": {"required": true}}"#;
    let response = windows_hostprocess_policy::validate_settings(settings).expect("an answer");
    let response = String::from_utf8(response).expect("JSON");
    assert!(response.contains("settings.nodes.required"), "{response}");
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "[a-z0-9:/.+-]{0,20}".prop_map(Value::from),
    ];
    let key = prop::sample::select(vec![
        "items",
        "metadata",
        "name",
        "labels",
        "status",
        "nodeInfo",
        "kubeletVersion",
        "containerRuntimeVersion",
    ]);
    leaf.prop_recursive(6, 60, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(key.clone(), inner, 0..4).prop_map(|map| map
                .into_iter()
                .map(|(k, v)| (k.to_owned(), v))
                .collect::<serde_json::Map<_, _>>()
                .into()),
        ]
    })
}

proptest! {
    #[test]
    fn no_answer_makes_the_policy_fail(answer in any_json(), items in prop::collection::vec(any_json(), 0..3)) {
        judge(&payload(DAEMON_SET), &Canned::new(&answer));
        judge(&payload(DAEMON_SET), &Canned::new(&json!({ "items": items })));
    }

    #[test]
    fn no_version_makes_the_policy_fail(kubelet in "\\PC{0,30}", runtime in "(containerd://)?\\PC{0,30}") {
        judge(&payload(DAEMON_SET), &Canned::new(&list(&[node("a", &kubelet, &runtime)])));
    }
}
