//! The metadata that Kubewarden and Artifact Hub read is consistent with the code.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use windows_hostprocess_policy::check_settings;

fn yaml(file: &str) -> Value {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{file}: {error}"));
    fixtures::documents(&text, file).remove(0)
}

fn embedded(annotation: &str) -> Value {
    let text = &yaml("artifacthub-pkg.yml")["annotations"][annotation];
    fixtures::documents(text.as_str().unwrap_or_else(|| panic!("{annotation} is a text")), annotation).remove(0)
}

fn texts(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array().expect("a list").iter().filter_map(Value::as_str)
}

#[test]
fn every_file_has_the_same_version() {
    let version = env!("CARGO_PKG_VERSION");
    let metadata = yaml("metadata.yml");
    assert_eq!(metadata["annotations"]["io.kubewarden.policy.version"], version);
    let package = yaml("artifacthub-pkg.yml");
    assert_eq!(package["version"], version);
    let image =
        metadata["annotations"]["io.kubewarden.policy.ociUrl"].as_str().expect("a string").to_owned() + ":v" + version;
    assert_eq!(package["containersImages"][0]["image"], image);
    assert_eq!(yaml("deploy/base/clusteradmissionpolicy.yaml")["spec"]["module"], format!("registry://{image}"));
}

/// `hack/rename.sh` renames all of them.
#[test]
fn every_file_names_the_same_repository() {
    let repository = env!("CARGO_PKG_REPOSITORY");
    let annotations = &yaml("metadata.yml")["annotations"];
    assert_eq!(annotations["io.kubewarden.policy.url"], repository);
    assert_eq!(annotations["io.kubewarden.policy.source"], repository);
    assert_eq!(yaml("artifacthub-pkg.yml")["homeURL"], repository);
    let owner = repository.rsplit('/').nth(1).expect("an owner").to_lowercase();
    let name = repository.rsplit('/').next().expect("a name");
    assert_eq!(env!("CARGO_PKG_HOMEPAGE"), format!("https://{owner}.github.io/{name}/"));
    let policy = format!("ghcr.io/{owner}/policies/windows-hostprocess");
    assert_eq!(annotations["io.kubewarden.policy.ociUrl"], policy);
}

#[test]
fn rules_and_resources_are_the_same_everywhere() {
    let metadata = yaml("metadata.yml");
    assert_eq!(embedded("kubewarden/rules"), metadata["rules"]);
    assert_eq!(yaml("deploy/base/clusteradmissionpolicy.yaml")["spec"]["rules"], metadata["rules"]);
    // kwctl does not keep their order.
    let sorted = |resources: &Value| {
        let mut texts: Vec<String> = resources.as_array().expect("a list").iter().map(Value::to_string).collect();
        texts.sort();
        texts
    };
    assert_eq!(sorted(&embedded("kubewarden/contextAwareResources")), sorted(&metadata["contextAwareResources"]));
    assert_eq!(embedded("kubewarden/questions-ui"), yaml("questions-ui.yml"));
}

/// Kubewarden reads these annotations from the policy, not from the module (`api/policies/v1/policy.go`).
#[test]
fn the_deployed_policy_has_the_annotations_of_the_module() {
    let metadata = yaml("metadata.yml")["annotations"].clone();
    let policy = yaml("deploy/base/clusteradmissionpolicy.yaml")["metadata"]["annotations"].clone();
    let shown = policy.as_object().expect("annotations");
    let keys: Vec<&String> = shown.keys().collect();
    let read = ["displayName", "category", "description", "severity"];
    assert!(keys.len() == read.len() && keys.iter().all(|key| read.iter().any(|name| key.ends_with(name))), "{keys:?}");
    for (key, value) in shown {
        assert_eq!(&metadata[key], value, "{key}");
    }
}

#[test]
fn the_webhook_covers_every_kind_and_the_subresources_that_change_pods() {
    let rules = yaml("metadata.yml")["rules"].clone();
    let resources: Vec<&str> =
        rules.as_array().expect("a list").iter().flat_map(|rule| texts(&rule["resources"])).collect();
    for resource in [
        "pods",
        "pods/ephemeralcontainers",
        "pods/resize",
        "pods/binding",
        "bindings",
        "pods/status",
        "podtemplates",
        "replicationcontrollers",
        "deployments",
        "replicasets",
        "statefulsets",
        "daemonsets",
        "controllerrevisions",
        "jobs",
        "cronjobs",
    ] {
        assert!(resources.contains(&resource), "{resource}");
    }
}

/// Kubewarden's audit scanner looks up the kind of each resource in a rule with CREATE. Subresources have no kind, and the
/// scanner then skips the whole policy (`internal/audit-scanner/policies/client.go`).
#[test]
fn rules_with_create_name_no_subresource() {
    let metadata = yaml("metadata.yml");
    let rules = metadata["rules"].as_array().expect("a list").iter();
    let audited = rules.filter(|rule| texts(&rule["operations"]).any(|operation| operation == "CREATE"));
    let resources: Vec<&str> = audited.flat_map(|rule| texts(&rule["resources"])).collect();
    assert!(resources.contains(&"pods") && resources.contains(&"daemonsets"), "{resources:?}");
    assert!(!resources.iter().any(|resource| resource.contains('/')), "{resources:?}");
}

/// Whether Rancher's form omits a value when it sends the settings (`removeEmptyAttrs` of rancher/kubewarden-ui).
fn is_left_out(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(bool) => !bool,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(object) => object.is_empty(),
    }
}

/// The values as the form sends them. An object that becomes empty this way is kept.
fn sent(value: Value) -> Value {
    match value {
        Value::Object(object) => {
            let kept = object.into_iter().filter(|(_, value)| !is_left_out(value));
            kept.map(|(key, value)| (key, sent(value))).collect()
        }
        Value::Array(list) => list.into_iter().map(sent).collect(),
        other => other,
    }
}

fn questions(of: &Value, key: &str) -> Vec<Value> {
    of[key].as_array().cloned().unwrap_or_default()
}

fn variable(question: &Value) -> &str {
    question["variable"].as_str().expect("a string")
}

/// The defaults of all questions: the initial state of the form.
fn defaults() -> Value {
    let mut settings = json!({});
    for question in questions(&yaml("questions-ui.yml"), "questions") {
        if let Some(default) = question.get("default") {
            settings[variable(&question)] = default.clone();
        }
        for question in questions(&question, "subquestions") {
            let (map, key) = variable(&question).split_once('.').expect("the map and the key");
            if let Some(default) = question.get("default") {
                settings[map][key] = default.clone();
            }
        }
    }
    settings
}

#[test]
fn the_form_sends_valid_settings_when_nothing_is_filled_in() {
    let settings = sent(defaults()).to_string();
    check_settings(settings.as_bytes()).unwrap_or_else(|error| panic!("{settings}: {error}"));
}

/// Answers every question. The answers are valid together.
#[test]
fn the_form_sends_valid_settings_when_everything_is_filled_in() {
    let answers = json!({
        "description": null, "profile": "strict", "rules": { "windows-node": "deny" }, "containerd": "1.7", "bindFilter": true, "platform": "openshift",
        "mutate": "safe", "localGroups": ["hpc"], "privilegedLocalGroups": ["admins"], "hostPorts": [{ "min": 9100, "max": 9200 }],
        "allow": [{
            "namespaces": ["monitoring"], "serviceAccounts": ["agent"], "images": ["registry.example/agent"],
            "runAsUserNames": ["NT AUTHORITY\\SYSTEM"], "hostPaths": ["none"], "kinds": ["DaemonSet"],
            "requesters": { "users": ["alice"], "groups": ["platform"] }, "namespaceSelector": { "matchLabels": { "tier": "system" } },
        }],
        "rbac": { "verb": "use", "group": "policy.example", "resource": "hostprocess", "name": "any", "subject": "requester" },
        "resources": { "require": ["memory"], "memoryFloor": "20Mi" }, "runtimeClasses": { "hyperv": ["hv-*"], "process": ["process"] },
        "nodes": { "check": true, "required": true, "minKubernetes": "1.30", "minContainerd": "1.7" }, "namespaces": { "check": true },
    });
    let keys =
        |value: &Value| value.as_object().map(|map| map.keys().cloned().collect::<BTreeSet<_>>()).unwrap_or_default();
    let asked = |list: &[Value]| {
        list.iter().map(|question| variable(question).rsplit('.').next().unwrap_or_default().to_owned()).collect()
    };
    let form = questions(&yaml("questions-ui.yml"), "questions");
    assert_eq!(keys(&answers), asked(&form));
    for question in form {
        let answer = &answers[variable(&question)];
        for (key, answer) in [("subquestions", answer), ("sequence_questions", &answer[0])] {
            let inner = questions(&question, key);
            assert!(inner.is_empty() || keys(answer) == asked(&inner), "{}", variable(&question));
            for question in inner {
                let deeper: BTreeSet<String> = asked(&questions(&question, "subquestions"));
                let name = variable(&question).rsplit('.').next().unwrap_or_default();
                assert!(deeper.is_empty() || keys(&answer[name]) == deeper, "{}", variable(&question));
            }
        }
    }
    let settings = sent(answers).to_string();
    check_settings(settings.as_bytes()).unwrap_or_else(|error| panic!("{settings}: {error}"));
}

/// A setting without a question can only be written as YAML. `ratchet` has none because it is on by default and the form cannot
/// send `false`.
#[test]
fn every_setting_has_a_question() {
    let schema =
        std::fs::read_to_string(fixtures::repository().join("docs/schema/settings.schema.json")).expect("readable");
    let schema: Value = serde_json::from_str(&schema).expect("JSON");
    let known: BTreeSet<&str> =
        schema["properties"].as_object().expect("settings").keys().map(String::as_str).collect();
    let questions = questions(&yaml("questions-ui.yml"), "questions");
    let asked: BTreeSet<&str> = questions.iter().map(variable).collect();
    assert_eq!(known.difference(&asked).collect::<Vec<_>>(), [&"ratchet"]);
    assert_eq!(asked.difference(&known).collect::<Vec<_>>(), [&"description"]);
    let properties =
        |setting: &str| schema["properties"][setting]["oneOf"][1]["items"]["properties"].as_object().cloned();
    let grant: BTreeSet<String> = properties("allow").expect("keys of a grant").keys().cloned().collect();
    let allow = questions.iter().find(|question| variable(question) == "allow").expect("a question about grants");
    let asked = self::questions(allow, "sequence_questions");
    assert_eq!(asked.iter().map(variable).map(str::to_owned).collect::<BTreeSet<_>>(), grant);
}

/// Rancher shows each group of questions on its own page, and lets users add to a list only if its default is a list.
#[test]
fn every_question_has_a_group_and_every_sequence_a_list_as_default() {
    let all = questions(&yaml("questions-ui.yml"), "questions");
    assert_eq!(variable(&all[0]), "description");
    for question in all {
        assert!(question["group"].is_string() && question["label"].is_string(), "{}", variable(&question));
        assert_eq!(question["required"], false, "{}: the policy needs no setting", variable(&question));
        if question["type"] == "sequence[" {
            assert_eq!(question["default"], json!([]), "{}", variable(&question));
        }
    }
}
