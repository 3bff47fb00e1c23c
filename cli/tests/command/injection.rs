//! Text from manifests cannot control a terminal, or run commands in a pipeline that reads the output.

use super::*;

/// Commands of Azure Pipelines and GitHub Actions, and characters that control a terminal (U+001B, U+009B), change the
/// writing direction (U+202E) or are forbidden in XML (U+FFFE, U+FFFF).
const HOSTILE: [&str; 7] = [
    "##vso[task.setvariable variable=a]b",
    "##VSO[task.complete result=Succeeded]",
    "a ###[error]b",
    "::error::a",
    "\u{1b}[31m\u{9b}31m\u{85}",
    "\u{fffe}\u{ffff}\u{202e}\u{ad}",
    "a\n##vso[task.debug]b\n::error::c\r::error::d",
];

/// Each output of the command. `FILE` stands for a file or a folder.
const OUTPUTS: [&[&str]; 16] = [
    &["check", "FILE"],
    &["check", "FILE", "-o", "json"],
    &["check", "FILE", "-o", "json-v2"],
    &["check", "FILE", "-o", "sarif"],
    &["check", "FILE", "-o", "junit"],
    &["check", "FILE", "-o", "github"],
    &["check", "FILE", "-o", "azure-devops"],
    &["check", "FILE", "--profile", "strict", "-o", "sarif"],
    &["fix", "FILE"],
    &["fix", "FILE", "--unsafe"],
    &["plan", "FILE"],
    &["plan", "FILE", "-o", "json"],
    &["grants", "FILE"],
    &["grants", "FILE", "-o", "json"],
    &["grants", "FILE", "--digests"],
    &["config", "FILE"],
];

/// A quoted YAML string with escapes.
fn quoted(text: &str) -> String {
    let escaped = |c: char| if matches!(c, ' '..='~') { c.to_string() } else { format!("\\u{:04x}", u32::from(c)) };
    format!("\"{}\"", text.chars().map(escaped).collect::<String>())
}

/// A pod with findings that has the text in every possible place.
fn pod(hostile: &str) -> String {
    let quoted = quoted(hostile);
    let annotation = quoted.replacen('"', "\"microsoft.com/hostprocess-", 1);
    let visible: String =
        hostile.chars().filter(|c| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}')).collect();
    format!(
        "apiVersion: v1
kind: Pod
metadata:
  name: {quoted}
  annotations:
    {quoted}: {quoted}
    {annotation}: x # {visible}
    lines: |
      {visible}
spec: # {visible}
  # {visible}
  {quoted}: 1
  serviceAccountName: {quoted}
  nodeSelector:
    kubernetes.io/os: windows
  securityContext:
    windowsOptions:
      hostProcess: yes
      runAsUserName: {quoted}
  volumes:
  - name: {quoted}
    hostPath:
      path: {quoted}
  containers:
  - name: {quoted}
    image: {quoted}
    command: [{quoted}]
    volumeMounts:
    - name: {quoted}
      mountPath: {quoted}
"
    )
}

/// Asserts that neither a pipeline nor a terminal would run a command, except the commands of the format itself.
fn assert_harmless(arguments: &[&str], output: &Output) {
    let shown = shown(output);
    let format = arguments.last().copied().unwrap_or_default();
    for line in shown.split(['\n', '\r']) {
        let own = if format == "azure-devops" { line.strip_prefix("##vso[task.logissue ") } else { None };
        let line = own.unwrap_or(line).to_ascii_lowercase();
        let is_command = line.contains("##[") || line.contains("##vso[");
        let is_own =
            format == "github" && ["::error ", "::warning ", "::notice "].iter().any(|own| line.starts_with(own));
        assert!(!is_command && (is_own || !line.trim_start().starts_with("::")), "{arguments:?}: {line}");
    }
    let steers = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    let is_hidden = |c: char| steers(c) || matches!(c, '\u{202e}' | '\u{ad}' | '\u{fffe}' | '\u{ffff}');
    assert!(!shown.contains(is_hidden), "{arguments:?}: {shown:?}");
}

#[test]
fn injection_into_pipelines() {
    let folder = folder("injection");
    for hostile in HOSTILE {
        let texts = [
            pod(hostile),
            format!("apiVersion: v1\nkind: {}\nspec: {{hostProcess: [\n", quoted(hostile)),
            format!("apiVersion: v1\nkind: Pod\nspec: {}\n", quoted(hostile)),
            format!("{}# hostprocess: ignore[{hostile}] a\n", bad()),
        ];
        for (index, text) in texts.iter().enumerate() {
            write(&folder, "pod.yaml", text);
            for arguments in OUTPUTS {
                let arguments: Vec<&str> =
                    arguments.iter().map(|argument| if *argument == "FILE" { "pod.yaml" } else { argument }).collect();
                let output = hostprocess_in(&folder, &arguments);
                assert_harmless(&arguments, &output);
                assert!(index > 0 || !output.stdout.is_empty() || code(&output) == 2, "{arguments:?}");
                if arguments.last() == Some(&"junit") {
                    quick_junit::Report::deserialize_from_str(&String::from_utf8_lossy(&output.stdout)).expect("XML");
                }
            }
        }
    }
}

/// JSON contains the original names.
#[test]
fn escaping_keeps_the_values_of_json() {
    for hostile in HOSTILE {
        let output = hostprocess(&["check", "-", "-o", "json"], &pod(hostile));
        let objects = objects(&output);
        assert!(objects.len() == 1 && objects[0]["name"] == hostile, "{}", shown(&output));
    }
}

#[cfg(unix)]
#[test]
fn injection_by_file_names_and_the_configuration() {
    for (index, hostile) in HOSTILE.iter().filter(|hostile| !hostile.contains("\u{fffe}")).enumerate() {
        let folder = folder(&format!("injection-{index}"));
        let name = format!("{hostile}.yaml");
        write(&folder, &name, &pod(hostile));
        write(&folder, &format!("{hostile}/a.yaml"), "kind: [\n");
        for arguments in OUTPUTS {
            let arguments: Vec<&str> =
                arguments.iter().map(|argument| if *argument == "FILE" { "." } else { argument }).collect();
            assert_harmless(&arguments, &hostprocess_in(&folder, &arguments));
        }
        assert_harmless(&["fix"], &hostprocess_in(&folder, &["fix", "--write", &name]));
        write(&folder, ".hostprocess.yaml", &format!("{}: 1\nexclude: [{0}]\n", quoted(hostile)));
        assert_harmless(&["check"], &hostprocess_in(&folder, &["check", "."]));
        write(&folder, ".hostprocess.yaml", &format!("exclude: [\"x\\n{hostile}\"]\n"));
        assert_harmless(&["config"], &hostprocess_in(&folder, &["config"]));
        assert_harmless(&["explain"], &hostprocess_in(&folder, &["explain", hostile]));
    }
}

/// Errors quote arguments, which may be untrusted in scripts: the names of changed files, for example.
#[test]
fn injection_by_arguments() {
    for hostile in HOSTILE {
        let option = format!("--{hostile}");
        let glob = format!("./{hostile}");
        let format = format!("json{hostile}");
        for arguments in [
            &[hostile][..],
            &["help", hostile],
            &["check", hostile],
            &["check", &option],
            &["check", "-", "--profile", hostile],
            &["check", "-", "--output", &format],
            &["check", "-", "--rules", hostile],
            &["check", ".", "--exclude", &glob],
            &["check", "-", "--config", hostile],
            &["plan", "-", "--containerd", hostile],
            &["plan", "-", "--processors", hostile],
            &["explain", hostile],
            &["completions", hostile],
            &["man", hostile],
        ] {
            let output = hostprocess(arguments, "");
            assert_harmless(arguments, &output);
            assert!(code(&output) != 0 && !output.stderr.is_empty(), "{arguments:?}");
        }
    }
}

/// A module can print anything, and a request, settings and a recorded session may be untrusted.
#[test]
fn injection_by_inputs_of_run() {
    for (index, hostile) in HOSTILE.into_iter().enumerate() {
        let folder = folder(&format!("injection-run-{index}"));
        write(&folder, "logging.wat", inputs::LOGGING_MODULE);
        for (name, answer) in [
            (
                "denying.wat",
                json!({"valid": true, "accepted": false, "message": hostile, "warnings": [hostile],
                "audit_annotations": {hostile: hostile}}),
            ),
            ("refusing.wat", json!({"valid": false, "message": hostile})),
            ("failing.wat", json!({"valid": true, "accepted": hostile})),
        ] {
            write(&folder, name, &formats::module_that_answers(&answer));
        }
        let object = kubernetes_yaml::documents(&pod(hostile)).remove(0).expect("YAML").value;
        let kind = json!({"group": "", "version": "v1", "kind": "Pod"});
        let request = json!({"uid": hostile, "name": hostile, "kind": kind, "operation": "CREATE", "object": object});
        write(&folder, "request.json", &request.to_string());
        write(&folder, "pod.yaml", &pod(hostile));
        let replay = "--replay-host-capabilities-interactions";
        for arguments in [
            &["run", "denying.wat", "-r", "request.json"][..],
            &["run", "refusing.wat", "-r", "request.json"],
            &["run", "failing.wat", "-r", "request.json"],
            &["run", "logging.wat", "-r", "request.json"],
            &["run", "logging.wat", "-r", "pod.yaml"],
            &["run", "logging.wat", "-r", hostile],
            &["run", hostile, "-r", "request.json"],
            &["run", "logging.wat", "-r", "request.json", "--settings-json", hostile],
            &["run", "logging.wat", "-r", "request.json", "--settings-path", hostile],
            &["run", "logging.wat", "-r", "request.json", replay, "pod.yaml"],
            &["check", "pod.yaml", "--wasm", "denying.wat"],
            &["check", "pod.yaml", "--wasm", "failing.wat"],
            &["check", "pod.yaml", "--wasm", "logging.wat"],
        ] {
            let output = hostprocess_in(&folder, arguments);
            assert_harmless(arguments, &output);
            assert!(!output.stdout.is_empty() || !output.stderr.is_empty(), "{arguments:?}");
        }
        let output = hostprocess_in(&folder, &["run", "denying.wat", "-r", "request.json"]);
        let response: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!((&response["uid"], &response["status"]["message"]), (&json!(hostile), &json!(hostile)));
    }
}

/// A cluster with the text in its objects, their owners, its nodes and its errors.
#[cfg(feature = "cluster")]
fn hostile_cluster(hostile: &str) -> api_server::ApiServer {
    let mut pod = kubernetes_yaml::documents(&pod(hostile)).remove(0).expect("YAML").value;
    pod["metadata"]["namespace"] = json!(hostile);
    pod["metadata"]["uid"] = json!(hostile);
    pod["metadata"]["labels"] = json!({hostile: hostile, "app.kubernetes.io/managed-by": hostile});
    let mut owned = pod.clone();
    owned["metadata"]["ownerReferences"] =
        json!([{"controller": true, "apiVersion": "v1", "kind": hostile, "name": hostile, "uid": "x"}]);
    let list = |items: Value| json!({"kind": "List", "apiVersion": "v1", "metadata": {}, "items": items});
    let refused = json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 403, "reason": hostile,
        "message": hostile});
    let node = json!({"metadata": {"name": hostile, "labels": {"kubernetes.io/os": "windows"}}, "status": {"nodeInfo": {
        "kubeletVersion": hostile, "containerRuntimeVersion": hostile, "kernelVersion": hostile, "osImage": hostile}}});
    api_server::ApiServer::start(vec![
        ("GET /api/v1/nodes", list(json!([node]))),
        ("GET /api/v1/namespaces/ops/pods", list(json!([pod, owned]))),
        ("GET /apis/batch/v1/namespaces/ops/jobs", refused),
    ])
}

#[cfg(feature = "cluster")]
#[test]
fn injection_by_a_cluster() {
    for (index, hostile) in HOSTILE.into_iter().enumerate() {
        let folder = folder(&format!("injection-cluster-{index}"));
        let server = hostile_cluster(hostile);
        let kubeconfig = api_server::kubeconfig(&folder, &server.url);
        write(&folder, "pod.yaml", &pod(hostile));
        let run = |arguments: &[&str]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_hostprocess"));
            command.args(arguments).current_dir(&folder).env("KUBECONFIG", &kubeconfig).env("NO_COLOR", "1");
            command.output().expect("runs")
        };
        for arguments in [
            &["scan"][..],
            &["scan", "-o", "json"],
            &["scan", "-o", "json-v2"],
            &["scan", "-o", "sarif"],
            &["scan", "-o", "junit"],
            &["scan", "-o", "github"],
            &["scan", "-o", "azure-devops"],
            &["scan", "--list"],
            &["scan", "--list=json"],
            &["grants", "--cluster"],
            &["grants", "--cluster", "-o", "json"],
            &["check", "--cluster", "pod.yaml"],
        ] {
            let output = run(arguments);
            assert_harmless(arguments, &output);
            assert!(arguments[0] == "grants" || !output.stdout.is_empty(), "{arguments:?}: {}", shown(&output));
        }
        let objects = objects(&run(&["scan", "-o", "json"]));
        assert!(
            objects.len() == 2 && objects[0]["name"] == hostile && objects[0]["namespace"] == hostile,
            "{objects:?}"
        );
    }
}
