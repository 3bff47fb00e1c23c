//! The files that Kubewarden and Artifact Hub read agree with each other and with the code.

use serde_json::Value;
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
fn one_version() {
    let version = env!("CARGO_PKG_VERSION");
    let metadata = yaml("metadata.yml");
    assert_eq!(metadata["annotations"]["io.kubewarden.policy.version"], version);
    let package = yaml("artifacthub-pkg.yml");
    assert_eq!(package["version"], version);
    let image =
        metadata["annotations"]["io.kubewarden.policy.ociUrl"].as_str().expect("a text").to_owned() + ":v" + version;
    assert_eq!(package["containersImages"][0]["image"], image);
    assert_eq!(yaml("deploy/clusteradmissionpolicy.yaml")["spec"]["module"], format!("registry://{image}"));
}

#[test]
fn the_same_rules_and_resources_everywhere() {
    let metadata = yaml("metadata.yml");
    assert_eq!(embedded("kubewarden/rules"), metadata["rules"]);
    assert_eq!(yaml("deploy/clusteradmissionpolicy.yaml")["spec"]["rules"], metadata["rules"]);
    // kwctl writes them in any order.
    let sorted = |resources: &Value| {
        let mut texts: Vec<String> = resources.as_array().expect("a list").iter().map(Value::to_string).collect();
        texts.sort();
        texts
    };
    assert_eq!(sorted(&embedded("kubewarden/contextAwareResources")), sorted(&metadata["contextAwareResources"]));
    assert_eq!(embedded("kubewarden/questions-ui"), yaml("questions-ui.yml"));
}

/// Kubewarden copies none of them from the module: it reads those of the policy (`api/policies/v1/policy.go`).
#[test]
fn the_reports_show_what_the_module_says_about_itself() {
    let metadata = yaml("metadata.yml")["annotations"].clone();
    let policy = yaml("deploy/clusteradmissionpolicy.yaml")["metadata"]["annotations"].clone();
    let shown = policy.as_object().expect("annotations");
    let keys: Vec<&String> = shown.keys().collect();
    let read = ["displayName", "category", "description", "severity"];
    assert!(keys.len() == read.len() && keys.iter().all(|key| read.iter().any(|name| key.ends_with(name))), "{keys:?}");
    for (key, value) in shown {
        assert_eq!(&metadata[key], value, "{key}");
    }
}

#[test]
fn the_webhook_sees_every_kind_and_the_subresources_that_change_pods() {
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

/// Kubewarden's audit scanner looks for the kind of each resource that a rule with CREATE names. Subresources have none, and
/// then it skips the whole policy (`internal/audit-scanner/policies/client.go`).
#[test]
fn the_audit_scanner_finds_a_kind_for_every_resource() {
    for rule in yaml("metadata.yml")["rules"].as_array().expect("a list") {
        let is_audited = texts(&rule["operations"]).any(|operation| operation == "CREATE");
        let subresource = texts(&rule["resources"]).find(|resource| resource.contains('/'));
        assert!(!is_audited || subresource.is_none(), "{subresource:?}");
    }
}

#[test]
fn the_form_offers_valid_settings() {
    let questions = yaml("questions-ui.yml");
    for question in questions["questions"].as_array().expect("a list") {
        let variable = question["variable"].as_str().expect("a text");
        // No `allow` is another thing than an empty one: the form has no default for it.
        if let Some(default) = question.get("default") {
            let settings = variable.rsplit('.').fold(default.clone(), |value, key| serde_json::json!({ key: value }));
            check_settings(settings.to_string().as_bytes()).unwrap_or_else(|error| panic!("{variable}: {error}"));
        }
    }
}
