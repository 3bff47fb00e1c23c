//! UPDATE: which changes to a granted or existing workload need a grant, and which user needs it.

use rstest::rstest;
use serde_json::{Value, json};

use crate::objects::Verdict::{Accept, Deny, Warn};
use crate::objects::{object, send, template, verdict, verdict_of};

/// Edits the spec of a pod.
type Edit = fn(&mut Value);

/// A field that no rule reads may still decide what runs, so the update needs a grant.
#[rstest]
#[case::config_map(json!({ "volumes": [{ "name": "script", "configMap": { "name": "other" } }] }))]
#[case::image_pull_secrets(json!({ "imagePullSecrets": [{ "name": "other" }] }))]
#[case::csi(json!({ "volumes": [{ "name": "script", "csi": { "driver": "secrets-store.csi.k8s.io" } }] }))]
#[case::claim(json!({ "volumes": [{ "name": "script", "persistentVolumeClaim": { "claimName": "other" } }] }))]
#[case::image_volume(json!({ "volumes": [{ "name": "script", "image": { "reference": "other" } }] }))]
#[case::env_from(json!({ "containers": [{ "name": "agent", "image": "registry.example/agent:1.0",
    "envFrom": [{ "secretRef": { "name": "other" } }] }] }))]
#[case::value_from(json!({ "containers": [{ "name": "agent", "image": "registry.example/agent:1.0",
    "env": [{ "name": "SCRIPT", "valueFrom": { "configMapKeyRef": { "name": "other", "key": "script" } } }] }] }))]
#[case::sub_path(json!({ "containers": [{ "name": "agent", "image": "registry.example/agent:1.0",
    "volumeMounts": [{ "name": "script", "mountPath": "C:\\script", "subPathExpr": "$(OTHER)" }] }] }))]
#[case::pull_policy(json!({ "containers": [{ "name": "agent", "image": "registry.example/agent:1.0",
    "imagePullPolicy": "Never" }] }))]
fn a_change_to_a_field_that_no_rule_reads_needs_a_grant(#[case] changed: Value) {
    let settings = json!({ "allow": [] });
    let old = object("Deployment", |_| {});
    let mut new = old.clone();
    let spec = template(&mut new, "Deployment")["spec"].as_object_mut().expect("a spec");
    spec.extend(changed.as_object().expect("fields").clone());
    assert_eq!(verdict(&old, &old, &settings), Accept, "unchanged");
    assert_eq!(verdict(&old, &new, &settings), Deny);
}

/// An old workload that nobody was granted keeps running, but cannot turn into another program.
#[rstest]
#[case::command(|spec: &mut Value| spec["containers"][0]["command"] = json!(["cmd.exe", "/c", "net user"]))]
#[case::environment(|spec: &mut Value| spec["containers"][0]["env"] = json!([{ "name": "PATH", "value": "C:\\evil" }]))]
#[case::host_path(|spec: &mut Value| spec["volumes"] = json!([{ "name": "c", "hostPath": { "path": "C:\\" } }]))]
#[case::account(|spec: &mut Value| spec["serviceAccountName"] = "admin".into())]
fn a_workload_without_a_grant_may_not_change_what_it_runs(#[case] change: Edit) {
    let settings = json!({ "allow": [{ "requesters": { "users": ["bob"] } }] });
    let old = object("DaemonSet", |_| {});
    let new = object("DaemonSet", change);
    assert_eq!(verdict(&old, &new, &settings), Deny);
    let by_bob = send(&old, &new, &settings, json!({ "userInfo": { "username": "bob" } }));
    assert!(by_bob.accepted, "{:?}", by_bob.message);
}

/// A program can read its pod's annotations, and containerd acts on some of them.
#[test]
fn changing_template_annotations_needs_a_grant() {
    let old = object("Deployment", |_| {});
    let mut new = old.clone();
    template(&mut new, "Deployment")["metadata"] =
        json!({ "annotations": { "example.com/script": "a", "kubectl.kubernetes.io/restartedAt": "now" } });
    assert_eq!(verdict(&old, &new, &json!({ "allow": [] })), Deny);
    assert_eq!(verdict(&new, &old, &json!({ "allow": [] })), Deny, "removed");
    assert_eq!(verdict(&old, &new, &json!({})), Accept);
}

/// Many controllers annotate running pods. Only annotations that the runtime acts on matter.
#[test]
fn only_runtime_annotations_of_a_running_pod_need_a_grant() {
    let old = object("Pod", |_| {});
    let annotated = |key: &str| {
        let mut new = old.clone();
        new["metadata"]["annotations"] = json!({ key: "true" });
        new
    };
    let nobody = json!({ "allow": [] });
    assert_eq!(verdict(&old, &annotated("cni.projectcalico.org/podIP"), &nobody), Accept);
    let reserved = annotated("microsoft.com/hostprocess-container");
    assert_eq!(verdict(&old, &reserved, &json!({})), Deny);
    let mut labelled = reserved.clone();
    labelled["metadata"]["labels"] = json!({ "team": "a" });
    assert_eq!(verdict(&reserved, &labelled, &nobody), Accept, "it had it before");
}

/// A rule about the annotations of new pods also applies to annotations that are added to a running pod.
#[test]
fn rules_about_annotations_apply_to_running_pods() {
    let rules = ["reserved-annotations", "hyperv-annotations"];
    let created = |fixture: &&fixtures::Fixture| fixture.payload["request"]["oldObject"].is_null();
    let mut compared = 0;
    for fixture in fixtures::fixtures().iter().filter(|f| rules.contains(&f.rule.as_str())).filter(created) {
        let object = &fixture.payload["request"]["object"];
        if object["kind"] != "Pod" || fixture.expectation == fixtures::Expectation::Accept {
            continue;
        }
        let mut without = object.clone();
        without["metadata"]["annotations"] = Value::Null;
        let answer = send(&without, object, &fixture.payload["settings"], Value::Null);
        let named = answer.audit_annotations.unwrap_or_default();
        assert!(named.values().any(|rules| rules.split(',').any(|rule| rule == fixture.rule)), "{}", fixture.name);
        compared += 1;
    }
    assert!(compared >= 5, "{compared} fixtures are too few to show anything");
}

/// Otherwise alice, who has no grant, could take over a workload that bob was granted.
#[test]
fn an_update_without_a_grant_is_denied_for_a_workload_granted_to_another_user() {
    let settings = json!({ "allow": [{ "requesters": { "users": ["bob"] } }] });
    let old = object("Deployment", |spec| {
        spec["volumes"] = json!([{ "name": "script", "configMap": { "name": "bobs" } }]);
    });
    let by = |user: &str, new: &Value| {
        verdict_of(&send(&old, new, &settings, json!({ "userInfo": { "username": user, "groups": ["a"] } })))
    };
    let mut swapped = old.clone();
    template(&mut swapped, "Deployment")["spec"]["volumes"][0]["configMap"]["name"] = "alices".into();
    assert_eq!((by("bob", &swapped), by("alice", &swapped)), (Accept, Deny));
    let mut annotated = old.clone();
    template(&mut annotated, "Deployment")["metadata"] = json!({ "annotations": { "example.com/script": "a" } });
    assert_eq!((by("bob", &annotated), by("alice", &annotated)), (Accept, Deny));
    // Restarting or labelling the workload needs no grant.
    let mut restarted = old.clone();
    template(&mut restarted, "Deployment")["metadata"] =
        json!({ "annotations": { "kubectl.kubernetes.io/restartedAt": "now" } });
    assert_eq!((by("bob", &restarted), by("alice", &restarted)), (Accept, Warn));
    let mut labelled = old.clone();
    labelled["metadata"]["labels"] = json!({ "team": "a" });
    assert_eq!(by("alice", &labelled), Accept);
}

/// Gatekeeper's check skips every UPDATE, so a pod admitted with one image could be patched to use another.
#[test]
fn an_image_patched_after_admission_needs_a_grant() {
    let settings = json!({ "allow": [{ "images": ["registry.example/*"] }] });
    let granted = object("Pod", |_| {});
    assert_eq!(verdict(&Value::Null, &granted, &settings), Accept);
    for image in ["elsewhere.example/agent:1.0", "registry.example.evil/agent:1.0"] {
        let patched = object("Pod", |spec| spec["containers"][0]["image"] = image.into());
        let response = send(&granted, &patched, &settings, Value::Null);
        assert_eq!(verdict_of(&response), Deny, "{image}");
        let message = response.message.expect("a denial has a message");
        assert!(message.contains(&format!("image '{image}' is not in its images ['registry.example/*']")), "{message}");
    }
}
