//! The limits of grants: image volumes, kinds of other API groups, and fields that no list restricts.

use kubewarden_policy_sdk::response::ValidationResponse;
use rstest::rstest;
use serde_json::{Value, json};

use crate::objects::{object, send, template};

/// The reason why a grant does not cover an object. Rules that deny mixed pods are off.
fn denial(object: &Value, grant: Value, extra: Value) -> Option<String> {
    let settings = json!({ "allow": [grant], "rules": { "all-containers": "off", "level-conflict": "off" } });
    send(&Value::Null, object, &settings, extra).message
}

/// A workload with a HostProcess container, an ordinary container, and an image volume that `mounted_by` mounts.
fn with_image_volume(kind: &str, reference: Value, mounted_by: &str) -> Value {
    object(kind, |spec| {
        spec["containers"] = json!([
            { "name": "agent", "image": "registry.example/agent:1.0" },
            { "name": "web", "image": "registry.example/web:1.0", "securityContext": { "windowsOptions": { "hostProcess": false } } },
        ]);
        spec["volumes"] = json!([{ "name": "tools", "image": { "reference": reference } }]);
        for container in spec["containers"].as_array_mut().expect("a list") {
            if container["name"] == mounted_by {
                container["volumeMounts"] = json!([{ "name": "tools", "mountPath": "C:\\tools" }]);
            }
        }
    })
}

/// Issue 24, item 4: the program may come from a mounted image.
#[test]
fn images_also_cover_image_volumes_that_a_host_process_container_mounts() {
    let grant = json!({ "images": ["registry.example/*"] });
    for kind in ["Pod", "DaemonSet", "Rollout"] {
        let denied = |reference: Value, mounted_by: &str| {
            denial(&with_image_volume(kind, reference, mounted_by), grant.clone(), Value::Null)
        };
        assert_eq!(denied("registry.example/tools:1".into(), "agent"), None, "{kind}");
        let message = denied("elsewhere.example/tools:1".into(), "agent").expect("denied");
        assert!(message.contains("but image 'elsewhere.example/tools:1' is not in its images"), "{message}");
        for missing in [Value::Null, "".into()] {
            let message = denied(missing, "agent").expect("denied");
            assert!(message.contains("the image is unknown, but must be in its images"), "{message}");
        }
        // Volumes of ordinary containers and unmounted volumes need no grant.
        assert_eq!(denied("elsewhere.example/tools:1".into(), "web"), None, "{kind}");
        assert_eq!(denied("elsewhere.example/tools:1".into(), "nobody"), None, "{kind}");
    }
}

/// A DaemonSet of another API group, which other users may be allowed to create.
fn daemon_set_of_group(api_version: &str) -> Value {
    let mut daemon_set = object("DaemonSet", |_| {});
    daemon_set["apiVersion"] = api_version.into();
    daemon_set
}

#[rstest]
#[case("apps/v1", "DaemonSet", true)]
#[case("apps/v1", "Daemon*", true)]
#[case("apps/v1", "DaemonSet.apps", true)]
#[case("apps/v1", "DaemonSet.apps.kruise.io", false)]
#[case("apps.kruise.io/v1alpha1", "DaemonSet", false)]
#[case("apps.kruise.io/v1alpha1", "Daemon*", false)]
#[case("apps.kruise.io/v1alpha1", "DaemonSet.apps", false)]
#[case("apps.kruise.io/v1alpha1", "DaemonSet.apps.kruise.io", true)]
#[case("apps.kruise.io/v1alpha1", "*.apps.kruise.io", true)]
#[case("apps.kruise.io/v1alpha1", "*", true)]
fn kinds_compare_group_and_kind(#[case] api_version: &str, #[case] pattern: &str, #[case] is_granted: bool) {
    let message = denial(&daemon_set_of_group(api_version), json!({ "kinds": [pattern] }), Value::Null);
    assert_eq!(message.is_none(), is_granted, "{message:?}");
    if let Some(message) = message {
        let name = if api_version == "apps/v1" { "DaemonSet" } else { "DaemonSet.apps.kruise.io" };
        assert!(message.contains(&format!("but kind '{name}' is not in its kinds ['{pattern}']")), "{message}");
    }
}

fn owned_by(api_version: Value) -> Value {
    let mut pod = object("Pod", |_| {});
    let mut owner = json!({ "kind": "DaemonSet", "name": "agent", "controller": true });
    owner["apiVersion"] = api_version;
    pod["metadata"]["ownerReferences"] = json!([owner]);
    pod
}

/// Audits trust owner references, so a tenant's DaemonSet of another group must not pass for a native one.
#[rstest]
#[case::native("apps/v1".into(), true)]
#[case::another_version("apps/v1beta2".into(), true)]
#[case::another_group("apps.kruise.io/v1alpha1".into(), false)]
#[case::no_group("v1".into(), false)]
#[case::nothing(Value::Null, false)]
fn the_api_group_of_an_owner_matters(#[case] api_version: Value, #[case] is_granted: bool) {
    let pod = owned_by(api_version);
    let grant = json!({ "kinds": ["DaemonSet"] });
    let audit = denial(&pod, grant.clone(), json!({ "userInfo": {} }));
    assert_eq!(audit.is_none(), is_granted, "{audit:?}");
    let controller = json!({ "userInfo": { "username": "system:serviceaccount:kube-system:daemon-set-controller" } });
    assert_eq!(denial(&pod, grant, controller).is_none(), is_granted);
}

/// `requesters` applies when the owner is created or updated. Owners that existed before the grant are not checked again;
/// `hostprocess scan` lists them.
#[test]
fn requesters_do_not_apply_to_pods_of_existing_owners() {
    let pod = owned_by("apps/v1".into());
    let grant = json!({ "requesters": { "users": ["bob"] } });
    let controller = json!({ "userInfo": { "username": "system:serviceaccount:kube-system:daemon-set-controller" } });
    assert_eq!(denial(&pod, grant.clone(), controller), None);
    let audit: ValidationResponse = send(&Value::Null, &pod, &json!({ "allow": [grant] }), json!({ "userInfo": {} }));
    let warnings = audit.warnings.unwrap_or_default().join("\n");
    assert!(warnings.contains("whether it is allowed depends on the requester"), "{warnings}");
}

/// No list limits commands or access to the host: the process sees the whole node.
#[test]
fn no_list_limits_commands() {
    let mut daemon_set = object("DaemonSet", |_| {});
    template(&mut daemon_set, "DaemonSet")["spec"]["containers"][0]["command"] =
        json!(["powershell.exe", "-Command", "Get-ChildItem C:\\"]);
    let grant = json!({
        "namespaces": ["kube-system"], "images": ["registry.example/*"], "hostPaths": ["none"], "kinds": ["DaemonSet"],
        "runAsUserNames": ["NT AUTHORITY\\SYSTEM"], "serviceAccounts": ["default"],
    });
    assert_eq!(denial(&daemon_set, grant, Value::Null), None);
}
