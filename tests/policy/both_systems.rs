//! A pod that selects no operating system may also be meant for Linux nodes. Fields that matter on Linux are removed only on
//! demand.

use rstest::rstest;
use serde_json::{Value, json};
use windows_hostprocess_policy::cluster::host::NoCluster;
use windows_hostprocess_policy::finding::Finding;
use windows_hostprocess_policy::finding::patch::Reach;
use windows_hostprocess_policy::judge::judge;

use crate::objects::{object, send};

/// A pod that selects no operating system; `change` edits its spec.
fn unpinned(change: impl FnOnce(&mut Value)) -> Value {
    object("Pod", |spec| {
        spec["nodeSelector"] = json!({});
        change(spec);
    })
}

fn finding(object: &Value, rule: &str) -> Finding {
    let kind = json!({ "group": "", "version": "v1", "kind": "Pod" });
    let request = json!({ "kind": kind, "operation": "CREATE", "object": object });
    let payload = json!({ "request": request, "settings": { "profile": "strict" } }).to_string();
    let findings = judge(payload.as_bytes(), &NoCluster, |_, outcome| outcome.findings).expect("readable");
    findings.into_iter().find(|finding| finding.rule == rule).unwrap_or_else(|| panic!("{rule}: {object}"))
}

fn reach(object: &Value, rule: &str) -> Option<Reach> {
    finding(object, rule).patch.map(|patch| patch.reach)
}

/// Whether `mutate` makes a new pod select Windows nodes.
fn is_moved(pod: &Value) -> bool {
    let settings = json!({ "mutate": "safe" });
    send(&Value::Null, pod, &settings, Value::Null)
        .mutated_object
        .is_some_and(|pod| pod["spec"]["nodeSelector"]["kubernetes.io/os"] == "windows")
}

#[rstest]
#[case::every_taint(json!({ "tolerations": [{ "operator": "Exists" }] }))]
#[case::every_taint_with_an_effect(json!({ "tolerations": [{ "key": "", "operator": "Exists", "effect": "NoSchedule" }] }))]
#[case::non_root(json!({ "securityContext": { "runAsNonRoot": true, "windowsOptions": { "hostProcess": true, "runAsUserName": "NT AUTHORITY\\Local service" } } }))]
#[case::groups(json!({ "securityContext": { "supplementalGroups": [0], "windowsOptions": { "hostProcess": true, "runAsUserName": "NT AUTHORITY\\Local service" } } }))]
#[case::host_pid(json!({ "hostPID": true }))]
#[case::both_named(json!({ "affinity": { "nodeAffinity": { "requiredDuringSchedulingIgnoredDuringExecution": { "nodeSelectorTerms": [
    { "matchExpressions": [{ "key": "kubernetes.io/os", "operator": "In", "values": ["windows", "linux"] }] }] } } } }))]
fn a_pod_that_may_be_meant_for_linux_too_is_moved_only_on_demand(#[case] fields: Value) {
    let pod = unpinned(|spec| {
        for (field, value) in fields.as_object().expect("fields") {
            spec[field] = value.clone();
        }
    });
    let found = finding(&pod, "windows-node");
    assert!(found.fix.contains("unless the pod is meant for Linux nodes as well"), "{found}");
    assert_eq!(reach(&pod, "windows-node"), Some(Reach::OnDemand));
    assert!(!is_moved(&pod));
}

#[rstest]
#[case::nothing(json!({}))]
#[case::taint_of_windows_nodes(json!({ "tolerations": [{ "key": "os", "operator": "Equal", "value": "windows" }] }))]
#[case::taint_by_key(json!({ "tolerations": [{ "key": "os", "operator": "Exists" }] }))]
#[case::not_on_linux(json!({ "affinity": { "nodeAffinity": { "requiredDuringSchedulingIgnoredDuringExecution": { "nodeSelectorTerms": [
    { "matchExpressions": [{ "key": "kubernetes.io/os", "operator": "NotIn", "values": ["linux"] }] }] } } } }))]
fn any_other_pod_is_moved(#[case] fields: Value) {
    let pod = unpinned(|spec| {
        for (field, value) in fields.as_object().expect("fields") {
            spec[field] = value.clone();
        }
    });
    assert_eq!(reach(&pod, "windows-node"), Some(Reach::Admission));
    assert!(is_moved(&pod));
}

#[rstest]
#[case("run-as-non-root", Reach::OnDemand)]
#[case("read-only-not-enforced", Reach::OnDemand)]
#[case("host-namespaces", Reach::Admission)]
#[case("hosts-and-hostname", Reach::Admission)]
#[case("dns-policy", Reach::Command)]
fn a_field_that_matters_on_linux_is_removed_only_from_windows_pods(#[case] rule: &str, #[case] expected: Reach) {
    let pod = |selector: Value| {
        object("Pod", |spec| {
            spec["nodeSelector"] = selector;
            spec["hostPID"] = true.into();
            spec["hostAliases"] = json!([{ "ip": "10.0.0.1", "hostnames": ["x"] }]);
            spec["dnsPolicy"] = "ClusterFirstWithHostNet".into();
            spec["securityContext"]["runAsNonRoot"] = true.into();
            spec["containers"][0]["securityContext"] = json!({ "readOnlyRootFilesystem": true });
        })
    };
    assert_eq!(reach(&pod(json!({ "kubernetes.io/os": "windows" })), rule), Some(expected));
    assert_eq!(reach(&pod(json!({})), rule), None);
    assert_eq!(reach(&pod(json!({ "kubernetes.io/hostname": "node-1" })), rule), None);
}
