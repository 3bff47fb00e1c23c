//! What messages say stays readable, whatever the object holds.

use kubewarden_policy_sdk::response::ValidationResponse;
use serde_json::{Value, json};
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

/// Every line that a person sees.
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
fn a_key_that_leads_to_an_unreadable_value_is_escaped() {
    let mut object = pod(&json!([]));
    object["metadata"]["annotations"] = json!({ "a\n\u{1b}[2K": 1 });
    let message = respond(&object, &json!({})).message.expect("a message");
    assert!(message.contains(r"request.object.metadata.annotations.a\n\u{1b}[2K: found a number"), "{message:?}");
    object["metadata"]["annotations"] = json!({ "a".repeat(1_000_000): 1 });
    let message = respond(&object, &json!({})).message.expect("a message");
    assert!(message.len() <= 1000 && message.ends_with("..."), "{}", message.len());
}

#[test]
fn a_message_is_bounded_and_says_how_many_more() {
    let container = |n: usize| json!({ "name": format!("c{n}"), "securityContext": { "windowsOptions": { "hostProcess": false } } });
    let mut containers: Vec<Value> = (0..5000).map(container).collect();
    containers.push(json!({ "name": "last", "volumeMounts": [{ "name": "v", "mountPath": "C:" }] }));
    let response = respond(&pod(&json!(containers)), &json!({}));
    let message = response.message.as_deref().expect("a message");
    assert!(message.len() < 12_000, "{} bytes", message.len());
    assert!(message.contains("\n- spec.containers[0].securityContext"), "{message}");
    let shown = message.lines().filter(|line| line.starts_with("- spec")).count();
    assert!(shown > 20, "{message}");
    let rest = format!("- and {} more findings [all-containers, level-conflict, mount-drive]", 10_001 - shown);
    assert!(message.contains(&rest), "{message}");
    let rules = response.audit_annotations.as_ref().and_then(|annotations| annotations.get("denied-rules"));
    assert!(rules.is_some_and(|rules| rules.contains("mount-drive")), "the audit annotation names every rule");
}

#[test]
fn long_names_and_values_do_not_make_long_messages() {
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
}
