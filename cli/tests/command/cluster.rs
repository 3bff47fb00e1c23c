//! `check --cluster`, `scan` and `grants --cluster` against an API server made of recorded answers.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

/// Answers requests by method and path, and remembers them.
struct ApiServer {
    url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl ApiServer {
    fn start(answers: Vec<(&'static str, Value)>) -> ApiServer {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        let answers = Arc::new(answers);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (answers, seen) = (Arc::clone(&answers), Arc::clone(&seen));
                std::thread::spawn(move || serve(stream, &answers, &seen));
            }
        });
        ApiServer { url, requests }
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("no panic").clone()
    }
}

fn serve(stream: TcpStream, answers: &[(&str, Value)], seen: &Mutex<Vec<String>>) {
    let mut reader = BufReader::new(stream.try_clone().expect("a second handle"));
    let mut stream = stream;
    while let Some(request) = next_request(&mut reader) {
        let path = request.split('?').next().unwrap_or_default().to_owned();
        // An answer to the path with exactly this query wins.
        let answer = answers.iter().find(|(known, _)| *known == request);
        let answer = answer.or_else(|| answers.iter().find(|(known, _)| *known == path));
        seen.lock().expect("no panic").push(request);
        let (status, body) = match answer {
            Some((_, body)) if body["kind"] == "Status" => ("403 Forbidden", body.clone()),
            Some((_, body)) => ("200 OK", body.clone()),
            None => (
                "404 Not Found",
                json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 404,
                "reason": "NotFound", "message": format!("there is no {path}")}),
            ),
        };
        let body = body.to_string();
        let head =
            format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", body.len());
        if stream.write_all(format!("{head}{body}").as_bytes()).is_err() {
            return;
        }
    }
}

/// `GET /api/v1/nodes?...`, with the head and the body read.
fn next_request(reader: &mut impl BufRead) -> Option<String> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|length| *length > 0)?;
    let request = line.rsplit_once(' ')?.0.to_owned();
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        if let Some(value) = header.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        if header.trim().is_empty() {
            break;
        }
    }
    reader.read_exact(&mut vec![0; length]).ok()?;
    Some(request)
}

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

/// A folder of its own for each test.
fn folder(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// Runs `hostprocess check --cluster` on a manifest, with a kubeconfig for the server.
fn check(test: &str, url: &str, manifest: &str, settings: &str) -> Output {
    let folder = folder(test);
    let write = |name: &str, text: &str| {
        let file = folder.join(name);
        std::fs::write(&file, text).expect("written");
        file
    };
    let kubeconfig = kubeconfig(&folder, url);
    let settings = write("settings.yaml", settings);
    let manifest = write("manifest.yaml", manifest);
    run(&kubeconfig, &["check", "--cluster", "--settings", &path(&settings), &path(&manifest)])
}

fn path(path: &Path) -> String {
    path.display().to_string()
}

fn kubeconfig(folder: &Path, url: &str) -> PathBuf {
    let file = folder.join("kubeconfig");
    let context = json!({"cluster": "test", "user": "test", "namespace": "ops"});
    let config = json!({"apiVersion": "v1", "kind": "Config", "current-context": "test",
        "clusters": [{"name": "test", "cluster": {"server": url}}],
        "users": [{"name": "test", "user": {"token": "none"}}],
        "contexts": [{"name": "test", "context": context}]});
    std::fs::write(&file, config.to_string()).expect("written");
    file
}

fn run(kubeconfig: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hostprocess"));
    command.args(arguments).env("KUBECONFIG", kubeconfig).env("NO_COLOR", "1").output().expect("runs")
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn an_old_node_denies_and_the_nodes_are_listed_once_for_all_manifests() {
    let server =
        ApiServer::start(vec![nodes(&[node("new", "containerd://1.7.33-1"), node("old", "containerd://1.5.18")])]);
    let output = check("old-node", &server.url, &format!("{MANIFEST}---{MANIFEST}"), "{}");
    let text = text(&output);
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
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let manifest = MANIFEST.replace("hostNetwork: true", "hostNetwork: true\n      runtimeClassName: isolated");
    let output = check("healthy", &server.url, &manifest, "{}");
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    assert!(text(&output).contains("handler 'runhcs-wcow-hypervisor'"), "{}", text(&output));
}

#[test]
fn a_cluster_that_refuses_is_a_warning_and_with_required_a_denial() {
    let server = ApiServer::start(Vec::new());
    let output = check("refused", &server.url, MANIFEST, "{}");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert!(text(&output).contains("there is no GET /api/v1/nodes"), "{}", text(&output));
    let output = check("refused", &server.url, MANIFEST, "nodes: { required: true }");
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
}

#[test]
fn a_cluster_that_is_not_there_is_a_warning_that_says_so() {
    // A port that no other test or program is given: it is privileged, and its protocol is forgotten.
    let output = check("not-there", "http://127.0.0.1:1", MANIFEST, "{}");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert!(text(&output).contains("onnection refused"), "{}", text(&output));
}

#[test]
fn without_a_kubeconfig_nothing_is_checked() {
    let output = Command::new(env!("CARGO_BIN_EXE_hostprocess"))
        .args(["check", "--cluster", "-"])
        .env("KUBECONFIG", folder("no-kubeconfig").join("missing"))
        .output()
        .expect("runs");
    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    assert!(text(&output).contains("kubeconfig: "), "{}", text(&output));
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

/// A cluster with a Deployment in two pages of the list, its ReplicaSet and pod, a pod of an operator's, and Jobs that are forbidden.
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
fn a_pod_that_needs_more_than_its_owner_is_shown_beside_it() {
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
    let shown: Vec<Value> = serde_json::from_slice(&output.stdout).expect("JSON");
    let names: Vec<&str> = shown.iter().filter_map(|workload| workload["name"].as_str()).collect();
    assert_eq!(names, ["agent", "claims-itself", "claims-linux", "mirrored", "older", "raised"], "{}", text(&output));
}

fn assert_snapshot(name: &str, output: &Output) {
    let shown = format!(
        "{}--- standard error\n{}--- exit code {:?}\n",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
        output.status.code()
    );
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(name, shown);
    });
}

#[test]
fn scan_has_the_configuration_of_the_current_folder() {
    let server = cluster_with_pods(&[]);
    let folder = folder("scan-configured");
    let kubeconfig = kubeconfig(&folder, &server.url);
    let configure = |text| std::fs::write(folder.join(".hostprocess.yaml"), text).expect("written");
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
fn scan_reports_workloads_and_not_what_they_made() {
    let server = cluster();
    let kubeconfig = kubeconfig(&folder("scan"), &server.url);
    assert_snapshot("scan", &run(&kubeconfig, &["scan"]));
    assert_snapshot("scan_list", &run(&kubeconfig, &["scan", "--list"]));
    assert_snapshot("scan_list_json", &run(&kubeconfig, &["scan", "-n", "ops", "--list=json"]));
    assert_snapshot("grants_of_cluster", &run(&kubeconfig, &["grants", "--cluster"]));
    let everywhere = run(&kubeconfig, &["scan", "-A"]);
    assert_eq!(everywhere.status.code(), Some(2), "nothing may be listed in all namespaces: {}", text(&everywhere));
    assert!(server.requests().iter().any(|request| request.starts_with("GET /apis/apps/v1/daemonsets?")));
}

#[test]
fn scan_knows_baselines_and_the_waivers_of_a_configuration() {
    let server = cluster_with_pods(&[object("Pod", "operated", Some("calico"))]);
    let folder = folder("scan-waived");
    let kubeconfig = kubeconfig(&folder, &server.url);
    let scan = |arguments: &[&str]| {
        let output = run(&kubeconfig, &[&["scan", "--rules", "run-as-non-root"], arguments].concat());
        let summary = String::from_utf8_lossy(&output.stdout).lines().last().map(str::to_owned);
        // Only notes on what was waived, and by which configuration.
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(stderr.lines().all(|line| line.starts_with("note: ")), "{}", text(&output));
        (output.status.code(), summary.expect("a summary"))
    };
    let result = |code: i32, summary: &str| (Some(code), summary.to_owned());
    assert_eq!(scan(&[]), result(1, "3 objects: 1 accepted, 0 with warnings, 2 denied"));
    let tolerated = result(0, "3 objects: 3 accepted, 0 with warnings, 0 denied; 2 findings waived");
    let baseline = path(&folder.join("baseline.json"));
    assert_eq!(scan(&["--write-baseline", &baseline]), tolerated);
    assert_eq!(scan(&["--baseline", &baseline]), tolerated);
    let configuration = path(&folder.join("configuration.yaml"));
    let waivers = "waivers: [{rules: [run-as-non-root], objects: ['Pod ops/*'], reason: an operator makes them}]\n";
    std::fs::write(&configuration, waivers).expect("written");
    let waived = result(1, "3 objects: 2 accepted, 0 with warnings, 1 denied; 1 finding waived");
    assert_eq!(scan(&["--config", &configuration]), waived);
}
