//! The setting `mutate`: which fixes the policy applies, to which requests, and how it reports them.

use kubewarden_policy_sdk::response::ValidationResponse;
use serde_json::{Value, json};
use windows_hostprocess_policy::cluster::host::Host;

use crate::objects::{KINDS, object, send, send_to, template};

fn mutate(pod: &Value, settings: &Value) -> ValidationResponse {
    send(&Value::Null, pod, settings, Value::Null)
}

fn safe() -> Value {
    json!({ "mutate": "safe" })
}

/// A HostProcess pod with a few findings that `mutate` fixes.
fn fixable(kind: &str) -> Value {
    object(kind, |spec| {
        spec.as_object_mut().expect("a mapping").remove("hostNetwork");
        spec.as_object_mut().expect("a mapping").remove("nodeSelector");
        spec["hostUsers"] = false.into();
        spec["securityContext"]["windowsOptions"]["runAsUserName"] = "NT Authority\\System".into();
        spec["containers"][0]["ports"] = json!([{ "containerPort": 80, "hostPort": 81, "x-unknown": 7 }]);
    })
}

#[test]
fn every_listed_fix_is_applied_and_reported() {
    let mut expected = fixable("Pod");
    let spec = &mut expected["spec"];
    spec["hostNetwork"] = true.into();
    spec["nodeSelector"] = json!({ "kubernetes.io/os": "windows" });
    spec["securityContext"]["windowsOptions"]["runAsUserName"] = "NT AUTHORITY\\SYSTEM".into();
    // These two conflict with the host network, which the fixes add.
    spec.as_object_mut().expect("a mapping").remove("hostUsers");
    spec["containers"][0]["ports"][0].as_object_mut().expect("a mapping").remove("hostPort");

    let response = mutate(&fixable("Pod"), &safe());
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
fn only_rules_listed_in_mutate_are_fixed() {
    for settings in [json!({}), json!({ "mutate": [] }), json!({ "mutate": ["port-mismatch"] })] {
        let response = mutate(&fixable("Pod"), &settings);
        assert_eq!((response.accepted, response.mutated_object), (false, None), "{settings}");
    }
    // The account is not fixed but denied.
    let listed = json!({ "mutate": ["host-network", "windows-node", "host-users", "port-mismatch"] });
    let response = mutate(&fixable("Pod"), &listed);
    assert_eq!((response.accepted, response.mutated_object), (false, None));
    let message = response.message.expect("a message");
    assert!(message.contains("[nt-authority-spelling]") && !message.contains("[host-network]"), "{message}");
    assert_eq!(response.audit_annotations.expect("annotations").get("mutated-rules"), None);
}

#[test]
fn only_new_pods_with_a_requester_are_fixed() {
    for kind in KINDS.map(|kind| kind.name) {
        let response = mutate(&fixable(kind), &safe());
        assert_eq!(response.mutated_object.is_some(), kind == "Pod", "{kind}");
    }
    let pod = fixable("Pod");
    let update = send(&object("Pod", |_| {}), &pod, &safe(), Value::Null);
    let debug = send(&object("Pod", |_| {}), &pod, &safe(), json!({ "subResource": "ephemeralcontainers" }));
    // The audit scanner sends no requester.
    let audit = send(&Value::Null, &pod, &safe(), json!({ "userInfo": {} }));
    for response in [update, debug, audit] {
        assert_eq!((response.accepted, response.mutated_object), (false, None));
    }
}

#[test]
fn a_pod_without_findings_is_unchanged() {
    let response = mutate(&object("Pod", |_| {}), &safe());
    assert_eq!((response.accepted, response.mutated_object), (true, None));
}

#[test]
fn a_fixed_account_still_needs_a_grant() {
    let settings = json!({ "mutate": "safe", "allow": [{ "runAsUserNames": ["NT AUTHORITY\\Local service"] }] });
    let response = mutate(&fixable("Pod"), &settings);
    assert_eq!((response.accepted, response.mutated_object), (false, None));
    let message = response.message.expect("a message");
    assert!(message.contains(r"'NT AUTHORITY\SYSTEM'") && message.contains("[not-allowed]"), "{message}");
}

#[test]
fn ordinary_containers_do_not_get_the_host_network() {
    let mut pod = fixable("Pod");
    let container = &mut template(&mut pod, "Pod")["spec"]["containers"][0];
    container["securityContext"]["windowsOptions"]["hostProcess"] = false.into();
    let response = mutate(&pod, &safe());
    assert_eq!((response.accepted, response.mutated_object), (false, None));
}

/// Fields that no rule reads are returned unchanged, including large numbers.
#[test]
fn unknown_fields_are_preserved() {
    let mut pod = fixable("Pod");
    pod["spec"]["future"] =
        json!([{ "": null, "a.b/c": [1, -2, 18446744073709551615_u64, 0.5, true, "\u{1f600}\u{0}"] }]);
    let response = mutate(&pod, &safe());
    let mutated = response.mutated_object.unwrap_or_else(|| panic!("{:?}", response.message));
    assert_eq!(mutated["spec"]["future"], pod["spec"]["future"]);
}

/// On Linux the user ID keeps the process from running as root.
#[test]
fn the_user_id_of_a_pod_that_may_run_on_linux_is_kept() {
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
    assert_eq!(user_id(mutate(&pod(json!({})), &safe())), None);
}

/// A pod without selectors that lacks only the host network.
fn without_host_network(change: impl FnOnce(&mut Value)) -> Value {
    object("Pod", |spec| {
        spec["hostNetwork"] = false.into();
        spec["nodeSelector"] = Value::Null;
        change(spec);
    })
}

fn required_affinity(term: Value) -> Value {
    json!({ "nodeAffinity": { "requiredDuringSchedulingIgnoredDuringExecution": { "nodeSelectorTerms": [term] } } })
}

/// The affinity that the DaemonSet controller writes.
fn to_node(name: &str) -> Value {
    required_affinity(json!({ "matchFields": [{ "key": "metadata.name", "operator": "In", "values": [name] }] }))
}

/// Issue 24, item 2: a DaemonSet without a selector creates such pods for Linux nodes. kube-apiserver rejects them unfixed;
/// fixed, they would run as root on the network of a Linux host.
#[test]
fn a_pod_that_only_names_its_node_is_not_fixed() {
    let by_name: [fn(&mut Value); 3] = [
        |spec| spec["nodeName"] = "linux-1".into(),
        |spec| spec["affinity"] = to_node("linux-1"),
        |spec| {
            spec["nodeName"] = "linux-1".into();
            spec["affinity"] = to_node("linux-1");
        },
    ];
    let listed = json!({ "mutate": ["host-network", "run-as-uid", "windows-node", "linux-only-fields"] });
    for choose in by_name {
        for settings in [safe(), listed.clone()] {
            let pod = without_host_network(|spec| {
                spec["securityContext"]["runAsUser"] = 1000.into();
                choose(spec);
            });
            let response = mutate(&pod, &settings);
            assert_eq!((response.accepted, response.mutated_object), (false, None), "{pod}");
            let annotations = response.audit_annotations.expect("annotations");
            assert_eq!(annotations.get("mutated-rules"), None);
            assert!(annotations["denied-rules"].split(',').any(|rule| rule == "host-network"), "{annotations:?}");
        }
    }
}

/// Without `windows-node` in the list, no fix makes the pod select Windows.
#[test]
fn a_pod_that_selects_no_system_is_fixed_only_if_its_selector_is() {
    let pod = without_host_network(|_| {});
    let response = mutate(&pod, &json!({ "mutate": ["host-network", "run-as-uid"] }));
    assert_eq!((response.accepted, response.mutated_object), (false, None));
    let mutated = mutate(&pod, &safe()).mutated_object.expect("changed");
    assert_eq!(mutated["spec"]["nodeSelector"], json!({ "kubernetes.io/os": "windows" }));
    assert_eq!(mutated["spec"]["hostNetwork"], true);
}

#[test]
fn proof_in_the_pod_is_enough_for_every_fix() {
    let proofs: [fn(&mut Value); 5] = [
        |spec| spec["nodeSelector"] = json!({ "kubernetes.io/os": "windows" }),
        |spec| spec["nodeSelector"] = json!({ "node.kubernetes.io/windows-build": "10.0.20348" }),
        |spec| spec["os"] = json!({ "name": "windows" }),
        |spec| {
            let windows = json!({ "key": "kubernetes.io/os", "operator": "In", "values": ["windows"] });
            spec["affinity"] = required_affinity(json!({ "matchExpressions": [windows] }));
        },
        |spec| {
            spec["nodeSelector"] = json!({ "kubernetes.io/os": "windows" });
            spec["nodeName"] = "any".into();
        },
    ];
    for prove in proofs {
        let pod = without_host_network(|spec| {
            spec["securityContext"]["runAsUser"] = 1000.into();
            prove(spec);
        });
        let response = mutate(&pod, &json!({ "mutate": ["host-network", "run-as-uid", "linux-only-fields"] }));
        let mutated = response.mutated_object.unwrap_or_else(|| panic!("{:?}", response.message));
        assert_eq!(mutated["spec"]["hostNetwork"], true, "{pod}");
        assert_eq!(mutated["spec"]["securityContext"].get("runAsUser"), None, "{pod}");
    }
}

/// A selector that no node can match does not prove that the pod is for Windows.
#[test]
fn a_contradictory_selector_is_no_proof() {
    for selector in [
        json!({ "kubernetes.io/os": "linux", "node.kubernetes.io/windows-build": "x" }),
        json!({ "kubernetes.io/os": "linux", "beta.kubernetes.io/os": "Windows" }),
        json!({ "beta.kubernetes.io/os": "Windows" }),
        json!({ "kubernetes.io/os": "darwin" }),
    ] {
        let pod = without_host_network(|spec| spec["nodeSelector"] = selector.clone());
        let response = mutate(&pod, &safe());
        assert_eq!((response.accepted, response.mutated_object), (false, None), "{selector}");
    }
    // This value is misspelt; its fix makes it select Windows.
    let slip = without_host_network(|spec| spec["nodeSelector"] = json!({ "kubernetes.io/os": "Windows" }));
    let mutated = mutate(&slip, &safe()).mutated_object.expect("changed");
    assert_eq!(mutated["spec"]["nodeSelector"], json!({ "kubernetes.io/os": "windows" }));
}

/// A cluster with one Windows node, `win-1`.
struct OneWindowsNode;

impl Host for OneWindowsNode {
    fn call(&self, _: &str, _: &[u8]) -> Result<Vec<u8>, String> {
        let node = json!({
            "metadata": { "name": "win-1", "labels": { "kubernetes.io/os": "windows" } },
            "status": { "nodeInfo": { "kubeletVersion": "v1.33.1", "containerRuntimeVersion": "containerd://2.1.0" } },
        });
        Ok(json!({ "items": [node] }).to_string().into_bytes())
    }
}

#[test]
fn a_windows_node_in_the_cluster_is_proof() {
    let settings = |check: bool| json!({ "mutate": "safe", "nodes": { "check": check } });
    let mutated = |pod: &Value, settings: Value| send_to(&OneWindowsNode, pod, &settings).mutated_object.is_some();
    for named in [(|node| without_host_network(|spec| spec["nodeName"] = node.into())) as fn(&str) -> Value, |node| {
        without_host_network(|spec| spec["affinity"] = to_node(node))
    }] {
        assert!(mutated(&named("win-1"), settings(true)));
        assert!(!mutated(&named("win-1"), settings(false)), "the cluster is not queried");
        assert!(!mutated(&named("linux-1"), settings(true)));
        assert!(!mutated(&named("win-10"), settings(true)));
    }
    let bound_elsewhere = without_host_network(|spec| {
        spec["nodeName"] = "linux-1".into();
        spec["affinity"] = to_node("win-1");
    });
    assert!(!mutated(&bound_elsewhere, settings(true)), "nodeName decides");
    let either = without_host_network(|spec| {
        let mut affinity = to_node("win-1");
        let terms =
            &mut affinity["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"];
        let other =
            to_node("linux-1")["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
                [0]
            .take();
        terms.as_array_mut().expect("a list").push(other);
        spec["affinity"] = affinity;
    });
    assert!(!mutated(&either, settings(true)), "one of two nodes");
}

/// The kubelet runs the pod from its file, whatever the API object contains.
#[test]
fn a_mirror_pod_is_never_fixed() {
    let mut pod = fixable("Pod");
    pod["metadata"]["annotations"] = json!({ "kubernetes.io/config.mirror": "5f3c1a" });
    let response = mutate(&pod, &safe());
    assert_eq!((response.accepted, response.mutated_object), (true, None));
    assert_eq!(response.audit_annotations.and_then(|mut annotations| annotations.remove("mutated-rules")), None);
}

/// A fixed pod is judged again, up to three times in all, which a large pod would make too slow.
#[test]
fn a_very_large_pod_is_not_fixed() {
    for (bytes, is_changed) in [(450_000, true), (500_000, false)] {
        let mut pod = fixable("Pod");
        pod["metadata"]["annotations"] = json!({ "note": "x".repeat(bytes) });
        let response = mutate(&pod, &safe());
        assert_eq!((response.accepted, response.mutated_object.is_some()), (is_changed, is_changed), "{bytes}");
    }
}
