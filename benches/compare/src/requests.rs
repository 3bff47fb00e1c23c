//! The payloads for comparing guests, in the form in which policy-server sends them.

use serde_json::{Value, json};

/// A named payload.
pub struct Request {
    /// The name in the report.
    pub name: &'static str,
    /// `{"request": ..., "settings": ...}`.
    pub payload: Vec<u8>,
}

/// The name of the ordinary Linux Deployment among [`all`].
pub const ORDINARY: &str = "ordinary Linux Deployment";
/// The name of Microsoft's sample among [`all`].
pub const AKS_SAMPLE: &str = "AKS sample DaemonSet";

/// Every payload.
pub fn all() -> Vec<Request> {
    let none = || json!({});
    let large = || json!({ "metadata": { "name": "large", "annotations": { "blob": "x".repeat(1_500_000) } }, "spec": pod(1, 0) });
    vec![
        Request { name: AKS_SAMPLE, payload: payload("apps", "DaemonSet", aks_sample(), None, none()) },
        Request { name: ORDINARY, payload: payload("apps", "Deployment", deployment(), None, none()) },
        Request { name: "Pod, 20 containers, 20 volumes", payload: scaled(20, 20, 0) },
        Request {
            name: "UPDATE with old object",
            payload: payload("apps", "DaemonSet", aks_sample(), Some(aks_sample()), none()),
        },
        Request { name: "1.5 MB object", payload: payload("", "Pod", large(), None, none()) },
        Request {
            name: "AKS sample, 100 grants",
            payload: payload("apps", "DaemonSet", aks_sample(), None, grants(100)),
        },
    ]
}

/// A request with a HostProcess pod of this size and this many grants.
pub fn scaled(containers: usize, volumes: usize, grants_: usize) -> Vec<u8> {
    let object =
        json!({ "metadata": { "name": "scaled", "namespace": "kube-system" }, "spec": pod(containers, volumes) });
    payload("", "Pod", object, None, if grants_ == 0 { json!({}) } else { grants(grants_) })
}

/// A request with an object of a kind: `UPDATE` if there is an old object, else `CREATE`.
pub(crate) fn payload(
    group: &str,
    kind: &str,
    mut object: Value,
    old_object: Option<Value>,
    settings: Value,
) -> Vec<u8> {
    object["apiVersion"] = if group.is_empty() { json!("v1") } else { json!(format!("{group}/v1")) };
    object["kind"] = json!(kind);
    let resource = format!("{}s", kind.to_lowercase());
    let request = json!({
        "uid": "1299d386-525b-4032-98ae-1949f69f9cfc",
        "kind": { "group": group, "version": "v1", "kind": kind },
        "resource": { "group": group, "version": "v1", "resource": resource },
        "requestKind": { "group": group, "version": "v1", "kind": kind },
        "requestResource": { "group": group, "version": "v1", "resource": resource },
        "name": object["metadata"]["name"],
        "namespace": "kube-system",
        "operation": if old_object.is_some() { "UPDATE" } else { "CREATE" },
        "userInfo": { "username": "kubernetes-admin", "groups": ["system:masters", "system:authenticated"] },
        "object": object,
        "oldObject": old_object,
        "dryRun": false,
        "options": { "kind": "CreateOptions", "apiVersion": "meta.k8s.io/v1", "fieldManager": "kubectl-client-side-apply" },
    });
    serde_json::to_vec(&json!({ "request": request, "settings": settings })).expect("values serialise")
}

/// The sample from Microsoft's AKS documentation.
fn aks_sample() -> Value {
    json!({
        "metadata": { "name": "privileged-daemonset", "namespace": "kube-system", "labels": { "app": "privileged-daemonset" } },
        "spec": {
            "selector": { "matchLabels": { "app": "privileged-daemonset" } },
            "template": {
                "metadata": { "labels": { "app": "privileged-daemonset" } },
                "spec": {
                    "nodeSelector": { "kubernetes.io/os": "windows" },
                    "securityContext": { "windowsOptions": { "hostProcess": true, "runAsUserName": "NT AUTHORITY\\SYSTEM" } },
                    "hostNetwork": true,
                    "containers": [{
                        "name": "powershell",
                        "image": "mcr.microsoft.com/windows/nanoserver:ltsc2022",
                        "command": ["powershell.exe", "-Command", "Start-Sleep -Seconds 2147483"]
                    }],
                    "terminationGracePeriodSeconds": 0
                }
            }
        }
    })
}

/// A Deployment as kube-apiserver sends it, with defaults.
fn deployment() -> Value {
    json!({
        "metadata": {
            "name": "web", "namespace": "kube-system", "labels": { "app": "web" },
            "annotations": { "deployment.kubernetes.io/revision": "3" },
        },
        "spec": {
            "replicas": 3,
            "revisionHistoryLimit": 10,
            "progressDeadlineSeconds": 600,
            "selector": { "matchLabels": { "app": "web" } },
            "strategy": { "type": "RollingUpdate", "rollingUpdate": { "maxSurge": "25%", "maxUnavailable": "25%" } },
            "template": {
                "metadata": { "labels": { "app": "web" } },
                "spec": {
                    "containers": [{
                        "name": "web",
                        "image": "registry.example/shop/web:1.27.4",
                        "imagePullPolicy": "IfNotPresent",
                        "ports": [{ "name": "http", "containerPort": 8080, "protocol": "TCP" }],
                        "env": [{ "name": "LOG_LEVEL", "value": "info" }, { "name": "DATABASE", "valueFrom": { "secretKeyRef": { "name": "db", "key": "url" } } }],
                        "resources": { "limits": { "memory": "256Mi" }, "requests": { "cpu": "100m", "memory": "128Mi" } },
                        "readinessProbe": { "httpGet": { "path": "/healthz", "port": "http", "scheme": "HTTP" }, "periodSeconds": 10, "timeoutSeconds": 1 },
                        "securityContext": { "runAsNonRoot": true, "allowPrivilegeEscalation": false, "capabilities": { "drop": ["ALL"] } },
                        "terminationMessagePath": "/dev/termination-log",
                        "terminationMessagePolicy": "File",
                        "volumeMounts": [{ "name": "config", "mountPath": "/etc/web" }]
                    }],
                    "volumes": [{ "name": "config", "configMap": { "name": "web", "defaultMode": 420 } }],
                    "dnsPolicy": "ClusterFirst",
                    "restartPolicy": "Always",
                    "schedulerName": "default-scheduler",
                    "terminationGracePeriodSeconds": 30
                }
            }
        }
    })
}

/// The spec of a HostProcess pod.
pub(crate) fn pod(containers: usize, volumes: usize) -> Value {
    let volume = |n: usize| json!({ "name": format!("data-{n}"), "hostPath": { "path": format!("C:\\data\\{n}"), "type": "Directory" } });
    let container = |n: usize| {
        let mount = (n < volumes).then(|| json!({ "name": format!("data-{n}"), "mountPath": format!("C:\\mnt\\{n}") }));
        json!({
            "name": format!("agent-{n}"),
            "image": "mcr.microsoft.com/oss/kubernetes/windows-host-process-containers-base-image:v1.0.0",
            "command": ["agent.exe", "--config=%CONTAINER_SANDBOX_MOUNT_POINT%\\agent.yaml"],
            "volumeMounts": mount.into_iter().collect::<Vec<_>>(),
            "resources": { "limits": { "memory": "200Mi" } },
        })
    };
    json!({
        "nodeSelector": { "kubernetes.io/os": "windows" },
        "hostNetwork": true,
        "securityContext": { "windowsOptions": { "hostProcess": true, "runAsUserName": "NT AUTHORITY\\Local service" } },
        "containers": (0..containers).map(container).collect::<Vec<_>>(),
        "volumes": (0..volumes).map(volume).collect::<Vec<_>>(),
    })
}

/// Settings with grants, of which only the last one covers these requests.
pub(crate) fn grants(count: usize) -> Value {
    let grant =
        |n: usize| json!({ "namespaces": [format!("team-{n}-*")], "images": [format!("registry.example/team-{n}/*")] });
    let mut grants: Vec<Value> = (1..count).map(grant).collect();
    grants.push(json!({ "namespaces": ["kube-system"] }));
    json!({ "allow": grants })
}
