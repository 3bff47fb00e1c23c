//! Inputs of a check: settings, rules, namespace, requester, and admission requests.

use super::*;

#[test]
fn profile_option_overrides_the_settings() {
    let folder = folder("settings");
    let lenient = write(&folder, "lenient.yaml", "profile: default\nrules:\n  host-network: warn\n");
    let output = hostprocess(&["check", "-", "--settings", &lenient], &bad());
    assert_eq!(code(&output), 0, "{}", shown(&output));
    let strict = write(&folder, "strict.json", r#"{"profile": "strict"}"#);
    assert_eq!(code(&hostprocess(&["check", "-", "--settings", &strict], &dubious())), 1);
    assert_eq!(code(&hostprocess(&["check", "-", "--settings", &strict, "--profile", "default"], &dubious())), 0);
    let wrong = write(&folder, "wrong.yaml", "rules:\n  host-netwrok: warn\n");
    let output = hostprocess(&["check", "-", "--settings", &wrong], &bad());
    assert_eq!(code(&output), 2);
    assert_snapshot("wrong_settings", shown(&output).replace(&wrong, "wrong.yaml"));
}

#[test]
fn rules_option_turns_rules_that_are_off_into_warnings() {
    let folder = folder("named-rules");
    let off = write(&folder, "off.yaml", "rules:\n  host-network: off\n");
    let empty = write(&folder, "empty.yaml", "rules:\n");
    for (arguments, expected) in [
        (&["--rules", "resource-limits"][..], &["warn resource-limits"][..]),
        (&["--rules", "resource-limits", "--profile", "strict"], &["warn resource-limits"]),
        (&["--rules", "resource-limits", "--settings", &empty], &["warn resource-limits"]),
        (&["--rules", "host-network", "--settings", &off], &["warn host-network"]),
        (&["--rules", "host-network,resource-limits"], &["deny host-network", "warn resource-limits"]),
        (&["--settings", &off], &[]),
    ] {
        let output = hostprocess(&[&["check", "-", "--output", "json"], arguments].concat(), &bad());
        let objects = objects(&output);
        let findings = objects[0]["findings"].as_array().expect("findings").iter();
        let text = |finding: &Value, key: &str| finding[key].as_str().expect("a string").to_owned();
        let found: Vec<String> =
            findings.map(|finding| format!("{} {}", text(finding, "severity"), text(finding, "rule"))).collect();
        assert_eq!(found, expected, "{arguments:?}");
    }
}

/// No finding bypasses the settings, which is how rules are ignored.
#[test]
fn every_rule_can_be_ignored() {
    let ids: Vec<&str> = windows_hostprocess_policy::rules::registry::all().map(|rule| rule.id).collect();
    let arguments = ["check", "test_data", "examples", "--fail-on", "warn", "--output", "json", "--ignore-rules"];
    let output = hostprocess(&[&arguments[..], &[&ids.join(",")]].concat(), "");
    let mut reported = objects(&output);
    assert!(reported.len() > 300, "{} objects are too few to show anything", reported.len());
    reported
        .retain(|object| object["findings"].as_array().expect("findings").iter().any(|f| f["rule"] != "unreadable"));
    assert!(reported.is_empty(), "{reported:#?}");
}

#[test]
fn a_misspelt_rule_is_an_error_with_a_suggestion() {
    assert_snapshot("misspelt_rule", shown(&hostprocess(&["check", "-", "--ignore-rules", "host-netwrok"], "")));
}

#[test]
fn grants_apply_to_the_namespace_and_the_requester_options() {
    let folder = folder("who-and-where");
    let namespace = write(&folder, "namespace.yaml", "allow:\n- namespaces: [monitoring]\n");
    let users = write(&folder, "users.yaml", "allow:\n- requesters: {users: [jane]}\n");
    let groups = write(&folder, "groups.yaml", "allow:\n- requesters: {groups: [ops]}\n");
    let authenticated = write(&folder, "any.yaml", "allow:\n- requesters: {groups: ['system:authenticated']}\n");
    let elsewhere = GOOD.replace("name: good", "name: good\n  namespace: elsewhere");
    for (settings, arguments, input, verdict) in [
        (&namespace, &[][..], GOOD, "deny"),
        (&namespace, &["--namespace", "monitoring"], GOOD, "accept"),
        (&namespace, &["--namespace", "monitoring"], &elsewhere, "deny"),
        (&users, &[], GOOD, "warn"),
        (&users, &["--as", "jane"], GOOD, "accept"),
        (&users, &["--as", "joe", "--as-group", "jane"], GOOD, "deny"),
        (&groups, &["--as", "joe", "--as-group", "dev", "--as-group", "ops"], GOOD, "accept"),
        (&groups, &["--as", "ops"], GOOD, "deny"),
        (&authenticated, &["--as", "joe"], GOOD, "accept"),
    ] {
        let check = ["check", "-", "--output", "json", "--rules", "not-allowed", "--settings", settings];
        let output = hostprocess(&[&check, arguments].concat(), input);
        assert_eq!(objects(&output)[0]["verdict"], verdict, "{settings} {arguments:?}: {}", shown(&output));
    }
}

/// An AdmissionRequest by jane in the namespace monitoring, with objects from manifests.
fn request(operation: &str, object: Option<&str>, old_object: Option<&str>) -> Value {
    let value = |text: Option<&str>| {
        text.map_or(Value::Null, |text| kubernetes_yaml::documents(text).remove(0).expect("YAML").value)
    };
    json!({"uid": "1", "kind": {"group": "", "version": "v1", "kind": "Pod"}, "name": "asked", "namespace": "monitoring",
        "operation": operation, "userInfo": {"username": "jane"}, "object": value(object), "oldObject": value(old_object)})
}

#[test]
fn an_admission_request_keeps_its_own_operation_namespace_and_user() {
    let grant = "allow:\n- {namespaces: [monitoring], requesters: {users: [jane]}}\n";
    let settings = write(&folder("requests"), "settings.yaml", grant);
    let bad = bad();
    let changed = bad.replace("spec:\n", "spec:\n  terminationGracePeriodSeconds: 5\n");
    for (operation, object, old_object, verdict) in [
        ("CREATE", Some(GOOD), None, "accept"),
        ("CREATE", Some(&*bad), None, "deny"),
        ("UPDATE", Some(&bad), Some(&*bad), "accept"),
        ("UPDATE", Some(&changed), Some(&bad), "warn"),
        ("UPDATE", Some(&changed), Some(GOOD), "deny"),
        ("DELETE", None, Some(&bad), "accept"),
    ] {
        let request = request(operation, object, old_object);
        let review = json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request});
        for input in [request, review] {
            // These options only apply to manifests.
            let ignored = ["--namespace", "elsewhere", "--as", "joe"];
            let check = ["check", "-", "--output", "json", "--settings", &settings];
            let output = hostprocess(&[&check[..], &ignored].concat(), &input.to_string());
            let object = &objects(&output)[0];
            assert_eq!(object["verdict"], verdict, "{operation}: {}", shown(&output));
            assert_eq!(code(&output), i32::from(verdict == "deny"));
            let title = ["kind", "namespace", "name"].map(|key| object[key].as_str().unwrap_or_default());
            assert_eq!(title, ["Pod", "monitoring", "asked"]);
        }
    }
}

#[test]
fn a_diagnostic_points_into_an_admission_review() {
    let request = request("CREATE", Some(&bad()), None);
    let review = json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request});
    assert_snapshot("admission_review", shown(&hostprocess(&["check", "-"], &format!("{review:#}"))));
}

/// A module that logs and accepts every request.
pub const LOGGING_MODULE: &str = r#"(module
    (import "wapc" "__guest_request" (func $request (param i32 i32)))
    (import "wapc" "__guest_response" (func $respond (param i32 i32)))
    (import "wapc" "__host_call" (func $call_host (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 2)
    (data (i32.const 0) "kubewardentracinglog{\"valid\":true,\"accepted\":true}")
    (func (export "__guest_call") (param $operation i32) (param $payload i32) (result i32)
        (call $request (i32.const 1000) (i32.const 2000))
        (drop (call $call_host (i32.const 0) (i32.const 10) (i32.const 10) (i32.const 7) (i32.const 17) (i32.const 3)
            (i32.const 2000) (local.get $payload)))
        (call $respond (i32.const 20) (i32.const 30)) (i32.const 1)))"#;

/// The payload of the last call that the module logged.
fn module_payload(arguments: &[&str], input: &str) -> Value {
    let module = write(&folder("logging-module"), "module.wat", LOGGING_MODULE);
    let output = hostprocess(&[&["check", "-", "--wasm", &module], arguments].concat(), input);
    assert_eq!(code(&output), 0, "{}", shown(&output));
    let log = String::from_utf8(output.stderr).expect("UTF-8");
    let payload = log.lines().last().and_then(|line| line.strip_prefix("policy: ")).expect("a logged payload");
    // The log has Rust's escapes, which are the same as JSON's here.
    let payload: String = serde_json::from_str(&format!("\"{payload}\"")).expect("a string");
    serde_json::from_str(&payload).expect("JSON")
}

#[test]
fn a_module_gets_the_same_request_and_settings() {
    let payload = module_payload(&["--namespace", "monitoring", "--as", "jane", "--as-group", "ops"], GOOD);
    assert_eq!((&payload["request"]["namespace"], &payload["settings"]), (&json!("monitoring"), &json!({})));
    let user = json!({"username": "jane", "groups": ["ops", "system:authenticated"]});
    assert_eq!(payload["request"]["userInfo"], user);

    let severities = &module_payload(&["--rules", "host-network"], GOOD)["settings"]["rules"];
    assert_eq!((&severities["host-network"], &severities["run-as-non-root"]), (&Value::Null, &json!("off")));
    let severities = &module_payload(&["--ignore-rules", "host-network"], GOOD)["settings"]["rules"];
    assert_eq!(*severities, json!({"host-network": "off"}));

    let request = request("UPDATE", Some(GOOD), Some(&bad()));
    assert_eq!(module_payload(&["--as", "joe"], &request.to_string())["request"], request);
}
