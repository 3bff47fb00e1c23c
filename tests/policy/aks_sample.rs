//! Microsoft's sample is accepted without a finding; each way to break it is denied with the path and a fix.

use std::path::Path;

use kubewarden_policy_sdk::response::ValidationResponse;
use rstest::rstest;
use serde_json::{Value, json};
use windows_hostprocess_policy::validate;

/// The response to the sample after `change` has edited its pod spec.
fn response(change: impl FnOnce(&mut Value)) -> ValidationResponse {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/privileged-daemonset.yaml");
    let mut payload = fixtures::payload(&std::fs::read_to_string(&file).expect("the sample"), &file);
    change(payload.pointer_mut("/request/object/spec/template/spec").expect("a pod template"));
    let response = validate(&serde_json::to_vec(&payload).expect("serialisable")).expect("an answer");
    serde_json::from_slice(&response).expect("a ValidationResponse")
}

#[test]
fn the_sample_is_accepted_without_a_finding() {
    let response = response(|_| {});
    assert!(response.accepted, "{response:?}");
    assert_eq!((response.warnings, response.audit_annotations), (None, None));
}

fn second_container(spec: &mut Value) {
    let container = json!({ "name": "plain", "image": "registry.example/plain:1",
        "securityContext": { "windowsOptions": { "hostProcess": false } } });
    spec["containers"].as_array_mut().expect("containers").push(container);
}

fn mount(spec: &mut Value, path: &str) {
    spec["volumes"] = json!([{ "name": "pipe", "hostPath": { "path": path } }]);
    spec["containers"][0]["volumeMounts"] = json!([{ "name": "pipe", "mountPath": path }]);
}

fn account(spec: &mut Value, name: &str) {
    spec["securityContext"]["windowsOptions"]["runAsUserName"] = json!(name);
}

#[rstest]
#[case::no_host_network(|spec: &mut Value| drop(spec["hostNetwork"].take()), "host-network", "spec.template.spec.hostNetwork", "hostNetwork: true")]
#[case::one_container_without_host_process(
    second_container,
    "all-containers",
    "spec.template.spec.containers[1].securityContext.windowsOptions.hostProcess",
    "hostProcess"
)]
#[case::no_account(|spec: &mut Value| drop(spec["securityContext"]["windowsOptions"]["runAsUserName"].take()), "run-as-user-required", "windowsOptions.runAsUserName", "NT AUTHORITY")]
#[case::misspelt_account(|spec: &mut Value| account(spec, r"nt authority\system"), "nt-authority-spelling", "spec.template.spec.securityContext.windowsOptions.runAsUserName", r"write NT AUTHORITY\SYSTEM")]
#[case::container_account(|spec: &mut Value| account(spec, "ContainerUser"), "container-account", "spec.template.spec.securityContext.windowsOptions.runAsUserName", "service account")]
#[case::named_pipe(|spec: &mut Value| mount(spec, r"\\.\pipe\x"), "named-pipe-mount", "spec.template.spec.volumes[0].hostPath.path", "let the program open the pipe itself")]
#[case::named_pipe_with_forward_slashes(|spec: &mut Value| mount(spec, "//./PIPE/x"), "named-pipe-mount", "spec.template.spec.volumes[0].hostPath.path", "let the program open the pipe itself")]
#[case::hyperv(|spec: &mut Value| { spec["runtimeClassName"] = json!("runhcs-wcow-hypervisor") }, "hyperv-runtime-class", "spec.template.spec.runtimeClassName", "runtimeClass")]
#[case::linux_node(|spec: &mut Value| { spec["nodeSelector"] = json!({ "kubernetes.io/os": "linux" }) }, "linux-node", "spec.template.spec.nodeSelector", "windows")]
fn each_broken_variant_is_denied_with_path_and_fix(
    #[case] change: fn(&mut Value),
    #[case] rule: &str,
    #[case] path: &str,
    #[case] fix: &str,
) {
    let response = response(change);
    assert!(!response.accepted);
    let message = response.message.expect("a message");
    let line = message.lines().find(|line| line.ends_with(&format!("[{rule}]")));
    let line = line.unwrap_or_else(|| panic!("no line of {rule} in:\n{message}"));
    assert!(line.contains(path) && line.contains(fix), "{path}, {fix} in:\n{line}");
}
