//! Grants: requesters, controllers, the audit scanner, and queries to the cluster.

mod audit_scanner;
mod cluster;
mod controllers;
mod grants;

use kubewarden_policy_sdk::response::ValidationResponse;
use serde_json::{Value, json};
use windows_hostprocess_policy::cluster::host::{Host, NoCluster};
use windows_hostprocess_policy::decide;

pub const POD: &str = "Pod";

pub const ALICE: &str = "alice";

pub const CONTROLLERS: &str = "system:serviceaccount:kube-system:";

/// A pod, or an object of another kind with that pod as its template.
pub fn object(kind: &str, owner: Option<&str>) -> Value {
    let spec = json!({
        "hostNetwork": true,
        "nodeSelector": { "kubernetes.io/os": "windows" },
        "securityContext": { "windowsOptions": { "hostProcess": true, "runAsUserName": "NT AUTHORITY\\Local service" } },
        "containers": [{
            "name": "agent",
            "image": "registry.example/agent:1.0",
            "command": ["agent.exe"],
            "volumeMounts": [{ "name": "logs", "mountPath": "C:\\logs" }],
        }],
        "volumes": [
            { "name": "logs", "hostPath": { "path": "C:\\k\\logs" } },
            { "name": "not mounted", "hostPath": { "path": "D:\\" } },
        ],
    });
    let mut object = match kind {
        POD => json!({ "spec": spec }),
        "CronJob" => json!({ "spec": { "jobTemplate": { "spec": { "template": { "spec": spec } } } } }),
        _ => json!({ "spec": { "template": { "spec": spec } } }),
    };
    object["apiVersion"] = api_version_of(kind).into();
    object["kind"] = kind.into();
    object["metadata"] = json!({ "name": "agent", "namespace": "team" });
    if let Some(owner) = owner {
        object["metadata"]["ownerReferences"] = json!([
            { "apiVersion": "v1", "kind": "Node", "name": "not the controller" },
            { "apiVersion": api_version_of(owner), "kind": owner, "name": "agent", "controller": true },
        ]);
    }
    object
}

fn api_version_of(kind: &str) -> &'static str {
    match kind {
        POD | "ReplicationController" => "v1",
        "Job" | "CronJob" => "batch/v1",
        "Rollout" => "argoproj.io/v1alpha1",
        _ => "apps/v1",
    }
}

pub fn ask(object: &Value, user: &str, settings: &Value, host: &dyn Host) -> ValidationResponse {
    let api_version = object["apiVersion"].as_str().expect("a string");
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    let request = json!({
        "kind": { "group": group, "version": version, "kind": object["kind"] },
        "namespace": "team",
        "operation": "CREATE",
        "userInfo": { "username": user, "groups": ["platform", "system:authenticated"] },
        "object": object,
    });
    let payload = json!({ "request": request, "settings": settings }).to_string();
    serde_json::from_slice(&decide(payload.as_bytes(), host).expect("an answer")).expect("a ValidationResponse")
}

/// The message of the denial; `None` if the object is accepted.
pub fn denial(object: &Value, user: &str, grant: Value) -> Option<String> {
    ask(object, user, &json!({ "allow": [grant] }), &NoCluster).message
}
