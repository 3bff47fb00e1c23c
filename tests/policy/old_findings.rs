//! UPDATE: which findings are old and therefore only warn, and how those warnings are worded.

use serde_json::{Value, json};

use crate::objects::Verdict::{Deny, Warn};
use crate::objects::{KINDS, misspelt, not_enforced, object, send, template, tolerant, verdict, verdict_of};

/// Edits the spec of a pod.
type Edit = fn(&mut Value);

/// Another program runs, so no finding of the old object counts.
#[test]
fn findings_of_another_container_or_image_are_new() {
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

/// A finding about the pod concerns all of its containers.
#[test]
fn a_finding_about_the_pod_is_old_while_its_containers_are_unchanged() {
    let old = object("Pod", |spec| {
        spec["nodeSelector"] = json!({ "kubernetes.io/os": "linux" });
        spec["initContainers"] = json!([{ "name": "setup", "image": "registry.example/setup:1.0" }]);
        spec["ephemeralContainers"] = json!([{ "name": "shell", "image": "registry.example/shell:1.0" }]);
    });
    let containers = ["containers", "initContainers", "ephemeralContainers"];
    for (key, value) in [("image", "registry.example/other:1.0"), ("name", "other")] {
        for list in containers {
            let mut new = old.clone();
            new["spec"][list][0][key] = value.into();
            assert_eq!(verdict(&old, &new, &json!({})), Deny, "{list} {key}");
        }
    }
    for list in containers {
        let mut new = old.clone();
        new["spec"][list][0]["args"] = json!(["--verbose"]);
        assert_eq!(verdict(&old, &new, &json!({})), Warn, "{list}");
        let mut fewer = old.clone();
        fewer["spec"][list] = json!([]);
        assert_eq!(verdict(&old, &fewer, &json!({})), Warn, "{list} removed");
    }
}

/// A finding belongs to a value and a container, not to an index.
#[test]
fn another_value_or_container_at_the_same_index_is_new() {
    let account = |name: &str| json!({ "windowsOptions": { "runAsUserName": name } });
    let old = object("DaemonSet", |spec| {
        let image = "registry.example/agent:1.0";
        spec["containers"] = json!([
            { "name": "agent", "image": image, "securityContext": account("SYSTEM") },
            { "name": "helper", "image": image, "securityContext": account("SYSTEM") },
        ]);
    });
    let mut other_value = old.clone();
    template(&mut other_value, "DaemonSet")["spec"]["containers"][0]["securityContext"] = account("LocalSystem");
    assert_eq!(verdict(&old, &other_value, &json!({})), Deny);
    let mut moved = old.clone();
    template(&mut moved, "DaemonSet")["spec"]["containers"].as_array_mut().expect("a list").remove(0);
    assert_eq!(verdict(&old, &moved, &json!({})), Deny);
    let mut last = old.clone();
    template(&mut last, "DaemonSet")["spec"]["containers"].as_array_mut().expect("a list").remove(1);
    assert_eq!(verdict(&old, &last, &json!({})), Warn);
}

/// A container whose own account is removed inherits the pod's, as a debug container does.
#[test]
fn findings_are_new_for_a_container_that_begins_to_inherit() {
    for (account, found) in [("Administrators", "is a privileged local group"), ("1000", "is a number")] {
        begins_to_inherit(account, found);
    }
}

fn begins_to_inherit(account: &str, found: &str) {
    let inheriting = |spec: &mut Value| {
        spec["securityContext"]["windowsOptions"]["runAsUserName"] = account.into();
        let containers = spec["containers"].as_array_mut().expect("a list");
        containers.push(json!({ "name": "helper", "image": "registry.example/agent:1.0" }));
    };
    let with_own_account = object("DaemonSet", |spec| {
        inheriting(spec);
        spec["containers"][1]["securityContext"] =
            json!({ "windowsOptions": { "runAsUserName": "NT AUTHORITY\\Local service" } });
    });
    let response = send(&with_own_account, &object("DaemonSet", inheriting), &json!({}), Value::Null);
    let message = response.message.expect("denied");
    let expected = format!("runAsUserName (container 'helper'): '{account}' {found}");
    assert!(message.contains(&expected), "{message}");
    // In the other direction fewer containers inherit.
    assert_eq!(verdict(&object("DaemonSet", inheriting), &with_own_account, &json!({})), Warn);
}

/// Findings are matched by rule and path in natural order: the second container sorts before the tenth.
#[test]
fn all_findings_of_an_old_object_are_old() {
    let violating = |spec: &mut Value| {
        misspelt(spec);
        not_enforced(spec);
        spec["hostNetwork"] = false.into();
        let container = |n| {
            json!({
                "name": format!("agent-{n}"), "image": "registry.example/agent:1.0",
                "securityContext": { "windowsOptions": { "runAsUserName": "SYSTEM" } },
                "volumeMounts": [{ "name": "c", "mountPath": "C:" }],
            })
        };
        spec["containers"] = (0..12).map(container).collect();
        spec["volumes"] = json!([{ "name": "c", "hostPath": { "path": "C:\\" } }]);
    };
    let old = object("DaemonSet", violating);
    let denied = send(&Value::Null, &old, &json!({}), Value::Null).audit_annotations.unwrap_or_default();
    let rules: Vec<&str> = denied["denied-rules"].split(',').collect();
    assert!(rules.len() >= 3, "{rules:?}");
    let mut new = old.clone();
    tolerant(&mut template(&mut new, "DaemonSet")["spec"]);
    let response = send(&old, &new, &json!({}), Value::Null);
    assert_eq!(verdict_of(&response), Warn, "{:?}", response.message);
    // Changing one value makes only its finding new.
    let containers = template(&mut new, "DaemonSet")["spec"]["containers"].as_array_mut().expect("a list");
    let last = containers.last_mut().expect("twelve");
    last["securityContext"]["windowsOptions"]["runAsUserName"] = "LocalSystem".into();
    let message = send(&old, &new, &json!({}), Value::Null).message.expect("denied");
    let lines: Vec<&str> = message.lines().filter(|line| line.starts_with("- ")).collect();
    assert!(matches!(lines[..], [line] if line.contains("containers[11].securityContext.windowsOptions")), "{message}");
}

/// Restarting an old workload is accepted, but its new pods are denied.
#[test]
fn the_warning_about_an_old_workload_says_that_new_pods_are_denied() {
    let warning = |old: &Value, new: &Value, settings: Value| {
        let response = send(old, new, &settings, Value::Null);
        assert!(response.accepted, "{:?}", response.message);
        response.warnings.unwrap_or_default().join("\n")
    };
    let old = object("Deployment", |_| {});
    let new = object("Deployment", tolerant);
    let without_grant = warning(&old, &new, json!({ "allow": [{ "namespaces": ["team"] }] }));
    let end = "(accepted because not new; new pods are denied without a grant) [not-allowed]";
    assert!(without_grant.ends_with(end), "{without_grant}");
    let (old, new) = (
        object("Deployment", not_enforced),
        object("Deployment", |spec| {
            not_enforced(spec);
            tolerant(spec);
        }),
    );
    let violating = warning(&old, &new, json!({}));
    let end = "(accepted because not new; new pods are denied) [run-as-non-root]";
    assert!(violating.ends_with(end), "{violating}");
    // The note is kept if another finding of the same rule comes first.
    let pipes = |spec: &mut Value| {
        let pipe = |name: &str| json!({ "name": name, "hostPath": { "path": "\\\\.\\pipe\\x" } });
        spec["volumes"] = json!([pipe("unused"), pipe("used")]);
        spec["containers"][0]["volumeMounts"] = json!([{ "name": "used", "mountPath": "C:\\pipe" }]);
    };
    let (old, new) = (
        object("Deployment", pipes),
        object("Deployment", |spec| {
            pipes(spec);
            tolerant(spec);
        }),
    );
    let of_two = warning(&old, &new, json!({}));
    assert!(
        of_two.ends_with("(accepted because not new; new pods are denied) (and 1 more) [named-pipe-mount]"),
        "{of_two}"
    );
    // A pod creates no pods.
    let (old, new) = (
        object("Pod", not_enforced),
        object("Pod", |spec| {
            not_enforced(spec);
            tolerant(spec);
        }),
    );
    assert!(warning(&old, &new, json!({})).ends_with("HostProcess containers [run-as-non-root]"));
}
