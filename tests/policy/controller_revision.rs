//! ControllerRevisions, from which StatefulSets build pods and which `kubectl rollout undo` restores.

use kubewarden_policy_sdk::response::ValidationResponse;
use rstest::rstest;
use serde_json::{Value, json};
use windows_hostprocess_policy::validate;

use crate::objects::Verdict::{Accept, Deny};
use crate::objects::{object, send, template, verdict, verdict_of};

const KIND: &str = "ControllerRevision";

/// A revision with `data` as its data, verbatim: kube-apiserver does not normalise it.
fn revision(data: &str) -> String {
    let mut revision = object(KIND, |_| {});
    revision["data"] = "DATA".into();
    revision.to_string().replace("\"DATA\"", data)
}

fn create(data: &str, settings: &Value, user: &str) -> ValidationResponse {
    let request = json!({
        "kind": { "group": "apps", "version": "v1", "kind": KIND }, "operation": "CREATE",
        "name": "agent", "namespace": "kube-system", "userInfo": { "username": user }, "object": "OBJECT",
    });
    let payload = json!({ "request": request, "settings": settings }).to_string();
    let payload = payload.replace("\"OBJECT\"", &revision(data));
    serde_json::from_slice(&validate(payload.as_bytes()).expect("an answer")).expect("a ValidationResponse")
}

#[test]
fn the_template_in_a_revision_is_judged_at_its_path_in_data() {
    let response = send(&Value::Null, &object(KIND, |_| {}), &json!({ "allow": "nobody" }), Value::Null);
    let message = response.message.expect("denied");
    assert!(message.starts_with("ControllerRevision kube-system/agent is denied"), "{message}");
    assert!(message.contains("- data.spec.template.spec.securityContext.windowsOptions.hostProcess: "), "{message}");
    // The revision's annotations are copied from the StatefulSet; only the template's reach the pods.
    let mut annotated = object(KIND, |spec| spec["securityContext"] = json!({}));
    let inherit = json!({ "annotations": { "microsoft.com/hostprocess-inherit-user": "true" } });
    annotated["metadata"]["annotations"] = inherit["annotations"].clone();
    assert_eq!(verdict(&Value::Null, &annotated, &json!({})), Accept);
    template(&mut annotated, KIND)["metadata"] = inherit;
    assert_eq!(verdict(&Value::Null, &annotated, &json!({})), Deny);
}

/// The StatefulSet and DaemonSet controllers store templates that were judged with the owner. Any other requester needs a
/// grant, whatever owner the revision claims.
#[rstest]
#[case("StatefulSet", "statefulset-controller")]
#[case("DaemonSet", "daemon-set-controller")]
fn a_revision_counts_as_its_owner_only_if_the_controller_sends_it(#[case] owner: &str, #[case] controller: &str) {
    let settings = json!({ "allow": [{ "kinds": [owner], "requesters": { "users": ["bob"] } }] });
    let mut revision = object(KIND, |_| {});
    revision["metadata"]["ownerReferences"] =
        json!([{ "apiVersion": "apps/v1", "kind": owner, "name": "agent", "controller": true }]);
    let send = |revision: &Value, user: &str| {
        send(&Value::Null, revision, &settings, json!({ "userInfo": { "username": user } }))
    };
    let controller = format!("system:serviceaccount:kube-system:{controller}");
    assert_eq!(verdict_of(&send(&revision, &controller)), Accept);
    for user in [
        "alice",
        "system:serviceaccount:kube-system:job-controller",
        "system:serviceaccount:default:statefulset-controller",
    ] {
        let message = send(&revision, user).message.expect("denied");
        assert!(message.contains("kind 'ControllerRevision' is not in its kinds"), "{message}");
        assert!(message.contains(&format!("requester '{user}' is not in its requesters")), "{message}");
    }
    revision["metadata"]["ownerReferences"][0]["controller"] = false.into();
    assert_eq!(verdict_of(&send(&revision, &controller)), Deny);
}

/// The StatefulSet controller merges the revision into a HostProcess template, and its pods skip the requester check.
#[rstest]
#[case::an_image(r#"{"spec": {"template": {"spec": {"containers": [{"name": "agent", "command": ["other.exe"]}]}}}}"#)]
#[case::an_annotation(r#"{"spec": {"template": {"metadata": {"annotations": {"a": "b"}}}}}"#)]
#[case::a_claim(r#"{"spec": {"volumeClaimTemplates": [{"metadata": {"name": "script"}}]}}"#)]
#[case::a_claim_beside_a_template(r#"{"spec": {"template": {"$patch": "replace"}, "volumeClaimTemplates": [{}]}}"#)]
#[case::another_directive(r#"{"spec": {"template": {"$patch": "merge", "spec": {"hostNetwork": true}}}}"#)]
#[case::a_directive_above_the_template(r#"{"spec": {"$patch": "replace", "template": {"spec": {"containers": []}}}}"#)]
fn a_merged_revision_needs_a_grant_for_its_requester(#[case] data: &str) {
    let by_requester = json!({ "allow": [{ "namespaces": ["kube-*"], "requesters": { "users": ["bob"] } }] });
    let message = create(data, &by_requester, "alice").message.expect("denied");
    assert!(
        message.contains("- data.spec: is merged into a pod template that may be HostProcess, and no grant covers it"),
        "{message}"
    );
    assert!(message.contains("requester 'alice' is not in its requesters"), "{message}");
    assert_eq!(verdict_of(&create(data, &by_requester, "bob")), Accept);
    let rbac = json!({ "verb": "use", "group": "example.com", "resource": "hostprocesses", "subject": "requester" });
    assert_eq!(verdict_of(&create(data, &json!({ "rbac": rbac }), "alice")), Deny);
    // Without a grant that depends on the requester there is no check to bypass.
    for settings in [
        json!({}),
        json!({ "allow": "nobody" }),
        json!({ "allow": [{ "namespaces": ["kube-system"] }] }),
        json!({ "allow": [{ "namespaces": ["platform"], "requesters": { "users": ["bob"] } }] }),
    ] {
        assert_eq!(verdict_of(&create(data, &settings, "alice")), Accept, "{settings}");
    }
}

/// The StatefulSet controller decodes the patched object with Go's encoding/json, which matches field names
/// case-insensitively.
#[rstest]
#[case(r#"{"Spec": {"template": {}}}"#, "data.Spec")]
#[case(r#"{"spec": {"template": {}, "Template": {}}}"#, "data.spec.Template")]
#[case(r#"{"spec": {"VolumeClaimTemplates": []}}"#, "data.spec.VolumeClaimTemplates")]
#[case(r#"{"spec": {"template": {"$patch": "replace", "SPEC": {}}}}"#, "data.spec.template.SPEC")]
#[case(r#"{"spec": {"template": {"spec": {"SecurityContext": {}}}}}"#, "data.spec.template.spec.SecurityContext")]
#[case(
    r#"{"spec": {"template": {"spec": {"securityContext": {"WINDOWSoptions": {}}}}}}"#,
    "data.spec.template.spec.securityContext.WINDOWSoptions"
)]
#[case(
    r#"{"spec": {"template": {"spec": {"securityContext": {"windowsOptions": {"HOSTPROCESS": true}}}}}}"#,
    "data.spec.template.spec.securityContext.windowsOptions.HOSTPROCESS"
)]
#[case(
    r#"{"spec": {"template": {"spec": {"containers": [{"securityContext": {"windowsOptions": {"hoſtProceſſ": true}}}]}}}}"#,
    "data.spec.template.spec.containers[0].securityContext.windowsOptions.hoſtProceſſ"
)]
fn a_revision_with_a_field_name_in_another_case_is_denied(#[case] data: &str, #[case] path: &str) {
    let response = create(data, &json!({}), "alice");
    assert_eq!(response.code, Some(400), "{response:?}");
    let message = response.message.expect("denied");
    assert!(message.contains(&format!("request.object.{path}: ")), "{message}");
}

/// Every reader compares user-chosen keys, such as labels, exactly.
#[test]
fn keys_in_another_case_are_accepted_elsewhere() {
    let mut revision = object(KIND, |spec| spec["nodeSelector"]["Spec"] = "a".into());
    template(&mut revision, KIND)["metadata"] =
        json!({ "labels": { "Containers": "a" }, "annotations": { "HostProcess": "a" } });
    revision["metadata"]["labels"] = json!({ "Template": "a" });
    assert_eq!(verdict(&Value::Null, &revision, &json!({})), Accept);
    for kind in ["StatefulSet", "Rollout"] {
        let workload = object(kind, |spec| spec["HostUsers"] = false.into());
        assert_eq!(verdict(&Value::Null, &workload, &json!({})), Accept, "{kind}");
    }
}

/// Go reads the last one.
#[test]
fn a_revision_with_a_duplicate_field_is_denied() {
    for data in [
        r#"{"spec": {"template": {"spec": {"securityContext": {"windowsOptions": {"hostProcess": false, "hostProcess": true}}}}}}"#,
        r#"{"spec": {"template": {"$patch": "replace", "$patch": "merge"}}}"#,
        r#"{"spec": {"template": {}, "template": {}}}"#,
    ] {
        assert_eq!(create(data, &json!({}), "alice").code, Some(400), "{data}");
    }
}

/// Any controller may store its history in ControllerRevisions.
#[rstest]
#[case::nothing("{}")]
#[case::another_object(r#"{"kind": "VirtualMachineInstancetype", "spec": {"cpu": {"guest": 1}}}"#)]
#[case::another_template(r#"{"spec": {"leaderWorkerTemplate": {"size": 2}, "$patch": "replace"}}"#)]
#[case::a_virtual_machine(
    r#"{"spec": {"running": true, "template": {"spec": {"domain": {"cpu": 1}, "volumes": [{"name": 7}]}}}}"#
)]
#[case::a_string(r#""hostProcess""#)]
#[case::a_list(r#"["hostProcess"]"#)]
#[case::a_spec_that_is_a_string(r#"{"spec": "hostProcess"}"#)]
#[case::a_template_that_is_a_string(r#"{"spec": {"template": "hostProcess"}}"#)]
#[case::a_template_whose_spec_is_a_string(r#"{"spec": {"template": {"spec": "hostProcess", "metadata": 7}}}"#)]
fn the_history_of_other_controllers_is_left_alone(#[case] data: &str) {
    for settings in [json!({}), json!({ "allow": "nobody", "profile": "strict" })] {
        assert_eq!(verdict_of(&create(data, &settings, "system:serviceaccount:default:operator")), Accept);
    }
}
