//! Kinds that are judged by shape: a field of the wrong type counts as missing, and does not hide findings in the fields
//! beside it.

use kubewarden_policy_sdk::response::ValidationResponse;
use rstest::rstest;
use serde_json::{Value, json};
use windows_hostprocess_policy::cluster::host::NoCluster;
use windows_hostprocess_policy::decide;

use crate::objects::Verdict::{Accept, Deny, Warn};
use crate::objects::{KINDS, misspelt, object, send, template, verdict, verdict_of};

/// Edits the spec of a pod.
type Edit = fn(&mut Value);

const NATIVE: &str = "Deployment";
const CUSTOM: &str = "Rollout";

/// Values whose types are wrong for almost every field.
fn odd_values() -> [Value; 9] {
    [
        json!(null),
        json!(true),
        json!(-1),
        json!(1e99),
        json!("{{x}}"),
        json!([]),
        json!([[]]),
        json!({}),
        json!({"a": {}}),
    ]
}

/// The JSON pointers of all nested values.
fn pointers(value: &Value, pointer: &str) -> Vec<String> {
    let below: Vec<String> = match value {
        Value::Object(members) => members
            .iter()
            .flat_map(|(key, member)| pointers(member, &format!("{pointer}/{}", key.replace('/', "~1"))))
            .collect(),
        Value::Array(items) => {
            items.iter().enumerate().flat_map(|(index, item)| pointers(item, &format!("{pointer}/{index}"))).collect()
        }
        _ => Vec::new(),
    };
    [vec![pointer.to_owned()], below].concat()
}

#[rstest]
#[case::a_templated_port(|spec: &mut Value| spec["containers"][0]["ports"] = json!([{ "containerPort": "{{port}}", "hostPort": 80 }]))]
#[case::numeric_arguments(|spec: &mut Value| spec["containers"][0]["args"] = json!(["-v", 5]))]
#[case::a_command_in_one_string(|spec: &mut Value| spec["containers"][0]["command"] = "agent.exe -v 5".into())]
#[case::a_numeric_variable(|spec: &mut Value| spec["containers"][0]["env"] = json!([{ "name": "PORT", "value": 80 }]))]
#[case::containers_by_name(|spec: &mut Value| spec["containers"] = json!(["agent", "helper"]))]
#[case::containers_from_elsewhere(|spec: &mut Value| spec["containers"] = "{{containers}}".into())]
#[case::containers_in_a_map(|spec: &mut Value| spec["containers"] = json!({ "agent": { "image": "registry.example/agent:1.0" } }))]
#[case::volumes_in_a_map(|spec: &mut Value| spec["volumes"] = json!({ "data": { "hostPath": "C:\\data" } }))]
#[case::an_operating_system_by_name(|spec: &mut Value| spec["os"] = "windows".into())]
fn values_of_the_wrong_type_are_accepted_in_custom_kinds(#[case] change: Edit) {
    assert_eq!(verdict(&Value::Null, &object(CUSTOM, change), &json!({})), Accept);
    let response = send(&Value::Null, &object(NATIVE, change), &json!({}), Value::Null);
    assert_eq!(response.code, Some(400), "a native kind: {response:?}");
}

/// The workload is HostProcess whatever any one other field holds.
#[rstest]
#[case::on_the_pod("/spec/securityContext/windowsOptions/hostProcess")]
#[case::on_a_container("/spec/containers/1/securityContext/windowsOptions/hostProcess")]
fn a_value_of_the_wrong_type_does_not_hide_host_process(
    #[case] place: &str,
    #[values("Rollout", "ControllerRevision")] kind: &str,
) {
    let mut workload = object(kind, |spec| {
        let container = json!({ "name": "helper", "image": "registry.example/agent:1.0", "args": ["a"], "ports": [{ "hostPort": 80 }],
            "env": [{ "name": "A", "value": "b" }], "resources": { "limits": { "cpu": "1" } }, "volumeMounts": [{ "name": "v" }],
            "securityContext": { "windowsOptions": { "hostProcess": false, "runAsUserName": "x" }, "runAsUser": 1 } });
        spec["containers"] = json!([container, container]);
        spec["initContainers"] = json!([container]);
        spec["securityContext"]["windowsOptions"]["hostProcess"] = false.into();
        spec["volumes"] = json!([{ "name": "v", "hostPath": { "path": "C:\\v" } }]);
    });
    template(&mut workload, kind)["metadata"] = json!({ "annotations": { "a": "b" }, "labels": { "a": "b" } });
    *template(&mut workload, kind).pointer_mut(place).expect("a flag") = true.into();
    workload["metadata"]["ownerReferences"] = json!([{ "kind": "ReplicaSet", "controller": true }]);
    let settings = json!({ "allow": "nobody" });
    let mut odd = 0;
    for pointer in pointers(template(&mut workload, kind), "").into_iter().filter(|pointer| !place.starts_with(pointer))
    {
        for value in odd_values() {
            let mut changed = workload.clone();
            *template(&mut changed, kind).pointer_mut(&pointer).expect("a place") = value.clone();
            let message = send(&Value::Null, &changed, &settings, Value::Null).message.unwrap_or_default();
            assert!(message.contains("[not-allowed]"), "{pointer} = {value}: {message}");
            odd += 1;
        }
    }
    for value in odd_values() {
        let mut changed = workload.clone();
        changed["metadata"] = value.clone();
        assert_eq!(verdict(&Value::Null, &changed, &settings), Deny, "metadata = {value}");
    }
    assert!(odd > 300, "{odd} are too few");
}

/// A template expression may evaluate to `true`.
#[test]
fn a_flag_that_is_not_a_boolean_counts_as_true() {
    for value in odd_values() {
        let flagged = object(CUSTOM, |spec| spec["securityContext"]["windowsOptions"]["hostProcess"] = value.clone());
        let expected = if value.is_null() { Accept } else { Deny };
        assert_eq!(verdict(&Value::Null, &flagged, &json!({ "allow": "nobody" })), expected, "{value}");
    }
    let off = object(CUSTOM, |spec| spec["securityContext"]["windowsOptions"]["hostProcess"] = false.into());
    assert_eq!(verdict(&Value::Null, &off, &json!({ "allow": "nobody" })), Accept);
}

#[test]
fn findings_beside_a_field_of_the_wrong_type_are_reported() {
    let workload = object(CUSTOM, |spec| {
        misspelt(spec);
        spec["containers"] = json!(["{{helper}}", { "name": "agent", "ports": "{{ports}}", "workingDir": 7,
            "securityContext": { "windowsOptions": { "runAsUserName": "ContainerAdministrator" } } }]);
    });
    let message = send(&Value::Null, &workload, &json!({}), Value::Null).message.expect("denied");
    assert!(message.contains("spec.template.spec.securityContext.windowsOptions.runAsUserName"), "{message}");
    assert!(
        message.contains("spec.template.spec.containers[1].securityContext.windowsOptions.runAsUserName"),
        "{message}"
    );
}

/// Otherwise such an object could not be fixed: the old object would deny every update.
#[test]
fn an_unreadable_old_object_counts_as_absent() {
    for value in odd_values() {
        let odd = object(CUSTOM, |spec| spec["containers"] = value.clone());
        let fixed = object(CUSTOM, |_| {});
        assert_eq!(verdict(&odd, &fixed, &json!({})), Accept, "{value}");
        assert_eq!(verdict(&odd, &object(CUSTOM, misspelt), &json!({})), Deny, "{value}");
    }
    let mut without_template = object(CUSTOM, |_| {});
    without_template["spec"]["template"]["spec"] = "{{spec}}".into();
    assert_eq!(verdict(&without_template, &object(CUSTOM, misspelt), &json!({})), Deny);
    // Its readable parts still count.
    let odd = object(CUSTOM, |spec| {
        misspelt(spec);
        spec["dnsPolicy"] = 7.into();
    });
    assert_eq!(verdict(&odd, &object(CUSTOM, misspelt), &json!({})), Warn);
}

/// Otherwise such an object could not be deleted: the update that removes its finalizer would be denied.
#[test]
fn an_unreadable_object_can_be_deleted() {
    for kind in KINDS.map(|kind| kind.name) {
        let old = object(kind, |spec| spec["hostNetwork"] = json!([7]));
        for metadata in
            [json!({ "deletionTimestamp": "2026-01-01T00:00:00Z" }), json!({ "deletionTimestamp": "x", "name": 7 })]
        {
            let mut new = old.clone();
            new["metadata"] = metadata;
            assert_eq!(verdict(&old, &new, &json!({ "allow": "nobody" })), Accept, "{kind}");
            assert_eq!(verdict(&old, &Value::Null, &json!({ "allow": "nobody" })), Accept, "{kind}: deleted");
            assert_eq!(verdict(&Value::Null, &new, &json!({ "allow": "nobody" })), Deny, "{kind}: created");
        }
    }
}

#[test]
fn templates_without_a_pod_spec_are_accepted() {
    let flagged = json!({ "securityContext": { "windowsOptions": { "hostProcess": true } } });
    for spec in [
        json!({ "template": "hostProcess" }),
        json!({ "template": ["hostProcess", flagged] }),
        json!({ "template": { "spec": "{{ hostProcess }}" } }),
        json!({ "template": { "spec": [flagged] } }),
        json!({ "jobTemplate": { "spec": { "template": flagged } } }),
        json!({ "template": { "spec": { "domain": { "hostProcess": true }, "volumes": { "a": 1 } } } }),
    ] {
        let mut gadget = object(CUSTOM, |_| {});
        gadget["spec"] = spec.clone();
        assert_eq!(verdict(&Value::Null, &gadget, &json!({ "allow": "nobody" })), Accept, "{spec}");
    }
}

/// A custom kind may nest its pod template in a `jobTemplate`, as a CronJob does.
#[test]
fn a_job_template_is_judged() {
    let mut custom = object("CronJob", |_| {});
    custom["apiVersion"] = "apps.kruise.io/v1beta1".into();
    custom["kind"] = "AdvancedCronJob".into();
    let response = send(&Value::Null, &custom, &json!({ "allow": "nobody" }), Value::Null);
    assert_eq!(verdict_of(&response), Deny);
    let message = response.message.expect("denied");
    assert!(message.contains("spec.jobTemplate.spec.template.spec.securityContext"), "{message}");
}

/// A Fleet's template is a GameServer, which has a pod template itself.
#[rstest]
#[case("ScaledJob", "spec.jobTargetRef.template.spec.")]
#[case("Fleet", "spec.template.spec.template.spec.")]
fn templates_in_other_places_are_judged(#[case] kind: &str, #[case] place: &str) {
    let custom = object(kind, |_| {});
    let message = send(&Value::Null, &custom, &json!({ "allow": "nobody" }), Value::Null).message.expect("denied");
    assert!(message.contains(place), "{message}");
}

/// Otherwise the nested template would be judged instead of the containers that run.
#[test]
fn a_template_inside_a_pod_spec_is_ignored() {
    let custom = object(CUSTOM, |spec| spec["template"] = json!({ "spec": {} }));
    assert_eq!(verdict(&Value::Null, &custom, &json!({ "allow": "nobody" })), Deny);
}

/// Readers differ in which of the two values they use.
#[test]
fn a_template_under_a_duplicate_key_is_denied() {
    let template = r#"{"spec": {"containers": [{"securityContext": {"windowsOptions": {"hostProcess": true}}}]}}"#;
    for object in [
        format!(r#"{{"spec": 1, "spec": {{"template": {template}}}}}"#),
        format!(r#"{{"spec": {{"template": 1, "template": {template}}}}}"#),
        format!(r#"{{"spec": {{"jobTemplate": {{"spec": [], "spec": {{"template": {template}}}}}}}}}"#),
    ] {
        let kind = r#"{"group": "example.com", "kind": "Task"}"#;
        let payload = format!(r#"{{"request": {{"kind": {kind}, "operation": "CREATE", "object": {object}}}}}"#);
        let answer = decide(payload.as_bytes(), &NoCluster).expect("an answer");
        let response: ValidationResponse = serde_json::from_slice(&answer).expect("a ValidationResponse");
        assert_eq!(response.code, Some(400), "{payload}");
    }
}
