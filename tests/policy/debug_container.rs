//! Containers that `kubectl debug` adds to a running pod are judged as part of that pod.

use kubewarden_policy_sdk::response::ValidationResponse;
use rstest::rstest;
use serde_json::{Value, json};

use crate::objects::Verdict::{Accept, Deny, Warn};
use crate::objects::{object, send, tolerant, verdict, verdict_of};

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
fn the_warning_names_the_account_of_the_debug_container() {
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
    // A container that a user adds to a DaemonSet's pod is not covered by the DaemonSet's grant.
    let mut pod = object("Pod", |_| {});
    pod["metadata"]["ownerReferences"] =
        json!([{ "apiVersion": "apps/v1", "kind": "DaemonSet", "name": "agent", "controller": true }]);
    let kinds = json!({ "allow": [{ "kinds": ["DaemonSet"] }] });
    assert_eq!(verdict_of(&debug(&pod, shell(), &kinds)), Deny);
    let by_controller =
        json!({ "userInfo": { "username": "system:serviceaccount:kube-system:daemon-set-controller" } });
    assert_eq!(verdict_of(&send(&Value::Null, &pod, &kinds, by_controller)), Accept);
}

#[test]
fn a_debug_container_may_be_added_to_an_old_pod_with_findings() {
    let pipe = |spec: &mut Value| {
        spec["volumes"] = json!([{ "name": "pipe", "hostPath": { "path": "\\\\.\\pipe\\x" } }]);
        spec["containers"][0]["volumeMounts"] = json!([{ "name": "pipe", "mountPath": "C:\\pipe" }]);
        spec["containers"][0]["securityContext"] = json!({ "runAsNonRoot": true });
    };
    let old = object("Pod", pipe);
    assert_eq!(verdict(&Value::Null, &old, &json!({})), Deny);
    let response = debug(&old, shell(), &json!({}));
    assert!(response.accepted, "{:?}", response.message);
    // The debug container's account is new.
    let mut container = shell();
    container["securityContext"] = json!({ "windowsOptions": { "runAsUserName": "ContainerUser" } });
    let message = debug(&old, container, &json!({})).message.expect("denied");
    assert!(message.contains("[container-account]") && !message.contains("[run-as-non-root]"), "{message}");
}

/// A debug container inherits settings of the pod, so their findings are new for this container.
#[rstest]
#[case::privileged_group("privileged-local-group", json!({ "windowsOptions": { "hostProcess": true, "runAsUserName": "Administrators" } }))]
#[case::local_system("local-system", json!({ "windowsOptions": { "hostProcess": true, "runAsUserName": "NT AUTHORITY\\SYSTEM" } }))]
#[case::misspelt("nt-authority-spelling", json!({ "windowsOptions": { "hostProcess": true, "runAsUserName": "SYSTEM" } }))]
#[case::gmsa("gmsa", json!({ "windowsOptions": { "hostProcess": true, "runAsUserName": "NT AUTHORITY\\SYSTEM", "gmsaCredentialSpecName": "app" } }))]
#[case::non_root("run-as-non-root", json!({ "runAsNonRoot": true, "windowsOptions": { "hostProcess": true, "runAsUserName": "NT AUTHORITY\\SYSTEM" } }))]
fn findings_in_inherited_settings_are_new_for_a_debug_container(#[case] rule: &str, #[case] security_context: Value) {
    let settings = json!({ "rules": { rule: "deny" } });
    let old = object("Pod", |spec| spec["securityContext"] = security_context);
    let message = debug(&old, shell(), &settings).message.expect("denied");
    assert!(message.contains(&format!("[{rule}]")) && message.contains("(container 'shell')"), "{message}");
    // A container that sets these fields inherits only the credentials, which it could replace but not remove.
    let mut own = shell();
    own["securityContext"] = json!({
        "runAsNonRoot": false,
        "windowsOptions": { "runAsUserName": "NT AUTHORITY\\Local service" },
    });
    let response = debug(&old, own, &settings);
    let denied = response.audit_annotations.unwrap_or_default().remove("denied-rules");
    assert_eq!(denied, (rule == "gmsa").then(|| rule.to_owned()), "{:?}", response.message);
    // After it was added, its findings are old.
    let old = debugged(&old, shell());
    let mut new = old.clone();
    tolerant(&mut new["spec"]);
    assert_eq!(verdict(&old, &new, &settings), Warn);
}

#[test]
fn an_existing_debug_container_is_not_reported_again() {
    let old = debugged(&object("Pod", |_| {}), shell());
    let mut new = old.clone();
    new["metadata"]["labels"] = json!({ "team": "a" });
    assert_eq!(verdict(&old, &new, &json!({})), Accept);
    // The same when a second one is added.
    let mut second = shell();
    second["name"] = "second".into();
    new["spec"]["ephemeralContainers"] = json!([shell(), second]);
    let response = send(&old, &new, &json!({}), json!({ "subResource": "ephemeralcontainers" }));
    let warnings = response.warnings.unwrap_or_default();
    let of_rule: Vec<&String> = warnings.iter().filter(|line| line.ends_with("[ephemeral-container]")).collect();
    assert!(
        matches!(of_rule[..], [line] if line.starts_with("spec.ephemeralContainers[1]") && !line.contains("(and ")),
        "{warnings:?}"
    );
}
