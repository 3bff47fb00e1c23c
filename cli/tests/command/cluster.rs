//! `check --cluster`, `scan` and `grants --cluster` against a fake API server.

use super::api_server::{ApiServer, kubeconfig};
use super::*;

fn node(name: &str, runtime: &str) -> Value {
    json!({"metadata": {"name": name, "labels": {"kubernetes.io/os": "windows"}}, "status": {"nodeInfo": {
        "kubeletVersion": "v1.33.12", "containerRuntimeVersion": runtime, "kernelVersion": "10.0.20348.825",
        "osImage": "Windows Server 2022 Datacenter", "architecture": "amd64"}}})
}

fn nodes(nodes: &[Value]) -> (&'static str, Value) {
    ("GET /api/v1/nodes", json!({"kind": "NodeList", "apiVersion": "v1", "metadata": {}, "items": nodes}))
}

const MANIFEST: &str = r"
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: agent, namespace: kube-system }
spec:
  template:
    spec:
      hostNetwork: true
      nodeSelector: { kubernetes.io/os: windows }
      securityContext: { windowsOptions: { hostProcess: true, runAsUserName: NT AUTHORITY\SYSTEM } }
      containers: [{ name: agent, image: registry.example/agent:1.0, command: [agent.exe] }]
";

/// Runs `hostprocess check --cluster` on a manifest, with a kubeconfig for the server.
fn check(test: &str, url: &str, manifest: &str, settings: &str) -> Output {
    let folder = folder(test);
    let kubeconfig = kubeconfig(&folder, url);
    let settings = write(&folder, "settings.yaml", settings);
    let manifest = write(&folder, "manifest.yaml", manifest);
    run(&kubeconfig, &["check", "--cluster", "--settings", &settings, &manifest])
}

/// Runs the command with a kubeconfig.
fn run(kubeconfig: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hostprocess"));
    command.args(arguments).env("KUBECONFIG", kubeconfig).env("NO_COLOR", "1").output().expect("runs")
}

#[test]
fn an_old_node_denies_and_nodes_are_listed_once() {
    let server =
        ApiServer::start(vec![nodes(&[node("new", "containerd://1.7.33-1"), node("old", "containerd://1.5.18")])]);
    let output = check("old-node", &server.url, &format!("{MANIFEST}---{MANIFEST}"), "{}");
    let text = shown(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert_eq!(text.matches("node 'old' runs 'containerd://1.5.18', but the minimum is 1.6").count(), 2, "{text}");
    let requests = server.requests();
    assert_eq!(requests.len(), 1, "{requests:?}");
    assert!(requests[0].contains("labelSelector=kubernetes.io%2Fos%3Dwindows"), "{requests:?}");
}

#[test]
fn healthy_nodes_are_accepted_and_a_runtime_class_is_looked_up() {
    let class = json!({"apiVersion": "node.k8s.io/v1", "kind": "RuntimeClass", "metadata": {"name": "isolated"},
        "handler": "runhcs-wcow-hypervisor"});
    let server = ApiServer::start(vec![
        nodes(&[node("new", "containerd://1.7.33-1")]),
        ("GET /apis/node.k8s.io/v1/runtimeclasses/isolated", class),
    ]);
    let output = check("healthy", &server.url, MANIFEST, "{}");
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
    let manifest = MANIFEST.replace("hostNetwork: true", "hostNetwork: true\n      runtimeClassName: isolated");
    let output = check("healthy", &server.url, &manifest, "{}");
    assert_eq!(output.status.code(), Some(1), "{}", shown(&output));
    assert!(shown(&output).contains("handler 'runhcs-wcow-hypervisor'"), "{}", shown(&output));
}

#[test]
fn an_error_of_the_cluster_is_a_warning_or_with_required_a_denial() {
    let server = ApiServer::start(Vec::new());
    let output = check("refused", &server.url, MANIFEST, "{}");
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
    assert!(shown(&output).contains("there is no GET /api/v1/nodes"), "{}", shown(&output));
    let output = check("refused", &server.url, MANIFEST, "nodes: { required: true }");
    assert_eq!(output.status.code(), Some(1), "{}", shown(&output));
}

#[test]
fn an_unreachable_cluster_is_a_warning() {
    // No other test or program uses this port: it is privileged, and its protocol is obsolete.
    let output = check("not-there", "http://127.0.0.1:1", MANIFEST, "{}");
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
    assert!(shown(&output).contains("onnection refused"), "{}", shown(&output));
}

#[test]
fn a_missing_kubeconfig_is_an_error() {
    let output = Command::new(env!("CARGO_BIN_EXE_hostprocess"))
        .args(["check", "--cluster", "-"])
        .env("KUBECONFIG", folder("no-kubeconfig").join("missing"))
        .output()
        .expect("runs");
    assert_eq!(output.status.code(), Some(2), "{}", shown(&output));
    assert!(shown(&output).contains("kubeconfig: "), "{}", shown(&output));
}

fn object(kind: &str, name: &str, owner: Option<&str>) -> Value {
    let template = json!({
        "hostNetwork": true,
        "nodeSelector": {"kubernetes.io/os": "windows"},
        "securityContext": {"runAsNonRoot": true,
            "windowsOptions": {"hostProcess": true, "runAsUserName": "NT AUTHORITY\\SYSTEM"}},
        "containers": [{"name": "agent", "image": "registry.example/agent:1.0", "command": ["agent.exe"],
            "volumeMounts": [{"name": "data", "mountPath": "/data"}]}],
        "volumes": [{"name": "data", "hostPath": {"path": "C:\\k"}}],
    });
    let spec = if kind == "Pod" { template } else { json!({"template": {"spec": template}}) };
    let owners = owner.map(|uid| json!([{"controller": true, "uid": uid, "kind": "Installation", "name": uid}]));
    json!({"metadata": {"name": name, "namespace": "ops", "uid": name, "ownerReferences": owners,
        "managedFields": [{"manager": "kubectl"}]}, "spec": spec})
}

fn list(items: &[Value], token: &str) -> Value {
    json!({"kind": "List", "apiVersion": "v1", "metadata": {"continue": token}, "items": items})
}

/// A cluster with a Deployment in two pages of the list, its ReplicaSet and pod, a pod of an operator, and forbidden
/// access to Jobs.
fn cluster() -> ApiServer {
    let forbidden = json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 403, "reason": "Forbidden",
        "message": "jobs.batch is forbidden: User \"jane\" cannot list resource \"jobs\""});
    let linux =
        json!({"metadata": {"name": "linux", "namespace": "ops", "uid": "linux"}, "spec": {"template": {"spec": {}}}});
    let empty = || list(&[], "");
    ApiServer::start(vec![
        nodes(&[node("new", "containerd://1.7.33-1")]),
        ("GET /apis/apps/v1/namespaces/ops/deployments?&limit=500", list(&[linux], "more")),
        (
            "GET /apis/apps/v1/namespaces/ops/deployments?&limit=500&continue=more",
            list(&[object("Deployment", "agent", None)], ""),
        ),
        ("GET /apis/apps/v1/namespaces/ops/replicasets", list(&[object("ReplicaSet", "agent-1", Some("agent"))], "")),
        ("GET /apis/apps/v1/namespaces/ops/daemonsets", empty()),
        ("GET /apis/apps/v1/namespaces/ops/statefulsets", empty()),
        ("GET /apis/batch/v1/namespaces/ops/cronjobs", empty()),
        ("GET /apis/batch/v1/namespaces/ops/jobs", forbidden),
        ("GET /api/v1/namespaces/ops/replicationcontrollers", empty()),
        ("GET /api/v1/namespaces/ops/podtemplates", empty()),
        (
            "GET /api/v1/namespaces/ops/pods",
            list(&[object("Pod", "agent-1-x", Some("agent-1")), object("Pod", "operated", Some("calico"))], ""),
        ),
    ])
}

/// A cluster with one ordinary Deployment, a HostProcess DaemonSet, and these pods.
fn cluster_with_pods(pods: &[Value]) -> ApiServer {
    let linux =
        json!({"metadata": {"name": "linux", "namespace": "ops", "uid": "linux"}, "spec": {"template": {"spec": {}}}});
    ApiServer::start(vec![
        ("GET /apis/apps/v1/namespaces/ops/deployments", list(&[linux], "")),
        ("GET /apis/apps/v1/namespaces/ops/replicasets", list(&[], "")),
        ("GET /apis/apps/v1/namespaces/ops/daemonsets", list(&[object("DaemonSet", "agent", None)], "")),
        ("GET /apis/apps/v1/namespaces/ops/statefulsets", list(&[], "")),
        ("GET /apis/batch/v1/namespaces/ops/cronjobs", list(&[], "")),
        ("GET /apis/batch/v1/namespaces/ops/jobs", list(&[], "")),
        ("GET /api/v1/namespaces/ops/replicationcontrollers", list(&[], "")),
        ("GET /api/v1/namespaces/ops/podtemplates", list(&[], "")),
        ("GET /api/v1/namespaces/ops/pods", list(pods, "")),
    ])
}

/// A pod of the DaemonSet, with one value of its spec replaced.
fn pod_of_agent(name: &str, pointer: &str, value: &str) -> Value {
    let mut pod = object("Pod", name, Some("agent"));
    *pod.pointer_mut(&format!("/spec/{pointer}")).expect("a field") = json!(value);
    pod
}

#[test]
fn a_pod_that_requires_more_than_its_owner_is_listed() {
    let account = "securityContext/windowsOptions/runAsUserName";
    let server = cluster_with_pods(&[
        object("Pod", "claims-itself", Some("claims-itself")),
        object("Pod", "claims-linux", Some("linux")),
        pod_of_agent("mirrored", "containers/0/image", "mirror.example/agent:1.0"),
        pod_of_agent("older", "volumes/0/hostPath/path", "C:\\old"),
        pod_of_agent("raised", account, "NT AUTHORITY\\Local service"),
        pod_of_agent("same", account, "NT AUTHORITY\\SYSTEM"),
        pod_of_agent("other-tag", "containers/0/image", "registry.example/agent:0.9"),
    ]);
    let output = run(&kubeconfig(&folder("owners"), &server.url), &["scan", "--list=json"]);
    let listed = objects(&output);
    let names: Vec<&str> = listed.iter().filter_map(|workload| workload["name"].as_str()).collect();
    assert_eq!(names, ["agent", "claims-itself", "claims-linux", "mirrored", "older", "raised"], "{}", shown(&output));
}

#[test]
fn scan_uses_the_configuration_of_the_current_folder() {
    let server = cluster_with_pods(&[]);
    let folder = folder("scan-configured");
    let kubeconfig = kubeconfig(&folder, &server.url);
    let configure = |text| write(&folder, ".hostprocess.yaml", text);
    let scan = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hostprocess"));
        command.args(["scan", "--rules", "not-allowed"]).args(arguments);
        command.env("KUBECONFIG", &kubeconfig).current_dir(&folder).output().expect("runs").status.code()
    };
    configure("# Nothing yet.\n");
    assert_eq!(scan(&[]), Some(0));
    configure("settings: {allow: nobody}\n");
    assert_eq!(scan(&[]), Some(1));
    assert_eq!(scan(&["--no-config"]), Some(0));
    configure("settings: {allow: nobody}\nfailOn: never\n");
    assert_eq!(scan(&[]), Some(0));
    assert_eq!(scan(&["--fail-on", "deny"]), Some(1));
}

#[test]
fn scan_reports_workloads_without_the_objects_they_created() {
    let server = cluster();
    let kubeconfig = kubeconfig(&folder("scan"), &server.url);
    assert_snapshot("scan", shown(&run(&kubeconfig, &["scan"])));
    assert_snapshot("scan_list", shown(&run(&kubeconfig, &["scan", "--list"])));
    assert_snapshot("scan_list_json", shown(&run(&kubeconfig, &["scan", "-n", "ops", "--list=json"])));
    assert_snapshot("grants_of_cluster", shown(&run(&kubeconfig, &["grants", "--cluster"])));
    let everywhere = run(&kubeconfig, &["scan", "-A"]);
    assert_eq!(everywhere.status.code(), Some(2), "nothing may be listed in all namespaces: {}", shown(&everywhere));
    assert!(server.requests().iter().any(|request| request.starts_with("GET /apis/apps/v1/daemonsets?")));
}

#[test]
fn scan_applies_baselines_and_configured_waivers() {
    let server = cluster_with_pods(&[object("Pod", "operated", Some("calico"))]);
    let folder = folder("scan-waived");
    let kubeconfig = kubeconfig(&folder, &server.url);
    let scan = |arguments: &[&str]| {
        let output = run(&kubeconfig, &[&["scan", "--rules", "run-as-non-root"], arguments].concat());
        let summary = String::from_utf8_lossy(&output.stdout).lines().last().map(str::to_owned);
        // Only notes about waivers and the configuration.
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(stderr.lines().all(|line| line.starts_with("note: ")), "{}", shown(&output));
        (output.status.code(), summary.expect("a summary"))
    };
    let result = |code: i32, summary: &str| (Some(code), summary.to_owned());
    assert_eq!(scan(&[]), result(1, "3 objects: 1 accepted, 0 with warnings, 2 denied"));
    let tolerated = result(0, "3 objects: 3 accepted, 0 with warnings, 0 denied; 2 findings waived");
    let baseline = folder.join("baseline.json").display().to_string();
    assert_eq!(scan(&["--write-baseline", &baseline]), tolerated);
    assert_eq!(scan(&["--baseline", &baseline]), tolerated);
    let waivers = "waivers: [{rules: [run-as-non-root], objects: ['Pod ops/*'], reason: an operator makes them}]\n";
    let configuration = write(&folder, "configuration.yaml", waivers);
    let waived = result(1, "3 objects: 2 accepted, 0 with warnings, 1 denied; 1 finding waived");
    assert_eq!(scan(&["--config", &configuration]), waived);
}
