//! Parity with Pod Security Admission: with `allow: nobody` a pod is denied for `not-allowed` exactly where the baseline's
//! HostProcess check forbids it. `tests/parity/README.md` describes the origin of the pods and verdicts.

use std::collections::BTreeMap;

use fixtures::parity::lines;
use kubewarden_policy_sdk::response::ValidationResponse;
use serde_json::{Value, json};
use windows_hostprocess_policy::validate;

fn is_denied(object: &Value) -> bool {
    let request = json!({
        "kind": { "group": "", "version": "v1", "kind": "Pod" },
        "namespace": "default",
        "operation": "CREATE",
        "object": object,
    });
    let payload = json!({ "request": request, "settings": { "allow": "nobody" } }).to_string();
    let response = validate(payload.as_bytes()).expect("an answer");
    let response: ValidationResponse = serde_json::from_slice(&response).expect("a ValidationResponse");
    let denied = response.audit_annotations.unwrap_or_default().remove("denied-rules").unwrap_or_default();
    denied.split(',').any(|rule| rule == "not-allowed")
}

#[test]
fn not_allowed_fires_exactly_where_the_baseline_forbids_host_process() {
    let verdicts: BTreeMap<String, bool> = lines::<Value>("verdicts.jsonl.gz")
        .map(|verdict| (verdict["id"].to_string(), verdict["psa_host_process"] == "deny"))
        .collect();
    let (mut pods, mut denied) = (0, 0);
    for pod in lines::<Value>("pods.jsonl.gz") {
        let id = pod["id"].to_string();
        let expected = verdicts[&id];
        assert_eq!(is_denied(&pod["object"]), expected, "{id}: {}", pod["object"]);
        pods += 1;
        denied += usize::from(expected);
    }
    assert_eq!(pods, 3_000);
    assert!((500..2_500).contains(&denied), "{denied} pods are denied, too few or too many to show anything");
}
