//! The built module in Wasmtime, the runtime of policy-server: it responds to every input, exactly as the native code does.

#![recursion_limit = "512"]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use hostprocess::engine::Engine;
use hostprocess::engine::capabilities::{self, Capabilities};
use hostprocess::engine::module::Module;
use hostprocess::engine::replay;
use hostprocess::output::text;
use hostprocess_linter::report::{ObjectReport, Run};
use hostprocess_linter::{Creation, File, Linter, Report, Settings};
use serde_json::{Value, json};
use windows_hostprocess_policy::cluster::host::NoCluster;
use windows_hostprocess_policy::finding::severity::Severity;
use windows_hostprocess_policy::rules::registry;
use windows_hostprocess_policy::{decide, validate};

/// The module without the limit of two seconds, which a busy machine would exceed; `benches/compare/tests/budgets.rs` counts
/// instructions instead.
fn module() -> &'static Module {
    static MODULE: OnceLock<Module> = OnceLock::new();
    MODULE.get_or_init(|| {
        let default = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../policy.wasm"));
        let path = std::env::var_os("POLICY_WASM").map_or(default, PathBuf::from);
        let module = Module::load(&path).unwrap_or_else(|error| panic!("{error}: run `make policy.wasm` first"));
        module.with_max_time(Duration::from_secs(3600))
    })
}

/// The module's response, which must equal the native one.
fn answer(payload: &[u8], what: &str) -> Value {
    let nobody: Capabilities = Arc::new(|_, _, _| Err("no cluster is available".to_owned()));
    let response = module().call("validate", payload, &nobody);
    let response = response.unwrap_or_else(|error| panic!("{what}: the module gave no answer: {error}"));
    let response: Value = serde_json::from_slice(&response).unwrap_or_else(|error| panic!("{what}: {error}"));
    let native = validate(payload).unwrap_or_else(|error| panic!("{what}: {error}"));
    let native: Value = serde_json::from_slice(&native).expect("a response");
    assert_eq!(response, native, "{what}");
    response
}

fn answer_to(payload: &Value, what: &str) -> Value {
    answer(&serde_json::to_vec(payload).expect("serialisable"), what)
}

/// A pod with a value in every field that rules read.
fn full_pod() -> Value {
    let handler = json!({ "exec": { "command": ["powershell.exe", "-c", "exit 0"] } });
    let container = |name: &str| {
        json!({
            "name": name, "image": "registry.example/agent:1.2", "command": ["agent.exe"], "args": ["--v=5"],
            "workingDir": "$env:CONTAINER_SANDBOX_MOUNT_POINT/agent", "env": [{ "name": "A", "value": "b" }],
            "ports": [{ "name": "http", "containerPort": 80, "hostPort": 80 }],
            "volumeMounts": [{ "name": "v", "mountPath": "/v", "subPath": "s", "readOnly": false,
                "recursiveReadOnly": "Disabled", "mountPropagation": "None" }],
            "volumeDevices": [], "resources": { "limits": { "cpu": "1", "memory": "100Mi" } },
            "securityContext": { "windowsOptions": { "hostProcess": true, "runAsUserName": "NT AUTHORITY\\SYSTEM",
                "gmsaCredentialSpecName": null, "gmsaCredentialSpec": null }, "runAsNonRoot": false, "runAsUser": null,
                "privileged": false, "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": false,
                "capabilities": { "drop": ["ALL"] }, "procMount": "Default" },
            "livenessProbe": handler, "readinessProbe": handler, "startupProbe": handler,
            "lifecycle": { "postStart": handler, "preStop": handler }, "terminationMessagePath": "/dev/termination-log",
        })
    };
    json!({
        "request": {
            "kind": { "group": "", "version": "v1", "kind": "Pod" },
            "name": "full", "namespace": "default", "operation": "CREATE", "subResource": "",
            "userInfo": { "username": "someone", "groups": ["a"] },
            "object": {
                "metadata": { "name": "full", "generateName": "f-", "namespace": "default", "annotations": { "a": "b" } },
                "spec": {
                    "containers": [container("c")], "initContainers": [container("i")], "ephemeralContainers": [container("e")],
                    "securityContext": { "windowsOptions": { "hostProcess": true, "runAsUserName": "NT AUTHORITY\\SYSTEM" },
                        "runAsNonRoot": false, "fsGroup": 1, "sysctls": [], "supplementalGroups": [1] },
                    "hostNetwork": true, "hostPID": false, "hostIPC": false, "shareProcessNamespace": false, "hostUsers": true,
                    "os": { "name": "windows" }, "nodeSelector": { "kubernetes.io/os": "windows" },
                    "affinity": { "nodeAffinity": { "requiredDuringSchedulingIgnoredDuringExecution": { "nodeSelectorTerms": [
                        { "matchExpressions": [{ "key": "kubernetes.io/os", "operator": "In", "values": ["windows"] }],
                          "matchFields": [{ "key": "metadata.name", "operator": "In", "values": ["n"] }] }] } } },
                    "nodeName": "n", "runtimeClassName": "windows", "serviceAccountName": "sa", "serviceAccount": "sa",
                    "automountServiceAccountToken": true, "dnsPolicy": "ClusterFirst", "hostAliases": [], "hostname": "full",
                    "subdomain": "s", "setHostnameAsFQDN": false, "resources": { "limits": { "memory": "1Gi" } },
                    "volumes": [{ "name": "v", "hostPath": { "path": "C:\\v", "type": "Directory" } },
                        { "name": "e", "emptyDir": { "medium": "" } }, { "name": "p", "projected": { "sources": [] } }],
                    "terminationGracePeriodSeconds": 30
                }
            }
        },
        // So that the fixes of the module and the native code are compared, too.
        "settings": { "mutate": "safe" }
    })
}

/// Collects the JSON pointers of a value and all nested values.
fn pointers(value: &Value, pointer: &str, all: &mut Vec<String>) {
    all.push(pointer.to_owned());
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                pointers(member, &format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1")), all);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                pointers(item, &format!("{pointer}/{index}"), all);
            }
        }
        _ => {}
    }
}

#[test]
fn every_fixture_gets_the_native_answer() {
    for fixture in fixtures::fixtures() {
        let what = format!("{}/{}", fixture.rule, fixture.name);
        match &fixture.session {
            None => drop(answer_to(&fixture.payload, &what)),
            Some(session) => assert_same_answer_with_cluster(&fixture.payload, session, &what),
        }
    }
}

#[test]
fn every_fixture_gets_the_same_fixes_as_from_the_native_code() {
    let mut changed = 0;
    for mut fixture in fixtures::fixtures().into_iter().filter(|fixture| fixture.session.is_none()) {
        fixture.payload["settings"]["mutate"] = "safe".into();
        let response = answer_to(&fixture.payload, &format!("{}/{}", fixture.rule, fixture.name));
        changed += usize::from(!response["mutated_object"].is_null());
    }
    assert!(changed > 0, "no fixture is fixed");
}

/// Checks that both send the same queries to a recorded cluster and give the same response.
fn assert_same_answer_with_cluster(payload: &Value, session: &Path, what: &str) {
    let payload = serde_json::to_vec(payload).expect("serialisable");
    let recorded = Arc::new(fixtures::session::recorded(session));
    let capabilities = replay::capabilities(Some(Arc::clone(&recorded)), true);
    let response = module().call("validate", &payload, &capabilities).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert_eq!(recorded.left_over(), 0, "{what}: recorded but not requested");
    let native = decide(&payload, &fixtures::session::Session::load(session)).expect("an answer");
    let json = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).expect("a response");
    assert_eq!(json(&response), json(&native), "{what}");
}

/// The report of `hostprocess check` on a manifest, with or without the module.
fn check(name: &str, manifest: &str, settings: &Value, with_module: bool) -> Report {
    let host = Arc::new(NoCluster);
    let settings = Settings::parse(name, &settings.to_string()).unwrap_or_else(|error| panic!("{error}"));
    let tree = settings.tree();
    let engine = if with_module {
        Engine::with_module(&settings.value, module().clone(), host, Creation::default())
            .map_err(|error| error.to_string())
    } else {
        Linter::new(&tree, host).map(Box::new).map(Engine::Builtin).map_err(|invalid| invalid.to_string())
    };
    let engine = engine.unwrap_or_else(|error| panic!("{name}: {error}"));
    let file = engine.check_file(File::parse(name, manifest.to_owned()));
    let files = vec![file.unwrap_or_else(|error| panic!("{name}: {error}"))];
    Report { files, notes: Vec::new(), run: Run::default() }
}

/// The rules that deny the object: those of its findings, or those that the module's message names in brackets.
fn denied_rules(object: &ObjectReport) -> BTreeSet<&'static str> {
    let denies = |id: &str| match &object.response {
        Some(response) => response.message.as_ref().is_some_and(|message| message.contains(&format!(" [{id}]\n"))),
        None => object.findings.iter().any(|finding| finding.severity == Severity::Deny && finding.rule == id),
    };
    registry::all().map(|rule| rule.id).filter(|id| denies(id)).collect()
}

#[test]
fn check_gives_the_same_verdict_with_the_module() {
    for fixture in fixtures::fixtures().into_iter().filter(|fixture| fixture.session.is_none()) {
        let name = format!("{}/{}", fixture.rule, fixture.name);
        let manifest = std::fs::read_to_string(fixtures::test_data().join(&name)).expect("readable fixture");
        let settings = match &fixture.payload["settings"] {
            Value::Null => json!({}),
            settings => settings.clone(),
        };
        let verdicts = |with_module| {
            let report = check(&name, &manifest, &settings, with_module);
            report.objects().map(|object| (object.title(), object.verdict, denied_rules(object))).collect::<Vec<_>>()
        };
        assert_eq!(verdicts(true), verdicts(false), "{name}");
    }
}

/// The output of `make run` for an example: the report with the module's verdict.
fn shown(name: &str) -> String {
    let manifest = std::fs::read_to_string(fixtures::repository().join(name)).expect("a readable example");
    let mut shown = Vec::new();
    text::render(&check(name, &manifest, &json!({}), true), &text::renderer(false), &mut shown).expect("written");
    String::from_utf8(shown).expect("UTF-8")
}

#[test]
fn check_shows_the_message_of_the_module() {
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(
            "examples",
            shown("examples/privileged-daemonset.yaml") + "\n" + &shown("examples/broken.yaml")
        );
    });
}

/// kubectl prints the module's message verbatim.
#[test]
fn the_page_about_installing_shows_what_kubectl_prints() {
    let page = std::fs::read_to_string(fixtures::repository().join("docs/install.md")).expect("docs/install.md");
    let message = shown("examples/broken.yaml");
    let quoted: Vec<&str> = page.lines().filter(|line| line.starts_with("- spec.")).collect();
    assert_eq!(quoted.len(), 3);
    for line in quoted {
        assert!(message.contains(line), "{line}");
    }
}

#[test]
fn protocol_version_and_validate_settings_respond() {
    let call = |function: &str, payload: &[u8]| -> Value {
        let answer = module().call(function, payload, &capabilities::none()).expect("an answer");
        serde_json::from_slice(&answer).expect("JSON")
    };
    assert_eq!(call("protocol_version", b""), json!("v1"));
    assert_eq!(call("validate_settings", b"{}")["valid"], true);
    for settings in [&b"{"[..], b"[]", b"7", b"\xff", br#"{"profil": "strict"}"#, br#"{"allow": null}"#] {
        let answer = call("validate_settings", settings);
        assert_eq!(answer["valid"], false, "{}", String::from_utf8_lossy(settings));
        assert!(answer["message"].as_str().is_some_and(|message| message.len() > 10), "{answer}");
    }
}

/// The same pod as the template of a custom kind and of a ControllerRevision, which are decoded less strictly.
fn full_templates() -> [Value; 2] {
    let around = |kind: Value, object: &dyn Fn(Value) -> Value| {
        let mut payload = full_pod();
        payload["request"]["kind"] = kind;
        let pod = payload["request"]["object"].take();
        payload["request"]["object"] = object(pod);
        payload
    };
    [
        around(json!({ "group": "argoproj.io", "kind": "Rollout" }), &|pod| json!({ "spec": { "template": pod } })),
        around(
            json!({ "group": "apps", "kind": "ControllerRevision" }),
            &|pod| json!({ "data": { "spec": { "template": pod } } }),
        ),
    ]
}

#[test]
fn wrong_types_in_a_pod_get_the_native_answer() {
    assert_wrong_types_are_answered(&full_pod());
}

#[test]
fn wrong_types_in_custom_templates_get_the_native_answer() {
    for payload in full_templates() {
        assert_wrong_types_are_answered(&payload);
    }
}

fn assert_wrong_types_are_answered(full: &Value) {
    let mut all = Vec::new();
    pointers(full, "", &mut all);
    assert!(all.len() > 150, "the pod is full");
    for pointer in all {
        for value in [
            json!(null),
            json!(true),
            json!(-1),
            json!(1e99),
            json!("text"),
            json!([]),
            json!([[]]),
            json!({}),
            json!({"a": {}}),
        ] {
            let mut payload = full.clone();
            *payload.pointer_mut(&pointer).expect("the pointer is into the pod") = value.clone();
            answer_to(&payload, &format!("{pointer} = {value}"));
        }
    }
}

#[test]
fn an_unreadable_object_is_denied_with_the_path() {
    let mut payload = full_pod();
    payload["request"]["object"]["spec"]["containers"][0]["command"] = json!("agent.exe");
    let response = answer_to(&payload, "a command that is a string");
    assert_eq!((&response["accepted"], &response["code"]), (&json!(false), &json!(400)));
    let message = response["message"].as_str().expect("a message");
    assert!(message.contains("request.object.spec.containers[0].command"), "{message}");
}

#[test]
fn every_prefix_of_a_request_is_denied() {
    let payload = serde_json::to_vec(&full_pod()).expect("serialisable");
    for end in 0..payload.len() {
        let response = answer(&payload[..end], &format!("the first {end} bytes"));
        assert_eq!(response["code"], 400, "the first {end} bytes");
    }
}

#[test]
fn hostile_payloads_get_the_native_answer() {
    let host_process = r#"{"securityContext":{"windowsOptions":{"hostProcess":true}},"x":"#;
    let pod = |spec: &str| {
        format!(r#"{{"request":{{"kind":{{"kind":"Pod"}},"operation":"CREATE","object":{{"spec":{spec}}}}}}}"#)
    };
    let nested = |open: &str, close: &str, levels: usize| {
        pod(&format!("{host_process}{}1{}}}", open.repeat(levels), close.repeat(levels)))
    };
    for (what, payload) in [
        ("127 lists", nested("[", "]", 127)),
        ("200 lists", nested("[", "]", 200)),
        ("100,000 lists", nested("[", "]", 100_000)),
        ("200 objects", nested(r#"{"a":"#, "}", 200)),
        ("2 MB in an unread field", pod(&format!(r#"{host_process}"{}"}}"#, "x".repeat(2_000_000)))),
        (
            "a user name of 2 MB",
            pod(&format!(
                r#"{{"securityContext":{{"windowsOptions":{{"hostProcess":true,"runAsUserName":"{}"}}}}}}"#,
                "\\\\".repeat(1_000_000)
            )),
        ),
        ("a null object", r#"{"request":{"kind":{"kind":"Pod"},"operation":"CREATE","object":null}}"#.to_owned()),
        ("no kind", r#"{"request":{"operation":"CREATE","object":{"hostProcess":1}}}"#.to_owned()),
        ("a number", "7".to_owned()),
        ("a list", "[]".to_owned()),
        ("no JSON", "hostProcess".to_owned()),
        (
            "twice the same key",
            pod(r#"{"securityContext":{"windowsOptions":{"hostProcess":false,"hostProcess":true}}}"#),
        ),
    ] {
        answer(payload.as_bytes(), what);
    }
    answer(b"\xff\xfehostProcess", "no UTF-8");
}

#[test]
fn requests_without_a_pod_to_judge_are_accepted() {
    let mut broken = full_pod();
    broken["request"]["object"]["spec"]["containers"] = json!("no list");
    for (key, value) in [
        ("operation", "DELETE"),
        ("operation", "CONNECT"),
        ("subResource", "status"),
        ("subResource", "scale"),
        ("subResource", "eviction"),
    ] {
        let mut payload = broken.clone();
        payload["request"][key] = json!(value);
        assert_eq!(answer_to(&payload, value)["accepted"], true, "{key} {value}");
    }
    let mut custom = broken;
    custom["request"]["kind"] = json!({ "group": "example.com", "kind": "Gadget" });
    assert_eq!(answer_to(&custom, "a kind without a pod template")["accepted"], true);
}

fn aks_sample() -> Vec<u8> {
    let file = fixtures::test_data().join("min-containerd/deny-aks-sample-on-1-5-18.yaml");
    let manifest = std::fs::read_to_string(&file).expect("a fixture");
    fixtures::payload(&manifest, &file).to_string().into_bytes()
}

#[test]
fn one_old_node_among_five_thousand_is_named() {
    let nodes = fixtures::nodes::windows(5000, Some(2500));
    let host: Capabilities = Arc::new(move |_, _, _| Ok(nodes.clone()));
    let response = module().call("validate", &aks_sample(), &host).expect("an answer");
    let response = String::from_utf8(response).expect("JSON");
    assert!(response.contains("node 'akswin002500' runs 'containerd://1.5.18'"), "{response}");
}

#[test]
fn a_resource_that_is_not_granted_is_a_warning() {
    let response = module().call("validate", &aks_sample(), &replay::capabilities(None, false)).expect("an answer");
    let response: Value = serde_json::from_slice(&response).expect("a response");
    assert_eq!(response["accepted"], true);
    let warning = response["warnings"][0].as_str().expect("a warning");
    assert!(warning.contains("'Policy has not been granted access to Kubernetes v1/Node resources."), "{warning}");
}
