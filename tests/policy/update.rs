//! UPDATE: every change of every kind of object, and whether it is judged.

use serde_json::{Value, json};

use crate::objects::Verdict::{self, Accept, Deny, Warn};
use crate::objects::{
    KINDS, misspelt, not_enforced, object, send, template, tolerant, verdict, verdict_of, with_arguments,
};

/// Edits an object of a kind.
type Change = fn(&mut Value, &str);

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

/// Kyverno's classic rule looks only at containers: the way that Kubernetes' documentation recommends passed.
#[test]
fn host_process_on_the_pod_alone_is_found() {
    for kind in KINDS.map(|kind| kind.name) {
        let object = object(kind, |spec| assert!(spec["containers"][0].get("securityContext").is_none()));
        let settings = json!({ "allow": [] });
        assert_eq!(verdict(&Value::Null, &object, &settings), Deny);
    }
}
