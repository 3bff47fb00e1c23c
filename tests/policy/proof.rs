//! `mutate` fixes no pod that a kubelet on Linux would start, however the pod selects its node.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value, json};

use crate::objects::{object, send};

const LINUX_NODE: &str = "linux-1";

/// The labels of the cluster's only node, a Linux node in a pool called `win`.
fn label(key: &str) -> Option<&'static str> {
    match key {
        "kubernetes.io/os" | "beta.kubernetes.io/os" => Some("linux"),
        "kubernetes.io/hostname" => Some(LINUX_NODE),
        "pool" => Some("win"),
        _ => None,
    }
}

/// Compares like kubelets and schedulers: `labels.Requirement.Matches`.
fn matches(requirement: &Value, value: Option<&str>) -> bool {
    let values: Vec<&str> = requirement["values"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    match requirement["operator"].as_str() {
        Some("In") => value.is_some_and(|value| values.contains(&value)),
        Some("NotIn") => value.is_none_or(|value| !values.contains(&value)),
        Some("Exists") => value.is_some(),
        Some("DoesNotExist") => value.is_none(),
        _ => false,
    }
}

/// Whether the kubelet of the Linux node would start a pod. It checks `os.name`, and checks the selector and affinity even if
/// `nodeName` is set.
fn starts_on_linux(spec: &Value) -> bool {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let matches_term = |term: &Value| {
        let (labels, fields) = (list(&term["matchExpressions"]), list(&term["matchFields"]));
        !(labels.is_empty() && fields.is_empty())
            && labels.iter().all(|r| matches(r, label(r["key"].as_str().unwrap_or_default())))
            && fields.iter().all(|r| matches(r, Some(LINUX_NODE)))
    };
    let required = &spec["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"];
    spec["os"]["name"] != "windows"
        && spec["nodeName"].as_str().is_none_or(|name| name.is_empty() || name == LINUX_NODE)
        && spec["nodeSelector"].as_object().into_iter().flatten().all(|(key, value)| label(key) == value.as_str())
        && (required.is_null() || list(&required["nodeSelectorTerms"]).iter().any(matches_term))
}

const KEYS: [&str; 5] =
    ["kubernetes.io/os", "beta.kubernetes.io/os", "node.kubernetes.io/windows-build", "pool", "kubernetes.io/hostname"];
const VALUES: [&str; 6] = ["windows", "linux", "Windows", "win", LINUX_NODE, ""];

fn values() -> impl Strategy<Value = Vec<&'static str>> {
    subsequence(VALUES.to_vec(), 0..=2)
}

fn requirement(keys: &'static [&'static str]) -> impl Strategy<Value = Value> {
    let operators = vec!["In", "In", "NotIn", "Exists", "DoesNotExist", "Gt", "in"];
    (select(keys), select(operators), values())
        .prop_map(|(key, operator, values)| json!({ "key": key, "operator": operator, "values": values }))
}

fn term() -> impl Strategy<Value = Value> {
    let labels = prop::collection::vec(requirement(&KEYS), 0..3);
    let fields = prop::collection::vec(requirement(&["metadata.name"]), 0..2);
    (labels, fields).prop_map(|(labels, fields)| json!({ "matchExpressions": labels, "matchFields": fields }))
}

fn pod() -> impl Strategy<Value = Value> {
    let selector = prop::collection::btree_map(select(&KEYS[..]), select(&VALUES[..]), 0..3);
    let terms = prop::option::of(prop::collection::vec(term(), 0..3));
    let node_name = prop::option::of(select(vec![LINUX_NODE, "win-1", ""]));
    let os = prop::option::weighted(0.2, select(vec!["windows", "linux"]));
    let label = prop::option::weighted(0.2, select(&VALUES[..]));
    let class = prop::option::weighted(0.2, select(vec!["windows-2022", "runc"]));
    (selector, terms, node_name, os, label, class).prop_map(|(selector, terms, node_name, os, label, class)| {
        let mut pod = object("Pod", |spec| {
            spec["hostNetwork"] = false.into();
            spec["hostPID"] = true.into();
            spec["hostUsers"] = false.into();
            spec["securityContext"]["runAsUser"] = 1000.into();
            spec["nodeSelector"] = json!(selector);
            spec["nodeName"] = json!(node_name);
            spec["runtimeClassName"] = json!(class);
            if let Some(name) = os {
                spec["os"] = json!({ "name": name });
            }
            if let Some(terms) = terms {
                let required = json!({ "nodeSelectorTerms": terms });
                spec["affinity"] =
                    json!({ "nodeAffinity": { "requiredDuringSchedulingIgnoredDuringExecution": required } });
            }
        });
        if let Some(os) = label {
            pod["metadata"]["labels"] = json!({ "kubernetes.io/os": os });
        }
        pod
    })
}

/// Settings under which no rule denies, so that the response contains every fix.
fn settings(mutate: &Value) -> Value {
    let rules = windows_hostprocess_policy::rules::registry::all();
    let warn: Value = rules.map(|rule| (rule.id.to_owned(), json!("warn"))).collect();
    json!({ "mutate": mutate, "rules": warn, "runtimeClasses": { "process": ["windows-2022"] } })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_pod_that_linux_would_start_is_fixed(
        pod in pod(),
        rules in prop::option::of(subsequence(vec!["host-network", "linux-node", "run-as-uid", "host-users", "windows-node"], 1..=5)),
    ) {
        let mutate = rules.map_or(json!("safe"), |rules| json!(rules));
        if let Some(mutated) = send(&Value::Null, &pod, &settings(&mutate), Value::Null).mutated_object {
            prop_assert!(!starts_on_linux(&mutated["spec"]), "{mutate}: {pod} became {mutated}");
        }
    }
}

/// The test above proves nothing if no pod is fixed or none can start on Linux.
#[test]
fn starts_on_linux_has_both_outcomes() {
    let changed = |pod: &Value| send(&Value::Null, pod, &settings(&json!("safe")), Value::Null).mutated_object;
    let pod = |selector: Value| {
        object("Pod", |spec| {
            spec["hostNetwork"] = false.into();
            spec["nodeSelector"] = selector;
        })
    };
    assert!(starts_on_linux(&pod(json!({ "pool": "win" }))["spec"]));
    assert!(starts_on_linux(&pod(Value::Null)["spec"]));
    let mutated = changed(&pod(json!({ "pool": "win" }))).expect("changed");
    assert!(!starts_on_linux(&mutated["spec"]), "{mutated}");
}
