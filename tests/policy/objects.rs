//! A HostProcess workload of every kind, and the policy's verdicts on requests with it.

use kubewarden_policy_sdk::response::ValidationResponse;
use serde_json::{Value, json};
use windows_hostprocess_policy::cluster::host::{Host, NoCluster};
use windows_hostprocess_policy::decide;

use self::Verdict::{Accept, Deny, Warn};

/// The verdict on a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Accepted without a warning.
    Accept,
    /// Accepted with a warning.
    Warn,
    Deny,
}

/// A kind, and the JSON pointer to its pod template.
#[derive(Clone, Copy)]
pub struct Kind {
    pub name: &'static str,
    api_version: &'static str,
    template: &'static str,
}

const fn kind(api_version: &'static str, name: &'static str, template: &'static str) -> Kind {
    Kind { name, api_version, template }
}

/// Every kind that is judged; custom kinds come last.
pub const KINDS: [Kind; 13] = [
    kind("v1", "Pod", ""),
    kind("v1", "PodTemplate", "/template"),
    kind("v1", "ReplicationController", "/spec/template"),
    kind("apps/v1", "Deployment", "/spec/template"),
    kind("apps/v1", "ReplicaSet", "/spec/template"),
    kind("apps/v1", "StatefulSet", "/spec/template"),
    kind("apps/v1", "DaemonSet", "/spec/template"),
    kind("apps/v1", "ControllerRevision", "/data/spec/template"),
    kind("batch/v1", "Job", "/spec/template"),
    kind("batch/v1", "CronJob", "/spec/jobTemplate/spec/template"),
    kind("argoproj.io/v1alpha1", "Rollout", "/spec/template"),
    kind("keda.sh/v1alpha1", "ScaledJob", "/spec/jobTargetRef/template"),
    kind("agones.dev/v1", "Fleet", "/spec/template/spec/template"),
];

/// Whether a kind is judged by its shape.
pub fn is_custom(name: &str) -> bool {
    ["Rollout", "ScaledJob", "Fleet"].contains(&name)
}

fn find(name: &str) -> Kind {
    KINDS.into_iter().find(|kind| kind.name == name).expect("a kind above")
}

/// An object of a kind; `change` edits the spec of its pod.
pub fn object(name: &str, change: impl FnOnce(&mut Value)) -> Value {
    let mut spec = json!({
        "hostNetwork": true,
        "nodeSelector": { "kubernetes.io/os": "windows" },
        "securityContext": { "windowsOptions": { "hostProcess": true, "runAsUserName": "NT AUTHORITY\\SYSTEM" } },
        "containers": [{ "name": "agent", "image": "registry.example/agent:1.0", "command": ["agent.exe"] }],
    });
    change(&mut spec);
    let kind = find(name);
    let mut object = json!({ "spec": spec });
    for key in kind.template.rsplit('/').filter(|key| !key.is_empty()) {
        object = json!({ key: object });
    }
    // The form in which controllers store a template.
    if name == "ControllerRevision" {
        template(&mut object, name)["$patch"] = "replace".into();
    }
    object["apiVersion"] = kind.api_version.into();
    object["kind"] = name.into();
    object["metadata"] = json!({ "name": "agent", "namespace": "kube-system" });
    object
}

/// The pod template of an object.
pub fn template<'o>(object: &'o mut Value, name: &str) -> &'o mut Value {
    object.pointer_mut(find(name).template).expect("a template")
}

/// A violation of `nt-authority-spelling`.
pub fn misspelt(spec: &mut Value) {
    spec["securityContext"]["windowsOptions"]["runAsUserName"] = "nt authority\\system".into();
}

/// A violation of `run-as-non-root`.
pub fn not_enforced(spec: &mut Value) {
    spec["securityContext"]["runAsNonRoot"] = true.into();
}

/// A change of arguments, which no rule reports.
pub fn with_arguments(spec: &mut Value) {
    spec["containers"][0]["args"] = json!(["--verbose"]);
}

/// A new toleration: the only change of a pod's scheduling that needs no grant.
pub fn tolerant(spec: &mut Value) {
    spec["tolerations"] = json!([{ "operator": "Exists" }]);
}

/// The response to a request as kube-apiserver sends it; `extra` is merged into the request.
pub fn send(old: &Value, new: &Value, settings: &Value, extra: Value) -> ValidationResponse {
    answer(&request(old, new, extra), settings, &NoCluster)
}

/// The response to the creation of an object in `cluster`.
pub fn send_to(cluster: &dyn Host, object: &Value, settings: &Value) -> ValidationResponse {
    answer(&request(&Value::Null, object, Value::Null), settings, cluster)
}

fn answer(request: &Value, settings: &Value, cluster: &dyn Host) -> ValidationResponse {
    let payload = json!({ "request": request, "settings": settings }).to_string();
    serde_json::from_slice(&decide(payload.as_bytes(), cluster).expect("an answer")).expect("a ValidationResponse")
}

fn request(old: &Value, new: &Value, extra: Value) -> Value {
    let object = if new.is_null() { old } else { new };
    let api_version = object["apiVersion"].as_str().unwrap_or("v1");
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    let operation = match (old, new) {
        (_, Value::Null) => "DELETE",
        (Value::Null, _) => "CREATE",
        _ => "UPDATE",
    };
    let mut request = json!({
        "uid": "705ab4f5-6393-11e8-b7cc-42010a800002",
        "kind": { "group": group, "version": version, "kind": object["kind"] },
        "name": "agent",
        "namespace": "kube-system",
        "operation": operation,
        "userInfo": { "username": "alice", "groups": ["system:authenticated"] },
        "object": new,
        "oldObject": old,
    });
    for (key, value) in extra.as_object().into_iter().flatten() {
        request[key] = value.clone();
    }
    request
}

pub fn verdict(old: &Value, new: &Value, settings: &Value) -> Verdict {
    verdict_of(&send(old, new, settings, Value::Null))
}

pub fn verdict_of(response: &ValidationResponse) -> Verdict {
    match (response.accepted, &response.warnings) {
        (false, _) => Deny,
        (true, Some(_)) => Warn,
        (true, None) => Accept,
    }
}
