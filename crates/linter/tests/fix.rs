//! The text that `fix` produces, and its number of passes.

use std::sync::Arc;

use hostprocess_linter::{File, Fixed, Linter, Settings, fix};
use windows_hostprocess_policy::cluster::host::NoCluster;
use windows_hostprocess_policy::finding::patch::Reach;

fn fixed(text: &str) -> Fixed {
    let settings = Settings::default();
    let tree = settings.tree();
    let linter = Linter::new(&tree, Arc::new(NoCluster)).expect("valid");
    let fixed = fix(&linter, "a.yaml", text, Reach::OnDemand, &mut |_| {});
    let report = linter.check(File::parse("a.yaml", fixed.text.clone()));
    let left = report.objects.iter().flat_map(|object| &object.findings).filter(|found| found.patch.is_some()).count();
    assert_eq!(left, fixed.refused.len(), "{}", fixed.text);
    fixed
}

/// A pod without hostNetwork and node selector, and with these other fields of its spec.
fn pod(spec: &str) -> String {
    format!(
        "apiVersion: v1
kind: Pod
metadata: {{name: a}}
spec:
  securityContext: {{windowsOptions: {{hostProcess: true, runAsUserName: 'NT AUTHORITY\\SYSTEM'}}}}
  containers: [{{name: a, image: registry.example/a:1, command: [a.exe]}}]
{spec}"
    )
}

#[test]
fn a_missing_parent_mapping_is_added_with_its_member() {
    let fixed = fixed(&pod("  dnsPolicy: Default\n"));
    assert!(
        fixed.text.ends_with(
            "  dnsPolicy: Default
  nodeSelector:
    kubernetes.io/os: windows
  hostNetwork: true
"
        ) || fixed.text.ends_with(
            "  dnsPolicy: Default
  hostNetwork: true
  nodeSelector:
    kubernetes.io/os: windows
"
        ),
        "{}",
        fixed.text
    );
}

#[test]
fn an_empty_mapping_is_filled_in_its_own_style() {
    for (selector, expected) in [
        ("  nodeSelector: {}\n", "  nodeSelector:\n    kubernetes.io/os: windows\n"),
        ("  nodeSelector:\n", "  nodeSelector:\n    kubernetes.io/os: windows\n"),
        ("  nodeSelector: null\n", "  nodeSelector:\n    kubernetes.io/os: windows\n"),
        ("  nodeSelector: {} # any\n", "  nodeSelector: {kubernetes.io/os: windows} # any\n"),
    ] {
        let fixed = fixed(&pod(selector));
        assert!(fixed.text.contains(expected), "{selector}: {}", fixed.text);
    }
}

#[test]
fn json_stays_json() {
    let object = r#"{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {
  "securityContext": {"windowsOptions": {"hostProcess": true, "runAsUserName": "NT AUTHORITY\\SYSTEM"}},
  "containers": [{"name": "a", "image": "registry.example/a:1", "command": ["a.exe"]}]
}}"#;
    let fixed = fixed(object);
    let value: serde_json::Value = serde_json::from_str(&fixed.text).expect("JSON");
    assert_eq!(value["spec"]["nodeSelector"]["kubernetes.io/os"], "windows");
    assert_eq!(value["spec"]["hostNetwork"], true);
}

#[test]
fn each_line_keeps_its_line_break() {
    let text = pod("  hostUsers: false\n  dnsPolicy: Default\n").replace("kind: Pod\n", "kind: Pod\r\n");
    let fixed = fixed(&text);
    assert_eq!(fixed.text.matches("\r\n").count(), 1, "{:?}", fixed.text);
    assert!(fixed.text.contains("kind: Pod\r\n") && !fixed.text.contains("hostUsers"), "{}", fixed.text);
}

#[test]
fn fixes_of_anchored_values_are_refused_and_the_rest_is_fixed() {
    let other = pod("  hostUsers: &no false\n  hostIPC: *no\n");
    let text = [pod(""), other, pod("")].join("---\n");
    let fixed = fixed(&text);
    let refused: Vec<String> = fixed.refused.iter().map(ToString::to_string).collect();
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert!(
        refused[0].starts_with("a.yaml:") && refused[0].contains("[host-users] spec.hostUsers: not fixed:"),
        "{refused:?}"
    );
    assert_eq!(fixed.text.matches("hostNetwork: true").count(), 3, "{}", fixed.text);
}

/// Measuring time would depend on the machine. Many pods must not need more passes than one pod.
#[test]
fn many_pods_are_fixed_in_as_many_passes_as_one_pod() {
    let one = pod("  hostUsers: false\n  dnsPolicy: ClusterFirst\n");
    let expected = fixed(&one);
    let many = vec![one; 50].join("---\n");
    let fixed = fixed(&many);
    assert_eq!((fixed.count, fixed.refused.len()), (expected.count * 50, 0));
    assert_eq!(fixed.text, vec![expected.text; 50].join("---\n"));
}
