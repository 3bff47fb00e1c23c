//! Updates that change where a workload runs, or when it starts or ends, but not what runs: they need no grant.

use rstest::rstest;
use serde_json::{Value, json};

use crate::objects::Verdict::{Accept, Deny, Warn};
use crate::objects::{KINDS, object, template, verdict};

fn nobody() -> Value {
    json!({ "allow": "nobody" })
}

/// A pod with a scheduling gate of Kueue.
fn gated() -> Value {
    object("Pod", |spec| spec["schedulingGates"] = json!([{ "name": "kueue.x-k8s.io/admission" }]))
}

/// Issue 24, item 5.
#[test]
fn removing_scheduling_gates_needs_no_grant() {
    let old = gated();
    for gates in [Value::Null, json!([])] {
        let mut new = old.clone();
        new["spec"]["schedulingGates"] = gates;
        assert_eq!(verdict(&old, &new, &nobody()), Warn);
        new["spec"]["containers"][0]["image"] = "elsewhere.example/agent".into();
        assert_eq!(verdict(&old, &new, &nobody()), Deny, "and another image");
    }
}

#[test]
fn changing_a_deadline_needs_no_grant() {
    for kind in KINDS.map(|kind| kind.name).into_iter().filter(|kind| *kind != "ControllerRevision") {
        let old = object(kind, |_| {});
        let mut new = old.clone();
        template(&mut new, kind)["spec"]["activeDeadlineSeconds"] = 600.into();
        assert_eq!(verdict(&old, &new, &nobody()), Warn, "{kind}");
        assert_eq!(verdict(&new, &old, &nobody()), Warn, "{kind}");
        template(&mut new, kind)["spec"]["terminationGracePeriodSeconds"] = 600.into();
        assert_eq!(verdict(&old, &new, &nobody()), Deny, "{kind}: and another field");
    }
}

fn job(suspend: Value) -> Value {
    let mut job = object("Job", |_| {});
    job["spec"]["suspend"] = suspend;
    job
}

fn selecting(object: &Value, kind: &str, selector: Value) -> Value {
    let mut object = object.clone();
    template(&mut object, kind)["spec"]["nodeSelector"] = selector;
    object
}

/// Kueue adds the labels of a flavour when it starts a Job, and removes them when it suspends the Job again.
#[test]
fn changing_the_node_selector_of_a_suspended_job_needs_no_grant() {
    let suspended = job(true.into());
    let pool = json!({ "kubernetes.io/os": "windows", "pool": "batch" });
    let mut started = selecting(&suspended, "Job", pool.clone());
    started["spec"]["suspend"] = false.into();
    template(&mut started, "Job")["spec"]["tolerations"] = json!([{ "operator": "Exists" }]);
    assert_eq!(verdict(&suspended, &started, &nobody()), Warn);
    let placed = selecting(&suspended, "Job", pool.clone());
    assert_eq!(verdict(&placed, &suspended, &nobody()), Warn, "taken back");
    let none = selecting(&suspended, "Job", Value::Null);
    assert_eq!(verdict(&none, &suspended, &nobody()), Warn, "the first labels");
    // The same for gated pods.
    let mut pod = selecting(&gated(), "Pod", pool);
    pod["spec"]["schedulingGates"] = json!([]);
    assert_eq!(verdict(&gated(), &pod, &nobody()), Warn);
}

/// The selected operating system decides what runs.
#[rstest]
#[case(Value::Null)]
#[case(json!({}))]
#[case(json!({ "pool": "batch" }))]
#[case(json!({ "kubernetes.io/os": "linux" }))]
#[case(json!({ "kubernetes.io/os": "linux", "pool": "batch" }))]
fn changing_the_operating_system_of_a_suspended_job_needs_a_grant(#[case] selector: Value) {
    let suspended = job(true.into());
    assert_eq!(verdict(&suspended, &selecting(&suspended, "Job", selector), &nobody()), Deny);
}

#[test]
fn changing_the_node_selector_of_other_workloads_needs_a_grant() {
    let pool = json!({ "kubernetes.io/os": "windows", "pool": "batch" });
    for old in [job(false.into()), job(Value::Null), job("true".into())] {
        let mut new = selecting(&old, "Job", pool.clone());
        assert_eq!(verdict(&old, &new, &nobody()), Deny);
        new["spec"]["suspend"] = true.into();
        assert_eq!(verdict(&old, &new, &nobody()), Deny, "only the old object shows whether it waited");
    }
    for kind in ["Deployment", "CronJob", "Rollout", "Pod"] {
        let mut old = object(kind, |_| {});
        old["spec"]["suspend"] = true.into();
        assert_eq!(verdict(&old, &selecting(&old, kind, pool.clone()), &nobody()), Deny, "{kind}");
    }
    let mut custom = job(true.into());
    custom["apiVersion"] = "batch.example/v1".into();
    assert_eq!(verdict(&custom, &selecting(&custom, "Job", pool), &nobody()), Deny, "a Job of another group");
}

/// Without a grant such an update warns; with one it is silent.
#[test]
fn a_granted_job_is_started_without_a_warning() {
    let suspended = job(true.into());
    let placed = selecting(&suspended, "Job", json!({ "kubernetes.io/os": "windows", "pool": "batch" }));
    assert_eq!(verdict(&suspended, &placed, &json!({ "allow": [{ "kinds": ["Job"] }] })), Accept);
}
