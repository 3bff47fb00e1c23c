//! `fix`: applies the patches to the text and changes nothing else.

use std::fs;

use super::*;

const AGENT: &str = "# An agent on every node.
apiVersion: v1
kind: Pod
metadata: {name: agent}  # short
spec:
  hostUsers: false # Linux only
  # Who may do what.
  securityContext:
    runAsNonRoot: true
    windowsOptions:
      hostProcess: true
      runAsUserName: \"NT Authority\\\\System\"
  containers:
  - name: agent
    image: 'registry.example/agent:1.0'
    command: [agent.exe, '$(CONTAINER_SANDBOX_MOUNT_POINT)/x']
    args: [\"--config=$(CONTAINER_SANDBOX_MOUNT_POINT)/config.yml\"]
    ports:
    - {containerPort: 80, hostPort: 81}
    - containerPort: 443
      hostPort: 444
  dnsPolicy: None
";

#[test]
fn the_default_prints_a_diff_and_writes_nothing() {
    let folder = folder("fix-diff");
    write(&folder, "agent.yaml", AGENT);
    assert_snapshot("fix_diff", shown(&hostprocess_in(&folder, &["fix", "agent.yaml"])));
    assert_snapshot("fix_stdin", shown(&hostprocess(&["fix", "--unsafe", "-"], AGENT)));
    assert_eq!(fs::read_to_string(folder.join("agent.yaml")).expect("is there"), AGENT);
}

#[test]
fn diff_option_applies_to_standard_input() {
    let output = hostprocess(&["fix", "--diff", "-"], AGENT);
    assert!(code(&output) == 1 && output.stdout.starts_with(b"--- <stdin>\n+++ <stdin>\n@@"), "{}", shown(&output));
    let clean = hostprocess(&["fix", "--diff", "-"], GOOD);
    assert_eq!((code(&clean), clean.stdout.as_slice()), (0, &b""[..]));
}

#[test]
fn written_fixes_are_clean_and_idempotent() {
    let folder = folder("fix-write");
    let windows = AGENT.replace('\n', "\r\n");
    write(&folder, "agent.yaml", AGENT);
    write(&folder, "windows.yaml", &format!("\u{feff}{windows}"));
    let output = hostprocess_in(&folder, &["fix", "--write", "--unsafe", "."]);
    assert_eq!(code(&output), 0, "{}", shown(&output));
    let read = |name: &str| fs::read_to_string(folder.join(name)).expect("is there");
    let (first, second) = (read("agent.yaml"), read("windows.yaml"));
    assert_eq!(second, format!("\u{feff}{}", first.replace('\n', "\r\n")), "line ends and the mark stay");
    assert_snapshot("fix_written", first);
    let again = hostprocess_in(&folder, &["fix", "--write", "--unsafe", "."]);
    assert_eq!((code(&again), again.stdout.as_slice()), (0, &b""[..]), "{}", shown(&again));
    assert_eq!(read("windows.yaml"), second);
}

#[test]
fn findings_that_cannot_be_fixed_are_reported_and_left_unchanged() {
    let folder = folder("fix-refused");
    let anchors = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  hostNetwork: &no false\n  hostUsers: *no\n  nodeSelector: {kubernetes.io/os: windows}\n  securityContext: {windowsOptions: {hostProcess: true, runAsUserName: 'NT AUTHORITY\\SYSTEM'}}\n  containers: [{name: a, image: a, command: [a.exe]}]\n";
    write(&folder, "anchors.yaml", anchors);
    let review = json!({ "apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {
        "kind": { "group": "", "version": "v1", "kind": "Pod" }, "operation": "CREATE", "namespace": "a",
        "object": { "metadata": { "name": "a" }, "spec": {
            "securityContext": { "windowsOptions": { "hostProcess": true } }, "containers": [{ "name": "a", "image": "a" }] } } } });
    write(&folder, "review.json", &review.to_string());
    write(&folder, "chart/Chart.yaml", "name: chart\n");
    write(&folder, "chart/templates/pod.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: {{ .Values.name }}}\n");
    let output = hostprocess_in(&folder, &["fix", "--write", "."]);
    assert_snapshot("fix_refused", shown(&output));
    assert_eq!(fs::read_to_string(folder.join("review.json")).expect("is there"), review.to_string());
}

/// Fixes copies of all fixtures. Afterwards, only refused findings still have a patch, and a second run writes nothing.
/// Files without a patch are unchanged.
#[test]
fn fixes_of_every_fixture_are_complete_and_idempotent() {
    let folder = folder("fix-fixtures");
    let mut texts = Vec::new();
    for rule in fixtures::rule_folders() {
        for file in fs::read_dir(&rule).expect("a folder").map(|entry| entry.expect("readable").path()) {
            let name = format!("{}-{}", fixtures::file_name(&rule), fixtures::file_name(&file));
            let text = fs::read_to_string(&file).expect("a string");
            write(&folder, &name, &text);
            texts.push((name, text));
        }
    }
    let check = || objects(&hostprocess_in(&folder, &["check", ".", "-o", "json"]));
    let patched = |object: &Value| {
        let findings = object["findings"].as_array().expect("a list");
        findings.iter().any(|finding| !finding["patch"].is_null())
    };
    let fixable: Vec<String> = check()
        .iter()
        .filter(|object| patched(object))
        .map(|object| object["file"].as_str().expect("a string").to_owned())
        .collect();
    assert!(fixable.len() > 50, "{}", fixable.len());

    let output = hostprocess_in(&folder, &["fix", "--write", "--unsafe", "."]);
    let errors = String::from_utf8(output.stderr).expect("UTF-8");
    for object in check().iter().filter(|object| patched(object)) {
        let file = object["file"].as_str().expect("a string");
        assert!(errors.lines().any(|line| line.contains(file) && line.contains("not fixed")), "{object}\n{errors}");
    }
    let now = || -> Vec<String> {
        texts.iter().map(|(name, _)| fs::read_to_string(folder.join(name)).expect("is there")).collect()
    };
    let fixed = now();
    for ((name, before), after) in texts.iter().zip(&fixed) {
        assert!(before == after || fixable.iter().any(|file| file.ends_with(name)), "{name} had nothing to fix");
    }
    hostprocess_in(&folder, &["fix", "--write", "--unsafe", "."]);
    assert_eq!(now(), fixed, "twice is the same as once");
}
