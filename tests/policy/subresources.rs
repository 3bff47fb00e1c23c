//! Subresources of a pod: bindings and status updates write its annotations past its spec, a resize changes its limits.

use rstest::rstest;
use serde_json::{Value, json};

use crate::objects::Verdict::{Accept, Deny, Warn};
use crate::objects::{misspelt, object, send, verdict_of};

const INHERIT: &str = "microsoft.com/hostprocess-inherit-user";

fn binding(annotations: Value) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Binding",
        "metadata": { "name": "agent", "namespace": "kube-system", "annotations": annotations },
        "target": { "kind": "Node", "name": "win-1" },
    })
}

/// `pods/binding`, and `bindings`, which is served as well.
#[rstest]
fn the_annotations_of_a_binding_reach_the_pod(#[values("binding", "")] sub_resource: &str) {
    let bind = |annotations: Value, settings: Value| {
        send(&Value::Null, &binding(annotations), &settings, json!({ "subResource": sub_resource }))
    };
    let response = bind(json!({ (INHERIT): "true" }), json!({}));
    let message = response.message.expect("denied");
    assert!(message.starts_with("Binding kube-system/agent is denied"), "{message}");
    assert!(message.contains(&format!("- metadata.annotations[{INHERIT}]: ")), "{message}");
    let elsewhere = json!({ "microsoft.com/hostprocess-rootfs-location": "D:\\app" });
    assert_eq!(verdict_of(&bind(elsewhere, json!({}))), Warn);
    // What the scheduler sends, and what others add.
    for annotations in [json!(null), json!({ "example.com/zone": "hostProcess" })] {
        assert_eq!(verdict_of(&bind(annotations, json!({ "allow": "nobody", "profile": "strict" }))), Accept);
    }
}

#[test]
fn a_status_update_cannot_add_a_reserved_annotation() {
    let old = object("Pod", |_| {});
    let mut new = old.clone();
    new["metadata"]["annotations"] = json!({ (INHERIT): "true" });
    let update = |settings: Value| send(&old, &new, &settings, json!({ "subResource": "status" }));
    let response = update(json!({ "allow": "nobody" }));
    let denied = response.audit_annotations.unwrap_or_default().remove("denied-rules");
    assert_eq!(denied.as_deref(), Some("reserved-annotations"));
    assert_eq!(verdict_of(&update(json!({ "rules": { "reserved-annotations": "off" } }))), Accept);
}

/// A kubelet sends one every few seconds, also for pods that would be denied today.
#[test]
fn the_kubelet_reports_the_status_of_a_pod_without_a_word() {
    let settings = json!({ "allow": "nobody", "profile": "strict" });
    let mut old = object("Pod", |spec| {
        misspelt(spec);
        spec["containers"][0]["image"] = "registry.example/windows-host-process-containers-base-image".into();
    });
    old["metadata"]["annotations"] = json!({ "example.com/owner": "team", (INHERIT): "true" });
    let mut new = old.clone();
    new["status"] = json!({ "phase": "Running", "conditions": [{ "type": "Ready", "status": "True" }] });
    assert_eq!(verdict_of(&send(&old, &new, &settings, json!({ "subResource": "status" }))), Accept);
}

/// A status update does not touch the spec, so nothing about it can be wrong.
#[test]
fn the_spec_in_a_status_update_is_not_read() {
    let (old, new) = (object("Pod", |_| {}), object("Pod", |spec| spec["hostNetwork"] = json!([7])));
    assert_eq!(verdict_of(&send(&old, &new, &json!({}), json!({ "subResource": "status" }))), Accept);
    assert_eq!(verdict_of(&send(&old, &new, &json!({}), json!({}))), Deny);
}

#[rstest]
#[case("status")]
#[case("scale")]
#[case("binding")]
#[case("eviction")]
fn other_subresources_are_left_alone(#[case] sub_resource: &str) {
    let (old, new) = (object("Pod", |_| {}), object("Pod", misspelt));
    let response = send(&old, &new, &json!({ "allow": [] }), json!({ "subResource": sub_resource }));
    assert_eq!(verdict_of(&response), Accept);
}

/// kube-apiserver sends the pod in full with the resources changed.
#[test]
fn a_resize_is_judged_by_its_rule_only() {
    let old = object("Pod", misspelt);
    let mut new = old.clone();
    new["spec"]["containers"][0]["resources"] = json!({ "limits": { "memory": "200Mi" } });
    let response = send(&old, &new, &json!({ "allow": [] }), json!({ "subResource": "resize" }));
    let denied = response.audit_annotations.unwrap_or_default().remove("denied-rules");
    assert_eq!(denied.as_deref(), Some("resize"));
}
