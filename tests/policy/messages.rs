//! Messages stay short and readable whatever the object contains.

use kubewarden_policy_sdk::response::ValidationResponse;
use serde_json::{Map, Value, json};
use windows_hostprocess_policy::rules::registry;
use windows_hostprocess_policy::validate;

fn respond(object: &Value, settings: &Value) -> ValidationResponse {
    let request = json!({
        "kind": { "group": "", "version": "v1", "kind": "Pod" },
        "namespace": "default", "operation": "CREATE", "object": object,
    });
    let payload = json!({ "request": request, "settings": settings }).to_string();
    let response = validate(payload.as_bytes()).expect("the policy always answers");
    serde_json::from_slice(&response).expect("a ValidationResponse")
}

fn pod(containers: &Value) -> Value {
    json!({
        "metadata": { "name": "agent" },
        "spec": {
            "hostNetwork": true,
            "nodeSelector": { "kubernetes.io/os": "windows" },
            "securityContext": { "windowsOptions": { "hostProcess": true, "runAsUserName": "NT AUTHORITY\\SYSTEM" } },
            "containers": containers,
        },
    })
}

/// Every line that the user sees.
fn lines(response: &ValidationResponse) -> Vec<&str> {
    let texts = response.message.iter().chain(response.warnings.iter().flatten());
    texts.flat_map(|text| text.split('\n')).collect()
}

#[test]
fn control_characters_in_keys_and_names_are_escaped() {
    const EVIL: &str = "x\n- nothing is wrong\u{1b}[2K\r\u{202e}";
    let container = json!({
        "name": EVIL, "image": "registry.example/agent:1.2", "command": [format!("/bin/{EVIL}")],
        "volumeMounts": [{ "name": "v", "mountPath": "C:" }],
        "securityContext": { "windowsOptions": { "runAsUserName": format!("nt authority\\{EVIL}") } },
    });
    let mut object = pod(&json!([container]));
    object["metadata"] = json!({
        "name": EVIL,
        "annotations": {
            format!("microsoft.com/hostprocess-{EVIL}"): EVIL,
            format!("io.microsoft.virtualmachine.{EVIL}"): EVIL,
        },
    });
    object["spec"]["nodeSelector"]["kubernetes.io/os"] = EVIL.into();
    let strict = json!({ "profile": "strict", "allow": "nobody" });
    for settings in [json!({}), strict] {
        let response = respond(&object, &settings);
        assert!(!response.accepted);
        for line in lines(&response) {
            assert!(!line.contains(|c: char| c.is_control() || c == '\u{202e}'), "{line:?}");
            assert!(!line.starts_with("- nothing"), "{line:?}");
        }
        assert!(
            lines(&response)[0].contains(r"x\n- nothing is wrong\u{1b}[2K\u{d}\u{202e}"),
            "{}",
            lines(&response)[0]
        );
    }
}

#[test]
fn keys_in_error_paths_are_escaped() {
    let mut object = pod(&json!([]));
    object["metadata"]["annotations"] = json!({ "a\n\u{1b}[2K": 1 });
    let message = respond(&object, &json!({})).message.expect("a message");
    assert!(message.contains(r"request.object.metadata.annotations.a\n\u{1b}[2K: found a number"), "{message:?}");
    object["metadata"]["annotations"] = json!({ "a".repeat(1_000_000): 1 });
    let message = respond(&object, &json!({})).message.expect("a message");
    assert!(message.len() <= 1000 && message.ends_with("..."), "{}", message.len());
}

#[test]
fn a_long_message_is_cut_and_counts_the_remaining_findings() {
    let container = |n: usize| json!({ "name": format!("c{n}"), "securityContext": { "windowsOptions": { "hostProcess": false } } });
    let mut containers: Vec<Value> = (0..5000).map(container).collect();
    containers.push(json!({ "name": "last", "volumeMounts": [{ "name": "v", "mountPath": "C:" }] }));
    let response = respond(&pod(&json!(containers)), &json!({}));
    let message = response.message.as_deref().expect("a message");
    assert!(message.len() <= 10_000, "{} bytes", message.len());
    assert!(message.contains("\n- spec.containers[0].securityContext"), "{message}");
    let shown = message.lines().filter(|line| line.starts_with("- spec")).count();
    assert!(shown > 20, "{message}");
    let rest = format!("- and {} more findings [all-containers, mount-drive]", 5001 - shown);
    assert!(message.contains(&rest), "{message}");
    let rules = response.audit_annotations.as_ref().and_then(|annotations| annotations.get("denied-rules"));
    assert!(rules.is_some_and(|rules| rules.contains("mount-drive")), "the audit annotation names every rule");
}

#[test]
fn long_names_and_values_are_truncated() {
    let long = "ä".repeat(100_000);
    let container = json!({
        "name": long, "image": long, "command": [format!("/bin/{long}")], "args": [format!("a&{long}")], "workingDir": long,
        "volumeMounts": [{ "name": "v", "mountPath": format!("\\\\.\\pipe\\{long}") }],
    });
    let mut object = pod(&json!([container]));
    object["metadata"]["name"] = long.as_str().into();
    object["metadata"]["annotations"] = json!({ format!("microsoft.com/hostprocess-{long}"): long });
    let response = respond(&object, &json!({ "profile": "strict", "allow": [{ "images": ["registry.example/*"] }] }));
    assert!(lines(&response).len() > 5);
    for line in lines(&response) {
        assert!(line.len() <= 1050, "{} bytes: {line:.200}", line.len());
    }
    // kube-apiserver may truncate longer warnings, losing the rule's id.
    let rules = json!({ "container-account": "warn", "linux-command": "warn", "reserved-annotations": "warn" });
    let warnings = respond(&object, &json!({ "rules": rules })).warnings.unwrap_or_default();
    assert!(warnings.iter().any(|warning| warning.len() > 200), "{warnings:?}");
    for warning in warnings {
        assert!(warning.len() <= 250 && warning.ends_with(']'), "{} bytes: {warning}", warning.len());
    }
}

/// Clients may drop warnings when there are too many, so the last one counts the remaining rules.
#[test]
fn at_most_ten_warnings_are_shown_and_the_rest_counted() {
    let mut object = pod(&json!([{
        "name": "agent", "image": "agent", "command": ["/bin/agent"], "args": ["a & b"], "tty": true,
        "volumeMounts": [{ "name": "pipe", "mountPath": "C:\\pipe" }, { "name": "c", "mountPath": "C:" }],
        "ports": [{ "containerPort": 80, "hostPort": 8080 }],
    }]));
    object["spec"]["nodeSelector"] = json!({});
    object["spec"]["hostPID"] = true.into();
    object["spec"]["securityContext"]["runAsNonRoot"] = true.into();
    object["spec"]["volumes"] = json!([
        { "name": "pipe", "hostPath": { "path": "\\\\.\\pipe\\x" } },
        { "name": "c", "hostPath": { "path": "C:\\" } },
    ]);
    let mut rules: Map<String, Value> = registry::all().map(|rule| (rule.id.to_owned(), json!("warn"))).collect();
    let mut annotations = respond(&object, &json!({ "rules": rules })).audit_annotations.expect("annotations");
    let warned = annotations.remove("warned-rules").expect("rules that warn");
    let warned: Vec<&str> = warned.split(',').collect();
    assert!(warned.len() > 11, "{warned:?}");
    for count in (1..=warned.len()).rev() {
        let warnings = respond(&object, &json!({ "rules": rules })).warnings.expect("warnings");
        let named = if count > 10 { 9 } else { count };
        for (warning, rule) in warnings.iter().zip(&warned[..named]) {
            assert!(warning.ends_with(&format!(" [{rule}]")), "{count}: {warning}");
        }
        let rest = (count > 10).then(|| format!("and {} more rules warn about this object", count - 9));
        assert_eq!(warnings.get(named..), Some(rest.as_slice()), "{count} rules warn");
        rules.insert(warned[count - 1].to_owned(), json!("off"));
    }
}
