//! UPDATE: the verdict on every kind of change for every kind of object.

use serde_json::{Value, json};

use crate::objects::Verdict::{self, Accept, Deny, Warn};
use crate::objects::{
    KINDS, misspelt, not_enforced, object, send, template, tolerant, verdict, verdict_of, with_arguments,
};

/// Edits an object of a kind.
type Change = fn(&mut Value, &str);

/// Old and new object: each absent, clean, with a violation, with the same violation and a change, or with another violation.
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
        // One row per old state, one column per new state.
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
                // Without the ratchet only the new object matters, but an update that changes nothing stays silent.
                let without = if expected == Warn { Deny } else { expected };
                let settings = json!({ "ratchet": false });
                assert_eq!(verdict(old, new, &settings), without, "{kind}: {old_state} -> {new_state}, no ratchet");
            }
        }
    }
}

/// The same for grants: a workload that no grant covers has no other violation.
#[test]
fn every_change_of_a_workload_without_a_grant() {
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
        // The template of a revision never changes legitimately.
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

/// Administrators and controllers can still manage old objects that would be denied today.
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
                // A pod has no replicas; in its spec the field would be a change of what runs.
                ("Pod", "scale") => continue,
                // The annotation does not restart a pod.
                ("Pod", "restart") => Accept,
                // The template of a revision never changes legitimately.
                ("ControllerRevision", "toleration" | "restart") => Deny,
                _ => expected,
            };
            let mut new = old.clone();
            change(&mut new, kind);
            assert_eq!(verdict(&old, &new, &settings), expected, "{kind}: {what}");
        }
    }
}

/// The warning was shown when the object was last changed.
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
    assert_eq!(verdict_of(&created), Deny, "the old object is ignored on CREATE");
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
fn an_object_that_is_being_deleted_is_accepted() {
    for kind in KINDS.map(|kind| kind.name) {
        let old = object(kind, misspelt);
        let mut new = old.clone();
        new["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z".into();
        assert_eq!(verdict(&old, &new, &json!({ "allow": [], "ratchet": false })), Accept, "{kind}");
        assert_eq!(verdict(&Value::Null, &new, &json!({})), Deny, "{kind}: created");
    }
}

#[test]
fn a_static_pod_is_reported_but_not_denied() {
    let mut pod = object("Pod", misspelt);
    pod["metadata"]["annotations"] = json!({ "kubernetes.io/config.mirror": "5f3c1a" });
    let settings = json!({ "allow": [] });
    assert_eq!(verdict(&Value::Null, &pod, &settings), Warn);
    let mut changed = pod.clone();
    with_arguments(&mut changed["spec"]);
    assert_eq!(verdict(&pod, &changed, &settings), Warn);
    // In a template the annotation does not make a mirror pod.
    for kind in KINDS.map(|kind| kind.name).into_iter().filter(|kind| *kind != "Pod") {
        let mut object = object(kind, misspelt);
        let annotated = json!({ "annotations": { "kubernetes.io/config.mirror": "5f3c1a" } });
        object["metadata"]["annotations"] = annotated["annotations"].clone();
        template(&mut object, kind)["metadata"] = annotated;
        assert_eq!(verdict(&Value::Null, &object, &settings), Deny, "{kind}");
        // A Pod of another API group is not a pod.
        if kind == "Rollout" {
            object["kind"] = "Pod".into();
            assert_eq!(verdict(&Value::Null, &object, &settings), Deny, "a Pod of another group");
        }
    }
}

/// Kubernetes' documentation recommends this form, which Kyverno's classic rule missed: it checks only containers.
#[test]
fn host_process_on_the_pod_alone_is_found() {
    for kind in KINDS.map(|kind| kind.name) {
        let object = object(kind, |spec| assert!(spec["containers"][0].get("securityContext").is_none()));
        let settings = json!({ "allow": [] });
        assert_eq!(verdict(&Value::Null, &object, &settings), Deny);
    }
}
