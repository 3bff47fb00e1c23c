//! UPDATE: every change of every kind of object, and what of it is judged.

use kubewarden_policy_sdk::response::ValidationResponse;
use rstest::rstest;
use serde_json::{Value, json};

use crate::objects::Verdict::{self, Accept, Deny, Warn};
use crate::objects::{KINDS, misspelt, not_enforced, object, send, template, verdict, verdict_of};

/// Edits the spec of a pod.
type Edit = fn(&mut Value);
/// Edits an object of a kind.
type Change = fn(&mut Value, &str);

fn with_arguments(spec: &mut Value) {
    spec["containers"][0]["args"] = json!(["--verbose"]);
}

fn tolerant(spec: &mut Value) {
    spec["tolerations"] = json!([{ "operator": "Exists" }]);
}

/// Old and new object, each absent, clean, with one violation, with the same one and a change, or with another violation.
#[test]
fn every_change_of_every_kind() {
    for kind in KINDS.map(|kind| kind.name) {
        let states = [
            ("absent", Value::Null),
            ("clean", object(kind, |_| {})),
            ("violating", object(kind, misspelt)),
            (
                "violating and changed",
                object(kind, |spec| {
                    misspelt(spec);
                    with_arguments(spec);
                }),
            ),
            ("otherwise violating", object(kind, not_enforced)),
        ];
        // A row for each old state, a column for each new one.
        let expected = [
            [Accept, Accept, Deny, Deny, Deny],
            [Accept, Accept, Deny, Deny, Deny],
            [Accept, Accept, Accept, Warn, Deny],
            [Accept, Accept, Warn, Accept, Deny],
            [Accept, Accept, Deny, Deny, Accept],
        ];
        for ((old_state, old), row) in states.iter().zip(expected) {
            for ((new_state, new), expected) in states.iter().zip(row) {
                assert_eq!(verdict(old, new, &json!({})), expected, "{kind}: {old_state} -> {new_state}");
                // Without the ratchet only the new object counts, but an update that changes nothing stays silent.
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
        let not_granted = |spec: &mut Value| spec["containers"][0]["image"] = "elsewhere.example/agent:1.0".into();
        let states = [
            ("absent", Value::Null),
            ("ordinary", object(kind, |spec| spec["securityContext"]["windowsOptions"]["hostProcess"] = false.into())),
            ("granted", object(kind, |_| {})),
            ("not granted", object(kind, not_granted)),
            (
                "not granted on other nodes",
                object(kind, |spec| {
                    not_granted(spec);
                    tolerant(spec);
                }),
            ),
        ];
        // Nobody changes what a revision holds.
        let tolerations = if kind == "ControllerRevision" { Deny } else { Warn };
        let expected = [
            [Accept, Accept, Accept, Deny, Deny],
            [Accept, Accept, Accept, Deny, Deny],
            [Accept, Accept, Accept, Deny, Deny],
            [Accept, Accept, Accept, Accept, tolerations],
            [Accept, Accept, Accept, tolerations, Accept],
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
        let changes: [(&str, Verdict, Change); 8] = [
            ("annotation", Accept, |o, _| o["metadata"]["annotations"] = json!({ "example.com/owner": "team" })),
            ("label", Accept, |o, _| o["metadata"]["labels"] = json!({ "team": "a" })),
            ("finalizer", Accept, |o, _| o["metadata"]["finalizers"] = json!(["example.com/protect"])),
            ("owner", Accept, |o, _| {
                o["metadata"]["ownerReferences"] = json!([{ "kind": "ReplicaSet", "controller": true }]);
            }),
            ("scale", Accept, |o, _| o["spec"]["replicas"] = 3.into()),
            ("status", Accept, |o, _| o["status"] = json!({ "phase": "Running" })),
            ("toleration", Warn, |o, kind| tolerant(&mut template(o, kind)["spec"])),
            ("restart", Warn, |o, kind| {
                template(o, kind)["metadata"]["annotations"] = json!({ "kubectl.kubernetes.io/restartedAt": "now" });
            }),
        ];
        for (what, expected, change) in changes {
            let expected = match (kind, what) {
                // A pod has no replicas: in its spec, where the others have theirs, they would be a change of what runs.
                ("Pod", "scale") => continue,
                // Nothing restarts a pod that gets this annotation.
                ("Pod", "restart") => Accept,
                // Nobody changes what a revision holds.
                ("ControllerRevision", "toleration" | "restart") => Deny,
                _ => expected,
            };
            let mut new = old.clone();
            change(&mut new, kind);
            assert_eq!(verdict(&old, &new, &settings), expected, "{kind}: {what}");
        }
    }
}

/// Who updates an old object with a warning once it has been changed knows of it.
#[test]
fn updates_that_change_nothing_are_silent() {
    let old = object("Pod", |spec| spec["nodeSelector"] = json!({}));
    assert_eq!(verdict(&Value::Null, &old, &json!({})), Warn);
    let mut labelled = old.clone();
    labelled["metadata"]["labels"] = json!({ "team": "a" });
    for settings in [json!({}), json!({ "profile": "strict", "allow": [] }), json!({ "allow": [], "ratchet": false })] {
        assert_eq!(verdict(&old, &labelled, &settings), Accept, "{settings}");
        assert_eq!(verdict(&old, &old, &settings), Accept, "{settings}");
    }
    let created = send(&old, &labelled, &json!({ "allow": [] }), json!({ "operation": "CREATE" }));
    assert_eq!(verdict_of(&created), Deny, "what an old object says on CREATE means nothing");
    let (old, new) = (
        object("Pod", misspelt),
        object("Pod", |spec| {
            misspelt(spec);
            tolerant(spec);
        }),
    );
    let created = send(&old, &new, &json!({}), json!({ "operation": "CREATE" }));
    assert_eq!((verdict(&old, &new, &json!({})), verdict_of(&created)), (Warn, Deny));
    let bare = send(&old, &labelled, &json!({ "allow": [] }), json!({ "oldObject": null }));
    assert_eq!(verdict_of(&bare), Deny);
}

/// A field that no rule reads may still decide what runs: a grant is asked for anew.
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
fn a_change_that_no_rule_reads_needs_a_grant(#[case] changed: Value) {
    let settings = json!({ "allow": [] });
    let old = object("Deployment", |_| {});
    let mut new = old.clone();
    let spec = template(&mut new, "Deployment")["spec"].as_object_mut().expect("a spec");
    spec.extend(changed.as_object().expect("fields").clone());
    assert_eq!(verdict(&old, &old, &settings), Accept, "unchanged");
    assert_eq!(verdict(&old, &new, &settings), Deny);
}

/// A program can read the annotations of its pod, and containerd acts on some.
#[test]
fn the_annotations_of_a_template_need_a_grant() {
    let old = object("Deployment", |_| {});
    let mut new = old.clone();
    template(&mut new, "Deployment")["metadata"] =
        json!({ "annotations": { "example.com/script": "a", "kubectl.kubernetes.io/restartedAt": "now" } });
    assert_eq!(verdict(&old, &new, &json!({ "allow": [] })), Deny);
    assert_eq!(verdict(&new, &old, &json!({ "allow": [] })), Deny, "removed");
    assert_eq!(verdict(&old, &new, &json!({})), Accept);
}

/// Everything around a running pod annotates it. Only what the runtime acts on matters.
#[test]
fn annotations_of_a_running_pod() {
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

/// What a rule says of a new pod's annotations it says of those that a running pod gets.
#[test]
fn no_annotation_with_a_rule_is_overlooked_on_a_running_pod() {
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

/// A grant for bob must not turn into a workload of alice's because she is not granted what he is.
#[test]
fn a_stranger_does_not_make_the_finding_of_a_granted_owner_old() {
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
    // It does not matter who starts again what runs already, or who labels it.
    let mut restarted = old.clone();
    template(&mut restarted, "Deployment")["metadata"] =
        json!({ "annotations": { "kubectl.kubernetes.io/restartedAt": "now" } });
    assert_eq!((by("bob", &restarted), by("alice", &restarted)), (Accept, Warn));
    let mut labelled = old.clone();
    labelled["metadata"]["labels"] = json!({ "team": "a" });
    assert_eq!(by("alice", &labelled), Accept);
}

/// An old workload is restarted and not denied, but the pods that this makes are.
#[test]
fn the_warning_about_an_old_workload_says_what_happens_to_its_pods() {
    let warning = |old: &Value, new: &Value, settings: Value| {
        let response = send(old, new, &settings, Value::Null);
        assert!(response.accepted, "{:?}", response.message);
        response.warnings.unwrap_or_default().join("\n")
    };
    let old = object("Deployment", |_| {});
    let new = object("Deployment", tolerant);
    let without_grant = warning(&old, &new, json!({ "allow": [{ "namespaces": ["team"] }] }));
    let end = "(accepted as old, but new pods are denied without a grant) [not-allowed]";
    assert!(without_grant.ends_with(end), "{without_grant}");
    let (old, new) = (
        object("Deployment", not_enforced),
        object("Deployment", |spec| {
            not_enforced(spec);
            tolerant(spec);
        }),
    );
    let violating = warning(&old, &new, json!({}));
    let end = "(accepted as old, but new pods are denied) [run-as-non-root]";
    assert!(violating.ends_with(end), "{violating}");
    // Nor does it get lost among findings of the same rule that only warn.
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
    assert!(of_two.ends_with("(accepted as old, but new pods are denied) (and 1 more) [named-pipe-mount]"), "{of_two}");
    // A pod makes no pods.
    let (old, new) = (
        object("Pod", not_enforced),
        object("Pod", |spec| {
            not_enforced(spec);
            tolerant(spec);
        }),
    );
    assert!(warning(&old, &new, json!({})).ends_with("HostProcess containers [run-as-non-root]"));
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

/// The same for what concerns no container in particular.
#[test]
fn a_finding_about_the_pod_is_old_as_long_as_the_containers_are() {
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

/// A finding is about a value of a container, not about a place.
#[test]
fn another_value_or_container_at_the_same_place_is_new() {
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

/// Whatever their order: by rule first, then by path, the second container before the tenth.
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
    // Another value in one of them is new, and nothing else.
    let containers = template(&mut new, "DaemonSet")["spec"]["containers"].as_array_mut().expect("a list");
    let last = containers.last_mut().expect("twelve");
    last["securityContext"]["windowsOptions"]["runAsUserName"] = "LocalSystem".into();
    let message = send(&old, &new, &json!({}), Value::Null).message.expect("denied");
    let lines: Vec<&str> = message.lines().filter(|line| line.starts_with("- ")).collect();
    assert!(matches!(lines[..], [line] if line.contains("containers[11].securityContext.windowsOptions")), "{message}");
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
    let mut changed = pod.clone();
    with_arguments(&mut changed["spec"]);
    assert_eq!(verdict(&pod, &changed, &settings), Warn);
    // In a template the annotation says nothing about the object.
    for kind in KINDS.map(|kind| kind.name).into_iter().filter(|kind| *kind != "Pod") {
        let mut object = object(kind, misspelt);
        let annotated = json!({ "annotations": { "kubernetes.io/config.mirror": "5f3c1a" } });
        object["metadata"]["annotations"] = annotated["annotations"].clone();
        template(&mut object, kind)["metadata"] = annotated;
        assert_eq!(verdict(&Value::Null, &object, &settings), Deny, "{kind}");
        // Nor is any kind with that name a pod.
        if kind == "Rollout" {
            object["kind"] = "Pod".into();
            assert_eq!(verdict(&Value::Null, &object, &settings), Deny, "a Pod of another group");
        }
    }
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
    pod["metadata"]["ownerReferences"] =
        json!([{ "apiVersion": "apps/v1", "kind": "DaemonSet", "name": "agent", "controller": true }]);
    let kinds = json!({ "allow": [{ "kinds": ["DaemonSet"] }] });
    assert_eq!(verdict_of(&debug(&pod, shell(), &kinds)), Deny);
    let by_controller =
        json!({ "userInfo": { "username": "system:serviceaccount:kube-system:daemon-set-controller" } });
    assert_eq!(verdict_of(&send(&Value::Null, &pod, &kinds, by_controller)), Accept);
}

#[test]
fn a_debug_container_may_be_added_to_an_old_pod_that_is_denied_today() {
    let pipe = |spec: &mut Value| {
        spec["volumes"] = json!([{ "name": "pipe", "hostPath": { "path": "\\\\.\\pipe\\x" } }]);
        spec["containers"][0]["volumeMounts"] = json!([{ "name": "pipe", "mountPath": "C:\\pipe" }]);
        spec["containers"][0]["securityContext"] = json!({ "runAsNonRoot": true });
    };
    let old = object("Pod", pipe);
    assert_eq!(verdict(&Value::Null, &old, &json!({})), Deny);
    let response = debug(&old, shell(), &json!({}));
    assert!(response.accepted, "{:?}", response.message);
    // Its own account is another matter.
    let mut container = shell();
    container["securityContext"] = json!({ "windowsOptions": { "runAsUserName": "ContainerUser" } });
    let message = debug(&old, container, &json!({})).message.expect("denied");
    assert!(message.contains("[container-account]") && !message.contains("[run-as-non-root]"), "{message}");
}

/// It takes over what the pod says, so what is wrong with that is new for this container.
#[rstest]
#[case::privileged_group("privileged-local-group", json!({ "windowsOptions": { "hostProcess": true, "runAsUserName": "Administrators" } }))]
#[case::local_system("local-system", json!({ "windowsOptions": { "hostProcess": true, "runAsUserName": "NT AUTHORITY\\SYSTEM" } }))]
#[case::misspelt("nt-authority-spelling", json!({ "windowsOptions": { "hostProcess": true, "runAsUserName": "SYSTEM" } }))]
#[case::gmsa("gmsa", json!({ "windowsOptions": { "hostProcess": true, "runAsUserName": "NT AUTHORITY\\SYSTEM", "gmsaCredentialSpecName": "app" } }))]
#[case::non_root("run-as-non-root", json!({ "runAsNonRoot": true, "windowsOptions": { "hostProcess": true, "runAsUserName": "NT AUTHORITY\\SYSTEM" } }))]
fn a_debug_container_inherits(#[case] rule: &str, #[case] security_context: Value) {
    let settings = json!({ "rules": { rule: "deny" } });
    let old = object("Pod", |spec| spec["securityContext"] = security_context);
    let message = debug(&old, shell(), &settings).message.expect("denied");
    assert!(message.contains(&format!("[{rule}]")) && message.contains("(container 'shell')"), "{message}");
    // With values of its own it inherits nothing, except the credentials, which a container can only replace.
    let mut own = shell();
    own["securityContext"] = json!({
        "runAsNonRoot": false,
        "windowsOptions": { "runAsUserName": "NT AUTHORITY\\Local service" },
    });
    let response = debug(&old, own, &settings);
    let denied = response.audit_annotations.unwrap_or_default().remove("denied-rules");
    assert_eq!(denied, (rule == "gmsa").then(|| rule.to_owned()), "{:?}", response.message);
    // Once it is there it is old.
    let old = debugged(&old, shell());
    let mut new = old.clone();
    tolerant(&mut new["spec"]);
    assert_eq!(verdict(&old, &new, &settings), Warn);
}

/// The same hole without a debug container: an account of one's own that is dropped.
#[test]
fn a_container_that_begins_to_inherit() {
    let inheriting = |spec: &mut Value| {
        spec["securityContext"]["windowsOptions"]["runAsUserName"] = "Administrators".into();
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
    let expected = "runAsUserName (container 'helper'): 'Administrators' is a privileged local group";
    assert!(message.contains(expected), "{message}");
    // The other way round fewer containers are concerned.
    assert_eq!(verdict(&object("DaemonSet", inheriting), &with_own_account, &json!({})), Warn);
}

#[test]
fn a_debug_container_that_was_there_before_is_not_named_again() {
    let old = debugged(&object("Pod", |_| {}), shell());
    let mut new = old.clone();
    new["metadata"]["labels"] = json!({ "team": "a" });
    assert_eq!(verdict(&old, &new, &json!({})), Accept);
    // Nor beside a second one.
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
