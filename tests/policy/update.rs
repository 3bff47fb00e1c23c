//! UPDATE: every change of every kind of object, and what of it is judged.

use kubewarden_policy_sdk::response::ValidationResponse;
use rstest::rstest;
use serde_json::{Value, json};

use crate::objects::Verdict::{Accept, Deny, Warn};
use crate::objects::{KINDS, misspelt, not_enforced, object, send, template, verdict, verdict_of};

/// Edits the spec of a pod.
type Edit = fn(&mut Value);
/// Edits an object of a kind.
type Change = fn(&mut Value, &str);

/// Old and new object, each absent, clean, with one violation or with another one.
#[test]
fn every_change_of_every_kind() {
    for kind in KINDS.map(|kind| kind.name) {
        let states = [
            ("absent", Value::Null),
            ("clean", object(kind, |_| {})),
            ("violating", object(kind, misspelt)),
            ("otherwise violating", object(kind, not_enforced)),
        ];
        // A row for each old state, a column for each new one.
        let expected = [
            [Accept, Accept, Deny, Deny],
            [Accept, Accept, Deny, Deny],
            [Accept, Accept, Warn, Deny],
            [Accept, Accept, Deny, Warn],
        ];
        for ((old_state, old), row) in states.iter().zip(expected) {
            for ((new_state, new), expected) in states.iter().zip(row) {
                assert_eq!(verdict(old, new, &json!({})), expected, "{kind}: {old_state} -> {new_state}");
                // Without the ratchet only the new object counts.
                let without = if expected == Warn { Deny } else { expected };
                let settings = json!({ "ratchet": false });
                assert_eq!(verdict(old, new, &settings), without, "{kind}: {old_state} -> {new_state}, no ratchet");
            }
        }
    }
}

/// The same for who may: a workload that no grant covers is clean otherwise.
#[test]
fn every_change_of_what_no_grant_covers() {
    for kind in KINDS.map(|kind| kind.name) {
        let settings = json!({ "allow": [{ "images": ["registry.example/*"] }] });
        let states = [
            ("absent", Value::Null),
            ("ordinary", object(kind, |spec| spec["securityContext"]["windowsOptions"]["hostProcess"] = false.into())),
            ("granted", object(kind, |_| {})),
            ("not granted", object(kind, |spec| spec["containers"][0]["image"] = "elsewhere.example/agent:1.0".into())),
        ];
        let expected = [
            [Accept, Accept, Accept, Deny],
            [Accept, Accept, Accept, Deny],
            [Accept, Accept, Accept, Deny],
            [Accept, Accept, Accept, Warn],
        ];
        for ((old_state, old), row) in states.iter().zip(expected) {
            for ((new_state, new), expected) in states.iter().zip(row) {
                assert_eq!(verdict(old, new, &settings), expected, "{kind}: {old_state} -> {new_state}");
            }
        }
    }
}

/// What administrators and controllers do to old objects that today's rules and grants would deny.
#[test]
fn an_old_object_stays_manageable() {
    for kind in KINDS.map(|kind| kind.name) {
        let settings = json!({ "allow": [] });
        let old = object(kind, misspelt);
        let changes: [(&str, Change); 8] = [
            ("annotation", |o, _| o["metadata"]["annotations"] = json!({ "example.com/owner": "team" })),
            ("label", |o, _| o["metadata"]["labels"] = json!({ "team": "a" })),
            ("finalizer", |o, _| o["metadata"]["finalizers"] = json!(["example.com/protect"])),
            ("owner", |o, _| o["metadata"]["ownerReferences"] = json!([{ "kind": "ReplicaSet", "controller": true }])),
            ("scale", |o, _| o["spec"]["replicas"] = 3.into()),
            ("status", |o, _| o["status"] = json!({ "phase": "Running" })),
            ("toleration", |o, kind| template(o, kind)["spec"]["tolerations"] = json!([{ "operator": "Exists" }])),
            ("restart", |o, kind| {
                template(o, kind)["metadata"]["annotations"] = json!({ "kubectl.kubernetes.io/restartedAt": "now" });
            }),
        ];
        // A pod has no replicas: in its spec, where the others have theirs, they would be a change of what runs.
        for (what, change) in changes.into_iter().filter(|(what, _)| (kind, *what) != ("Pod", "scale")) {
            let mut new = old.clone();
            change(&mut new, kind);
            assert_eq!(verdict(&old, &new, &settings), Warn, "{kind}: {what}");
        }
    }
}

/// A field that no rule reads may still decide what runs: a grant is asked for anew.
#[rstest]
#[case::config_map(json!({ "volumes": [{ "name": "script", "configMap": { "name": "other" } }] }))]
#[case::image_pull_secrets(json!({ "imagePullSecrets": [{ "name": "other" }] }))]
#[case::env_from(json!({ "containers": [{ "name": "agent", "image": "registry.example/agent:1.0",
    "envFrom": [{ "secretRef": { "name": "other" } }] }] }))]
fn a_change_that_no_rule_reads_needs_a_grant(#[case] changed: Value) {
    let settings = json!({ "allow": [] });
    let old = object("Deployment", |_| {});
    let mut new = old.clone();
    let spec = template(&mut new, "Deployment")["spec"].as_object_mut().expect("a spec");
    spec.extend(changed.as_object().expect("fields").clone());
    assert_eq!(verdict(&old, &old, &settings), Warn, "unchanged");
    assert_eq!(verdict(&old, &new, &settings), Deny);
}

/// What runs is another thing than before: nothing is inherited.
#[test]
fn what_runs_changes() {
    for kind in KINDS.map(|kind| kind.name) {
        let old = object(kind, misspelt);
        let changes: [(&str, Edit); 4] = [
            ("image", |spec| spec["containers"][0]["image"] = "registry.example/agent:2.0".into()),
            ("a container more", |spec| {
                let containers = spec["containers"].as_array_mut().expect("a list");
                containers.push(json!({ "name": "helper", "image": "registry.example/agent:1.0" }));
            }),
            ("an init container more", |spec| {
                spec["initContainers"] = json!([{ "name": "setup", "image": "registry.example/agent:1.0" }]);
            }),
            ("another container under the same image", |spec| spec["containers"][0]["name"] = "other".into()),
        ];
        for (what, change) in changes {
            let mut new = old.clone();
            change(&mut template(&mut new, kind)["spec"]);
            assert_eq!(verdict(&old, &new, &json!({})), Deny, "{kind}: {what}");
        }
    }
}

/// Who may run a command as SYSTEM was not asked about another command.
#[rstest]
#[case::command(|spec: &mut Value| spec["containers"][0]["command"] = json!(["cmd.exe", "/c", "net user"]))]
#[case::environment(|spec: &mut Value| spec["containers"][0]["env"] = json!([{ "name": "PATH", "value": "C:\\evil" }]))]
#[case::host_path(|spec: &mut Value| spec["volumes"] = json!([{ "name": "c", "hostPath": { "path": "C:\\" } }]))]
#[case::account(|spec: &mut Value| spec["serviceAccountName"] = "admin".into())]
fn a_workload_without_grant_may_not_change_what_it_does(#[case] change: Edit) {
    let settings = json!({ "allow": [{ "requesters": { "users": ["bob"] } }] });
    let old = object("DaemonSet", |_| {});
    let new = object("DaemonSet", change);
    assert_eq!(verdict(&old, &new, &settings), Deny);
    let by_bob = send(&old, &new, &settings, json!({ "userInfo": { "username": "bob" } }));
    assert!(by_bob.accepted, "{:?}", by_bob.message);
}

#[test]
fn an_object_that_is_being_deleted_is_left_alone() {
    for kind in KINDS.map(|kind| kind.name) {
        let old = object(kind, misspelt);
        let mut new = old.clone();
        new["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z".into();
        assert_eq!(verdict(&old, &new, &json!({ "allow": [], "ratchet": false })), Accept, "{kind}");
        assert_eq!(verdict(&Value::Null, &new, &json!({})), Deny, "{kind}: created");
    }
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

#[test]
fn a_static_pod_is_reported_and_not_denied() {
    let mut pod = object("Pod", misspelt);
    pod["metadata"]["annotations"] = json!({ "kubernetes.io/config.mirror": "5f3c1a" });
    let settings = json!({ "allow": [] });
    assert_eq!(verdict(&Value::Null, &pod, &settings), Warn);
    assert_eq!(verdict(&pod, &pod, &settings), Warn);
    // In a template the annotation says nothing about the object.
    let mut deployment = object("Deployment", misspelt);
    deployment["metadata"]["annotations"] = json!({ "kubernetes.io/config.mirror": "5f3c1a" });
    template(&mut deployment, "Deployment")["metadata"] =
        json!({ "annotations": { "kubernetes.io/config.mirror": "5f3c1a" } });
    assert_eq!(verdict(&Value::Null, &deployment, &settings), Deny);
}

/// Gatekeeper's check skips every UPDATE: whoever was let in with one image could go on with another.
#[test]
fn first_hole_of_other_tools_an_image_patched_after_admission() {
    let settings = json!({ "allow": [{ "images": ["registry.example/*"] }] });
    let granted = object("Pod", |_| {});
    assert_eq!(verdict(&Value::Null, &granted, &settings), Accept);
    for image in ["elsewhere.example/agent:1.0", "registry.example.evil/agent:1.0"] {
        let patched = object("Pod", |spec| spec["containers"][0]["image"] = image.into());
        let response = send(&granted, &patched, &settings, Value::Null);
        assert_eq!(verdict_of(&response), Deny, "{image}");
        let message = response.message.expect("a denial says why");
        assert!(message.contains(&format!("image '{image}' is not in its images ['registry.example/*']")), "{message}");
    }
}

/// Kyverno's classic rule looks only at containers: the way that Kubernetes' documentation recommends passed.
#[test]
fn second_hole_of_other_tools_host_process_on_the_pod_alone() {
    for kind in KINDS.map(|kind| kind.name) {
        let object = object(kind, |spec| assert!(spec["containers"][0].get("securityContext").is_none()));
        let settings = json!({ "allow": [] });
        assert_eq!(verdict(&Value::Null, &object, &settings), Deny);
    }
}

fn debugged(old: &Value, container: Value) -> Value {
    let mut new = old.clone();
    new["spec"]["ephemeralContainers"] = json!([container]);
    new
}

fn debug(old: &Value, container: Value, settings: &Value) -> ValidationResponse {
    send(old, &debugged(old, container), settings, json!({ "subResource": "ephemeralcontainers" }))
}

fn shell() -> Value {
    json!({ "name": "shell", "image": "registry.example/shell:1.0", "command": ["powershell.exe"] })
}

#[test]
fn a_debug_container_is_named_with_the_account_that_it_gets() {
    let response = debug(&object("Pod", |_| {}), shell(), &json!({}));
    assert!(response.accepted, "{:?}", response.message);
    let warnings = response.warnings.unwrap_or_default().join("\n");
    assert!(warnings.contains("NT AUTHORITY\\SYSTEM") && warnings.ends_with("[ephemeral-container]"), "{warnings}");
}

#[test]
fn a_debug_container_is_judged_by_every_rule() {
    let mut container = shell();
    container["securityContext"] = json!({ "windowsOptions": { "runAsUserName": "ContainerAdministrator" } });
    let response = debug(&object("Pod", |_| {}), container, &json!({}));
    let message = response.message.expect("denied");
    assert!(message.contains("spec.ephemeralContainers[0]"), "{message}");
    assert!(message.contains("[container-account]"), "{message}");
}

#[test]
fn a_debug_container_needs_a_grant() {
    let images = json!({ "allow": [{ "images": ["registry.example/agent"] }] });
    assert_eq!(verdict_of(&debug(&object("Pod", |_| {}), shell(), &images)), Deny);
    // A container that a person adds to a DaemonSet's pod does not come from the DaemonSet.
    let mut pod = object("Pod", |_| {});
    pod["metadata"]["ownerReferences"] = json!([{ "kind": "DaemonSet", "name": "agent", "controller": true }]);
    let kinds = json!({ "allow": [{ "kinds": ["DaemonSet"] }] });
    assert_eq!(verdict_of(&debug(&pod, shell(), &kinds)), Deny);
    let by_controller =
        json!({ "userInfo": { "username": "system:serviceaccount:kube-system:daemon-set-controller" } });
    assert_eq!(verdict_of(&send(&Value::Null, &pod, &kinds, by_controller)), Accept);
}

#[test]
fn a_debug_container_may_be_added_to_an_old_pod_that_is_denied_today() {
    let response = debug(&object("Pod", not_enforced), shell(), &json!({}));
    assert!(response.accepted, "{:?}", response.message);
    // Its own account is another matter.
    let mut container = shell();
    container["securityContext"] = json!({ "windowsOptions": { "runAsUserName": "ContainerUser" } });
    let response = debug(&object("Pod", not_enforced), container, &json!({}));
    let message = response.message.expect("denied");
    assert!(message.contains("[container-account]") && !message.contains("[run-as-non-root]"), "{message}");
}

#[test]
fn a_debug_container_that_was_there_before_is_not_named_again() {
    let old = debugged(&object("Pod", |_| {}), shell());
    let mut new = old.clone();
    new["metadata"]["labels"] = json!({ "team": "a" });
    assert_eq!(verdict(&old, &new, &json!({})), Accept);
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
