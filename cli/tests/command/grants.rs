//! `grants`: output, warnings and errors.

use super::*;

fn agent(name: &str, image: &str, path: Option<&str>) -> String {
    let mut text = GOOD.replace("name: good", &format!("name: {name}")).replace("registry.example/shell:1.0", image);
    if let Some(path) = path {
        text += &format!(
            "    volumeMounts: [{{name: data, mountPath: /data}}]\n  volumes: [{{name: data, hostPath: {{path: '{path}'}}}}]\n"
        );
    }
    text
}

#[test]
fn workloads_with_identical_requirements_share_a_grant_with_their_sources() {
    let folder = folder("grants");
    write(&folder, "v1/agent.yaml", &agent("agent", "registry.example/agent:1", Some("C:\\k")));
    write(&folder, "v2/agent.yaml", &agent("agent", "registry.example/v2/agent@sha256:ab", None));
    let pod = "metadata:\n  ownerReferences: [{controller: true, apiVersion: apps/v1, kind: DaemonSet, name: agent}]\n";
    write(&folder, "pod.yaml", &agent("agent-x7", "registry.example/agent:3", None).replace("metadata:\n", pod));
    write(&folder, "daemonset.yaml", &daemon_set("apps/v1"));
    write(&folder, "other.yaml", &agent("other", "registry.example/agent:1", None));
    write(&folder, "tool.yaml", &agent("tool", "tool", Some("/tmp/x")));
    write(&folder, "ordinary.yaml", "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: a, image: b}]}\n");
    let shown = |arguments: &[&str]| shown(&hostprocess_in(&folder, arguments));
    assert_snapshot("grants", shown(&["grants", "."]) + &shown(&["grants", "tool.yaml", "-n", "ops", "-o", "json"]));
    assert_snapshot("grants_for_nobody", shown(&["grants", "ordinary.yaml"]));
}

/// A DaemonSet of this group and version with the pod of `agent`.
fn daemon_set(api_version: &str) -> String {
    let pod = agent("agent", "registry.example/agent:1", Some("C:\\k"));
    let (_, spec) = pod.split_once("spec:\n").expect("has one");
    let spec: String = spec.lines().map(|line| format!("    {line}\n")).collect();
    format!(
        "apiVersion: {api_version}\nkind: DaemonSet\nmetadata: {{name: agent}}\nspec:\n  template:\n    spec:\n{spec}"
    )
}

#[test]
fn workloads_that_cannot_be_granted_are_errors_and_the_rest_is_granted() {
    let nameless = GOOD.replace("runAsUserName: NT AUTHORITY\\Local service", "");
    let texts = [
        nameless,
        agent("a", "'*'", None),
        agent("b", "b", Some("C:\\..\\x")),
        agent("c", "c", Some("C:\\*")),
        agent("d", "d", Some("")),
        agent("e", "e", Some("")).replace("hostPath: {path: ''}", "image: {pullPolicy: Always}"),
        agent("f", "f", Some("none")),
    ];
    assert_snapshot("not_grantable", shown(&hostprocess(&["grants", "-"], &texts.join("---\n"))));
}

#[test]
fn digests_option_lists_digests_and_requires_them() {
    let texts = [agent("a", "registry.example/a:1@sha256:ab", None), agent("b", "registry.example/b:1", None)];
    let output = hostprocess(&["grants", "--digests", "-"], &texts.join("---\n"));
    let shown = shown(&output);
    assert_eq!(code(&output), 2);
    assert!(
        shown.contains("  images: [\"registry.example/a@sha256:ab\"]\n")
            && !shown.contains("images: [\"registry.example/b")
    );
    assert!(shown.contains("Pod b: its image 'registry.example/b:1' has no digest: write it as"), "{shown}");
}

#[test]
fn remarks_for_the_administrator_are_warnings() {
    let malformed = agent("a", "a", None).replace("Local service", "Local\\service");
    let second =
        "  - {name: b, image: b, securityContext: {windowsOptions: {runAsUserName: 'NT AUTHORITY\\SYSTEM'}}}\n";
    let two = agent("b", "a", None) + second;
    for (text, warning) in [
        (
            malformed,
            "warning: <stdin>:1: Pod a: the API server rejects its account: 'NT AUTHORITY\\Local\\service' contains more than one backslash\n",
        ),
        (two, "warning: <stdin>:1: Pod b: a grant does not say which container runs as which account: "),
        (
            daemon_set("apps.kruise.io/v1alpha1"),
            "warning: <stdin>:1: DaemonSet agent: what its controller creates needs grants of its own: ",
        ),
    ] {
        let output = hostprocess(&["grants", "-"], &text);
        assert!(code(&output) == 0 && shown(&output).contains(warning), "{}", shown(&output));
    }
}

/// Every fixture is either covered or reported as an error.
#[test]
fn every_fixture_is_covered_by_its_grants() {
    let output = hostprocess(&["grants", "test_data", "--exclude", "test_data/sessions"], "");
    let problems = String::from_utf8(output.stderr).expect("UTF-8");
    let settings = write(&folder("fixtures"), "settings.yaml", &String::from_utf8(output.stdout).expect("UTF-8"));
    let check =
        hostprocess(&["check", "test_data", "--settings", &settings, "--rules", "not-allowed", "--output", "json"], "");
    let mut covered = 0;
    for object in objects(&check) {
        let is_denied =
            object["findings"].as_array().expect("a list").iter().any(|found| found["rule"] == "not-allowed");
        let file = object["file"].as_str().expect("a string");
        assert!(!is_denied || problems.contains(file) || is_merged(&object), "{object}");
        covered += usize::from(!is_denied);
    }
    assert!(covered > 300, "{covered} of the fixtures");
}

/// Whether an object is a revision, which is merged into another template. Grants can only cover that template.
fn is_merged(object: &Value) -> bool {
    object["kind"] == "ControllerRevision"
}
