//! `docs/beside-other-policies.md`: the conditions on the page exempt Windows pods only, never pods that may run on Linux.

use std::path::PathBuf;
use std::sync::Arc;

use cel::{Context, Env, Program, Value as CelValue};
use rstest::rstest;
use serde_json::{Value, json};

const PAGE: &str = "docs/beside-other-policies.md";

/// The YAML blocks on the page: values of Kyverno's chart, and code of a template for Gatekeeper.
fn blocks() -> [Value; 2] {
    let page = std::fs::read_to_string(fixtures::repository().join(PAGE)).expect("the page is readable");
    let blocks = page.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next());
    let blocks: Vec<Value> = blocks.flat_map(|block| fixtures::documents(block, PAGE)).collect();
    blocks.try_into().expect("two blocks")
}

fn expression(list: &Value) -> String {
    assert_eq!(list.as_array().map(Vec::len), Some(1), "{list}");
    list[0]["expression"].as_str().expect("a string").to_owned()
}

/// The exemption of `policy` in the values of Kyverno's chart.
fn kyverno(policy: &str) -> String {
    expression(&blocks()[0]["vpolExcludeByPolicy"][policy]["matchConditions"])
}

/// Whether a policy with this exemption judges the pod.
fn is_judged(condition: &str, pod: &Value) -> bool {
    let env = Arc::new(Env::stdlib());
    let program: Program = env.compile(condition).unwrap_or_else(|errors| panic!("{condition}: {errors}"));
    let mut context = Context::with_env(env);
    context.add_variable("object", pod).expect("JSON is CEL");
    match program.execute(&context) {
        Ok(CelValue::Bool(is_judged)) => is_judged,
        other => panic!("{other:?} for {pod}"),
    }
}

fn pod(spec: &Value) -> Value {
    json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "agent" }, "spec": spec })
}

fn with(mut spec: Value, more: Value) -> Value {
    let more = more.as_object().expect("an object").clone();
    spec.as_object_mut().expect("an object").extend(more);
    spec
}

fn host_process() -> Value {
    json!({ "hostProcess": true, "runAsUserName": r"NT AUTHORITY\SYSTEM" })
}

fn selector() -> Value {
    json!({ "nodeSelector": { "kubernetes.io/os": "windows" } })
}

#[rstest]
#[case::ordinary_on_linux(json!({}), [true, true])]
#[case::ordinary_on_windows(selector(), [false, true])]
#[case::ordinary_for_windows(json!({ "os": { "name": "windows" } }), [false, true])]
#[case::pinned_to_linux(json!({ "nodeSelector": { "kubernetes.io/os": "linux" } }), [true, true])]
#[case::hostprocess(with(selector(), json!({ "securityContext": { "windowsOptions": host_process() } })), [false, false])]
#[case::hostprocess_that_a_linux_node_may_run(json!({ "securityContext": { "windowsOptions": host_process() } }), [true, true])]
#[case::hostprocess_init_container(
    with(selector(), json!({ "initContainers": [{ "securityContext": { "windowsOptions": host_process() } }] })),
    [false, false]
)]
fn only_pods_that_no_linux_node_starts_are_exempt(#[case] spec: Value, #[case] judged: [bool; 2]) {
    let pod = pod(&with(json!({ "containers": [{ "name": "agent" }] }), spec));
    let conditions = [kyverno("disallow-privilege-escalation"), kyverno("disallow-host-process")];
    assert_eq!(conditions.map(|condition| is_judged(&condition, &pod)), judged);
}

/// Components that the conditions do not exempt; the page lists them.
const NOT_RECOGNISED: [&str; 4] =
    ["k0s/konnectivity-agent", "k0s/load-balancer", "portworx/csi-driver", "rancher/system-agent-upgrader"];

#[test]
fn preset_components_are_exempt_except_those_listed_on_the_page() {
    let name =
        |(preset, file): &(String, PathBuf)| format!("{preset}/{}", fixtures::file_name(file).replace(".yaml", ""));
    let components = fixtures::components();
    let judged = components.iter().filter(|(_, file)| {
        let text = std::fs::read_to_string(file).expect("readable fixture");
        let object = fixtures::documents(&text, PAGE).remove(0);
        let spec = object.pointer("/spec/template/spec").unwrap_or(&object["spec"]);
        is_judged(&kyverno("disallow-host-process"), &pod(spec))
    });
    let judged: Vec<String> = judged.map(name).collect();
    assert_eq!(judged, NOT_RECOGNISED);
}

#[test]
fn gatekeeper_uses_the_condition_for_linux_only_fields() {
    let [_, code] = blocks();
    assert_eq!(code[0]["engine"], "K8sNativeValidation");
    assert_eq!(expression(&code[0]["source"]["matchCondition"]), kyverno("disallow-privilege-escalation"));
}

/// The table on the page lists every policy in the values under the condition it has there.
#[test]
fn each_policy_has_the_condition_from_the_table() {
    let page = std::fs::read_to_string(fixtures::repository().join(PAGE)).expect("the page is readable");
    let values = blocks()[0]["vpolExcludeByPolicy"].take();
    for (policy, exclude) in values.as_object().expect("policies by name") {
        let row = page.lines().find(|line| line.starts_with("| ") && line.contains(&format!("`{policy}`")));
        let cell =
            row.and_then(|row| row.split(" | ").nth(3)).unwrap_or_else(|| panic!("{policy} is not in the table"));
        let is_for_host = exclude["matchConditions"][0]["name"] == "not-hostprocess-on-windows";
        assert_eq!(cell.starts_with("HostProcess"), is_for_host, "{policy}: {cell}");
    }
}
