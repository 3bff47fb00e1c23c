//! Kubewarden policies: as a file of settings, and among the manifests that are checked.

use super::*;

const MODULE: &str = "registry://ghcr.io/windows-hostprocess-policy/policies/windows-hostprocess:v0.1.0";
const OTHER_MODULE: &str = "registry://ghcr.io/kubewarden/policies/pod-privileged:v1.0.0";

/// A policy with settings in YAML's flow style, on line 8.
fn policy(kind: &str, module: &str, settings: &str) -> String {
    let metadata = "metadata:\n  name: hostprocess\nspec:\n";
    format!(
        "apiVersion: policies.kubewarden.io/v1\nkind: {kind}\n{metadata}  module: {module}\n  mutating: false\n  settings: {settings}\n"
    )
}

/// A policy group with these members: name, module, settings.
fn group(kind: &str, members: &[(&str, &str, &str)]) -> String {
    let metadata = "metadata:\n  name: hostprocess\nspec:\n  policies:\n";
    let member = |(name, module, settings): &(&str, &str, &str)| {
        format!("    {name}:\n      module: {module}\n      settings: {settings}\n")
    };
    format!(
        "apiVersion: policies.kubewarden.io/v1\nkind: {kind}\n{metadata}{}",
        members.iter().map(member).collect::<String>()
    )
}

#[test]
fn commands_accept_the_settings_in_a_policy() {
    let folder = folder("policy-settings");
    write(&folder, "bad.yaml", &bad());
    let lenient = "{rules: {host-network: warn}}";
    let members = [("other", OTHER_MODULE, "{a: 1}"), ("ours", MODULE, lenient)];
    for text in [
        policy("ClusterAdmissionPolicy", MODULE, lenient),
        policy("AdmissionPolicy", MODULE, lenient),
        group("ClusterAdmissionPolicyGroup", &members),
        group("AdmissionPolicyGroup", &members),
    ] {
        write(&folder, "policy.yaml", &text);
        write(&folder, ".hostprocess.yaml", "settings: policy.yaml\n");
        let output = hostprocess_in(&folder, &["check", "bad.yaml", "--settings", "policy.yaml", "--no-config"]);
        assert_eq!(code(&output), 0, "{text}{}", shown(&output));
        assert_eq!(code(&hostprocess_in(&folder, &["check", "bad.yaml"])), 0, "{text}");
    }
    // A policy without settings uses the defaults.
    write(&folder, "policy.yaml", &policy("AdmissionPolicy", MODULE, "null"));
    assert_eq!(code(&hostprocess_in(&folder, &["check", "bad.yaml"])), 1);
    // Findings of rules that are off are not fixed.
    write(&folder, "policy.yaml", &policy("AdmissionPolicy", MODULE, "{rules: {host-network: 'off'}}"));
    assert_eq!(code(&hostprocess_in(&folder, &["fix", "bad.yaml", "--settings", "policy.yaml"])), 0);
    assert_eq!(code(&hostprocess_in(&folder, &["fix", "bad.yaml", "--no-config"])), 1);
}

#[test]
fn other_policies_are_not_accepted_as_settings() {
    let folder = folder("policy-other");
    for (text, expected) in [
        (
            policy("AdmissionPolicy", OTHER_MODULE, "{}"),
            format!("6:3: spec.module: '{OTHER_MODULE}' is not this policy, whose module is named windows-hostprocess"),
        ),
        (
            group("AdmissionPolicyGroup", &[("a", OTHER_MODULE, "{}"), ("b", "null", "{}")]),
            format!(
                "6:3: spec.policies: no member has this policy as its module, which is named windows-hostprocess: \
                 a has '{OTHER_MODULE}', b has none"
            ),
        ),
        (
            policy("AdmissionPolicy", "null", "{}"),
            "6:3: spec.module: is missing; the module of this policy is named windows-hostprocess".to_owned(),
        ),
        (
            group("AdmissionPolicyGroup", &[("strict", MODULE, "{}"), ("x", "x", "{}"), ("lax", MODULE, "{}")]),
            "6:3: spec.policies: several members have this policy as their module: lax, strict".to_owned(),
        ),
        (bad(), "2:1: kind: an object of kind Pod has no settings for this policy".to_owned()),
        (policy("AdmissionPolicy", MODULE, "[]"), "8:3: spec.settings: settings must be a mapping".to_owned()),
        (
            policy("AdmissionPolicy", MODULE, "{profil: strict}"),
            "8:14: spec.settings.profil: unknown field `profil`, did you mean 'profile'?".to_owned(),
        ),
    ] {
        write(&folder, "policy.yaml", &text);
        let output = hostprocess_in(&folder, &["check", "-", "--settings", "policy.yaml"]);
        assert_eq!(code(&output), 2);
        assert_eq!(String::from_utf8_lossy(&output.stderr), format!("error: policy.yaml:{expected}\n"));
    }
}

fn check(input: &str, arguments: &[&str]) -> Output {
    hostprocess(&[&["check", "-", "--output", "json"], arguments].concat(), input)
}

#[test]
fn invalid_settings_in_manifests_are_denied_at_their_line() {
    let misspelt = "\n    rules:\n      host-netwrok: warn";
    let output = hostprocess(&["check", "-"], &policy("ClusterAdmissionPolicy", MODULE, misspelt));
    assert_snapshot("misspelt_settings", shown(&output));

    for (settings, path, message) in [
        (
            "{rules: {host-netwrok: warn}}",
            "spec.settings.rules.host-netwrok",
            "unknown rule, did you mean 'host-network'?",
        ),
        ("{profil: strict}", "spec.settings.profil", "unknown field `profil`, did you mean 'profile'?"),
        ("[]", "spec.settings", "found a list, expected an object"),
        ("{localGroups: [a, 7]}", "spec.settings.localGroups[1]", "found a number, expected a string"),
        (
            "{nodes: {required: true}}",
            "spec.settings.nodes.required",
            "has no effect unless nodes.check is true: set that as well",
        ),
    ] {
        for kind in ["ClusterAdmissionPolicy", "AdmissionPolicy"] {
            let output = check(&policy(kind, MODULE, settings), &[]);
            let object = &objects(&output)[0];
            let found = &object["findings"][0];
            assert_eq!((code(&output), &object["verdict"]), (1, &json!("deny")), "{settings}");
            assert_eq!((&found["rule"], &found["severity"]), (&json!("invalid-settings"), &json!("deny")));
            assert_eq!((&found["path"], &found["message"], &found["line"]), (&json!(path), &json!(message), &json!(8)));
            let refused = windows_hostprocess_policy::check_settings(
                kubernetes_yaml::documents(settings)[0].as_ref().expect("YAML").value.to_string().as_bytes(),
            );
            let (_, in_settings) = path.split_at("spec.".len());
            assert_eq!(refused.expect_err("refused").to_string(), format!("{in_settings}: {message}"));
        }
    }
}

#[test]
fn members_of_a_policy_group_are_checked_separately() {
    let members = [
        ("good", MODULE, "{profile: strict}"),
        ("misspelt", MODULE, "{profil: strict}"),
        ("other", OTHER_MODULE, "{profil: strict}"),
        ("wrong", MODULE, "{ratchet: 'no'}"),
    ];
    for kind in ["ClusterAdmissionPolicyGroup", "AdmissionPolicyGroup"] {
        let output = check(&group(kind, &members), &[]);
        let findings = objects(&output)[0]["findings"].clone();
        let places: Vec<_> = findings
            .as_array()
            .expect("a list")
            .iter()
            .map(|found| (found["path"].as_str(), found["line"].as_u64()))
            .collect();
        let expected = [("spec.policies.misspelt.settings.profil", 12), ("spec.policies.wrong.settings.ratchet", 18)];
        assert_eq!(places, expected.map(|(path, line)| (Some(path), Some(line))), "{}", shown(&output));
        assert_eq!(findings[1]["fix"], "write no without the quotes");
    }
}

#[test]
fn other_policies_and_valid_settings_are_accepted() {
    for text in [
        policy("ClusterAdmissionPolicy", OTHER_MODULE, "{profil: strict}"),
        policy("ClusterAdmissionPolicy", MODULE, "{profile: strict}"),
        policy("ClusterAdmissionPolicy", MODULE, "null"),
        policy("ClusterAdmissionPolicy", MODULE, "{mutate: []}"),
        policy("ClusterAdmissionPolicy", MODULE, "{mutate: safe}").replace("mutating: false", "mutating: true"),
        policy("PolicyServer", MODULE, "{profil: strict}"),
        group("AdmissionPolicyGroup", &[("a", OTHER_MODULE, "{profil: strict}")]),
        "apiVersion: policies.kubewarden.io/v1\nkind: AdmissionPolicy\nspec: []\n".to_owned(),
        "apiVersion: policies.kubewarden.io/v1\nkind: AdmissionPolicyGroup\nspec: {policies: [a]}\n".to_owned(),
    ] {
        let output = check(&text, &[]);
        assert_eq!(objects(&output)[0]["verdict"], "accept", "{text}{}", shown(&output));
    }
}

#[test]
fn policies_in_lists_requests_and_json_are_checked() {
    let misspelt = policy("AdmissionPolicy", MODULE, "{profil: strict}");
    let value = kubernetes_yaml::documents(&misspelt).remove(0).expect("YAML").value;
    let list = json!({"apiVersion": "v1", "kind": "List", "items": [value]});
    let request = json!({
        "kind": {"group": "policies.kubewarden.io", "version": "v1", "kind": "AdmissionPolicy"},
        "operation": "CREATE", "object": value, "userInfo": {},
    });
    for input in [value.to_string(), list.to_string(), request.to_string()] {
        let output = check(&input, &[]);
        assert_eq!(objects(&output)[0]["findings"][0]["path"], "spec.settings.profil", "{}", shown(&output));
    }
}

#[test]
fn policies_in_typed_lists_are_checked() {
    for kind in ["AdmissionPolicy", "ClusterAdmissionPolicy", "AdmissionPolicyGroup", "ClusterAdmissionPolicyGroup"] {
        let member = json!({"module": MODULE, "settings": {"profil": "strict"}});
        let spec = match kind.ends_with("Group") {
            true => json!({"policies": {"a": member}}),
            false => member,
        };
        let items = json!([{"metadata": {"name": "hostprocess"}, "spec": spec}]);
        let list = json!({"apiVersion": "policies.kubewarden.io/v1", "kind": format!("{kind}List"), "items": items});
        let output = check(&list.to_string(), &[]);
        assert_eq!(objects(&output)[0]["findings"][0]["rule"], "invalid-settings", "{kind}: {}", shown(&output));
    }
}

#[test]
fn mutate_without_effect_is_a_warning() {
    let group = group("AdmissionPolicyGroup", &[("a", MODULE, "{mutate: [host-network]}")]);
    for (text, path, line) in [
        (policy("AdmissionPolicy", MODULE, "{mutate: safe}"), "spec.mutating", 7),
        (policy("AdmissionPolicy", MODULE, "{mutate: safe}").replace("  mutating: false\n", ""), "spec.mutating", 5),
        (group, "spec.policies.a.settings.mutate", 9),
    ] {
        let output = check(&text, &[]);
        let found = &objects(&output)[0]["findings"][0];
        assert_eq!(
            (code(&output), &found["rule"], &found["severity"]),
            (0, &json!("invalid-settings"), &json!("warn"))
        );
        assert_eq!((&found["path"], &found["line"]), (&json!(path), &json!(line)), "{}", shown(&output));
    }
}

#[test]
fn sarif_and_explain_contain_the_page_of_invalid_settings() {
    let output =
        hostprocess(&["check", "-", "--output", "sarif"], &policy("AdmissionPolicy", MODULE, "{profil: strict}"));
    assert_valid_sarif(&output.stdout);
    let log: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(log["runs"][0]["tool"]["driver"]["rules"][0]["id"], "invalid-settings");
    assert_eq!(log["runs"][0]["results"][0]["ruleIndex"], 0);
    assert_eq!(code(&hostprocess(&["explain", "invalid-settings"], "")), 0);
}

#[test]
fn published_policies_are_accepted() {
    let output = hostprocess(&["check", "deploy/base/clusteradmissionpolicy.yaml", "--fail-on", "warn"], "");
    assert_eq!(code(&output), 0, "{}", shown(&output));
}

#[test]
fn policies_in_the_documentation_are_valid() {
    for page in ["docs/operations.md", "docs/recipes.md"] {
        let text = std::fs::read_to_string(repository().join(page)).expect("a page");
        let blocks = text.split("```yaml\n").skip(1).filter_map(|rest| rest.split("\n```").next());
        let policies: Vec<&str> = blocks.filter(|block| block.contains("policies.kubewarden.io/")).collect();
        let output = hostprocess(&["check", "-", "-o", "json"], &policies.join("\n---\n"));
        assert_eq!(code(&output), 0, "{page}: {}", shown(&output));
        assert!(!policies.is_empty() && objects(&output).len() >= policies.len(), "{page}: {}", shown(&output));
        assert!(objects(&output).iter().all(|object| object["verdict"] == "accept"), "{page}: {}", shown(&output));
    }
}
