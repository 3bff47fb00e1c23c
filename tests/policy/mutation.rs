//! The setting `mutate`: what the policy changes, in which requests, and what it says about it.

use kubewarden_policy_sdk::response::ValidationResponse;
use serde_json::{Value, json};

use crate::objects::{KINDS, object, send, template};

fn mutate(pod: &Value, settings: &Value) -> ValidationResponse {
    send(&Value::Null, pod, settings, Value::Null)
}

fn safe() -> Value {
    json!({ "mutate": "safe" })
}

/// A HostProcess pod that a few certain changes would mend.
fn mendable(kind: &str) -> Value {
    object(kind, |spec| {
        spec.as_object_mut().expect("a mapping").remove("hostNetwork");
        spec.as_object_mut().expect("a mapping").remove("nodeSelector");
        spec["hostUsers"] = false.into();
        spec["securityContext"]["windowsOptions"]["runAsUserName"] = "NT Authority\\System".into();
        spec["containers"][0]["ports"] = json!([{ "containerPort": 80, "hostPort": 81, "x-unknown": 7 }]);
    })
}

#[test]
fn every_certain_change_is_made_and_named() {
    let mut expected = mendable("Pod");
    let spec = &mut expected["spec"];
    spec["hostNetwork"] = true.into();
    spec["nodeSelector"] = json!({ "kubernetes.io/os": "windows" });
    spec["securityContext"]["windowsOptions"]["runAsUserName"] = "NT AUTHORITY\\SYSTEM".into();
    // These two collide with the host network only once it is there.
    spec.as_object_mut().expect("a mapping").remove("hostUsers");
    spec["containers"][0]["ports"][0].as_object_mut().expect("a mapping").remove("hostPort");

    let response = mutate(&mendable("Pod"), &safe());
    assert!(response.accepted, "{:?}", response.message);
    assert_eq!(response.mutated_object, Some(expected));
    insta::assert_snapshot!(response.warnings.expect("warnings").join("\n"));
    let annotations = response.audit_annotations.expect("annotations");
    assert_eq!(
        annotations["mutated-rules"],
        "host-network,nt-authority-spelling,windows-node,host-users,port-mismatch"
    );
    assert!(!annotations.contains_key("denied-rules"));
}

#[test]
fn nothing_is_changed_unless_the_settings_say_so() {
    for settings in [json!({}), json!({ "mutate": [] }), json!({ "mutate": ["port-mismatch"] })] {
        let response = mutate(&mendable("Pod"), &settings);
        assert_eq!((response.accepted, response.mutated_object), (false, None), "{settings}");
    }
    // The account is left as it is, and denied.
    let listed = json!({ "mutate": ["host-network", "windows-node", "host-users", "port-mismatch"] });
    let response = mutate(&mendable("Pod"), &listed);
    assert_eq!((response.accepted, response.mutated_object), (false, None));
    let message = response.message.expect("a message");
    assert!(message.contains("[nt-authority-spelling]") && !message.contains("[host-network]"), "{message}");
    assert_eq!(response.audit_annotations.expect("annotations").get("mutated-rules"), None);
}

#[test]
fn only_new_pods_of_somebody_are_changed() {
    for kind in KINDS.map(|kind| kind.name) {
        let response = mutate(&mendable(kind), &safe());
        assert_eq!(response.mutated_object.is_some(), kind == "Pod", "{kind}");
    }
    let pod = mendable("Pod");
    let update = send(&object("Pod", |_| {}), &pod, &safe(), Value::Null);
    let debug = send(&object("Pod", |_| {}), &pod, &safe(), json!({ "subResource": "ephemeralcontainers" }));
    // As the audit scanner sends it.
    let audit = send(&Value::Null, &pod, &safe(), json!({ "userInfo": {} }));
    for response in [update, debug, audit] {
        assert_eq!((response.accepted, response.mutated_object), (false, None));
    }
}

#[test]
fn a_pod_without_findings_is_not_touched() {
    let response = mutate(&object("Pod", |_| {}), &safe());
    assert_eq!((response.accepted, response.mutated_object), (true, None));
}

#[test]
fn a_mended_account_still_needs_a_grant() {
    let settings = json!({ "mutate": "safe", "allow": [{ "runAsUserNames": ["NT AUTHORITY\\Local service"] }] });
    let response = mutate(&mendable("Pod"), &settings);
    assert_eq!((response.accepted, response.mutated_object), (false, None));
    let message = response.message.expect("a message");
    assert!(message.contains(r"'NT AUTHORITY\SYSTEM'") && message.contains("[not-allowed]"), "{message}");
}

#[test]
fn ordinary_containers_do_not_get_the_host_network() {
    let mut pod = mendable("Pod");
    let container = &mut template(&mut pod, "Pod")["spec"]["containers"][0];
    container["securityContext"]["windowsOptions"]["hostProcess"] = false.into();
    let response = mutate(&pod, &safe());
    assert_eq!((response.accepted, response.mutated_object), (false, None));
}

/// What no rule reads comes back as it was, numbers included.
#[test]
fn unknown_fields_survive() {
    let mut pod = mendable("Pod");
    pod["spec"]["future"] =
        json!([{ "": null, "a.b/c": [1, -2, 18446744073709551615_u64, 0.5, true, "\u{1f600}\u{0}"] }]);
    let response = mutate(&pod, &safe());
    let mutated = response.mutated_object.unwrap_or_else(|| panic!("{:?}", response.message));
    assert_eq!(mutated["spec"]["future"], pod["spec"]["future"]);
}

/// On Linux the user ID keeps the process from being root.
#[test]
fn a_user_id_is_left_to_a_pod_that_may_run_on_linux() {
    let pod = |selector: Value| {
        object("Pod", |spec| {
            spec["nodeSelector"] = selector;
            spec["securityContext"]["runAsUser"] = 1000.into();
        })
    };
    let user_id = |response: ValidationResponse| {
        let pod = response.mutated_object?;
        Some(pod["spec"]["securityContext"].get("runAsUser").is_some())
    };
    let listed = json!({ "mutate": ["run-as-uid"] });
    assert_eq!(user_id(mutate(&pod(json!({})), &listed)), None);
    assert_eq!(user_id(mutate(&pod(json!({ "kubernetes.io/os": "windows" })), &listed)), Some(false));
    // First the selector, then the user ID.
    assert_eq!(user_id(mutate(&pod(json!({})), &safe())), Some(false));
}
