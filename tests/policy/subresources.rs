//! Subresources of pods: bindings and status updates can change annotations, a resize changes limits.

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

/// `pods/binding`, and the older `bindings`, which kube-apiserver still serves.
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
    // Annotations of the scheduler and of other controllers.
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

/// The kubelet updates the status every few seconds, including that of pods that would be denied today.
#[test]
fn status_updates_are_accepted_without_a_warning() {
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

/// A status update does not change the spec.
#[test]
fn the_spec_in_a_status_update_is_ignored() {
    let (old, new) = (object("Pod", |_| {}), object("Pod", |spec| spec["hostNetwork"] = json!([7])));
    assert_eq!(verdict_of(&send(&old, &new, &json!({}), json!({ "subResource": "status" }))), Accept);
    assert_eq!(verdict_of(&send(&old, &new, &json!({}), json!({}))), Deny);
}

#[rstest]
#[case("status")]
#[case("scale")]
#[case("binding")]
#[case("eviction")]
fn other_subresources_are_accepted(#[case] sub_resource: &str) {
    let (old, new) = (object("Pod", |_| {}), object("Pod", misspelt));
    let response = send(&old, &new, &json!({ "allow": [] }), json!({ "subResource": sub_resource }));
    assert_eq!(verdict_of(&response), Accept);
}

/// kube-apiserver sends the whole pod with the changed resources.
#[test]
fn a_resize_is_judged_by_its_own_rule_only() {
    let old = object("Pod", misspelt);
    let mut new = old.clone();
    new["spec"]["containers"][0]["resources"] = json!({ "limits": { "memory": "200Mi" } });
    let response = send(&old, &new, &json!({ "allow": [] }), json!({ "subResource": "resize" }));
    let denied = response.audit_annotations.unwrap_or_default().remove("denied-rules");
    assert_eq!(denied.as_deref(), Some("resize"));
}
