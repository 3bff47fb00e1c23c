//! Fixes and waivers.

use super::*;
use crate::editor::edited;

fn titles(actions: &[Value]) -> Vec<&str> {
    actions.iter().map(|action| action["title"].as_str().expect("a title")).collect()
}

/// The edits of an action in the only document.
fn edits(action: &Value) -> &Value {
    action["edit"]["changes"].as_object().expect("changes").values().next().expect("a document")
}

#[test]
fn a_quick_fix_is_the_fix_of_the_command() {
    let folder = folder("quick_fix");
    let path = write(&folder, "pod.yaml", POD);
    let mut editor = Editor::start(&folder, &[], json!({}));
    let diagnostics = editor.check(&path, POD);
    assert_eq!(rules(&diagnostics), ["host-network"]);
    let actions = editor.actions(&path, diagnostics[0]["range"].clone(), None);
    let expected = ["Fix host-network: set hostNetwork: true", "Waive host-network with a comment (add the reason)"];
    assert_eq!(titles(&actions), expected, "{actions:#?}");
    assert_eq!((&actions[0]["kind"], &actions[0]["isPreferred"]), (&json!("quickfix"), &json!(true)));
    let fixed = edited(POD, edits(&actions[0]));
    assert_eq!(fixed, [POD, "  hostNetwork: true\n"].concat());
    hostprocess(&folder, &["fix", "--write", "pod.yaml"]);
    assert_eq!(fixed, read(&path));
    let elsewhere = json!({ "start": { "line": 1, "character": 0 }, "end": { "line": 1, "character": 0 } });
    assert_eq!(editor.actions(&path, elsewhere, None), Vec::<Value>::new());
}

#[test]
fn fix_all_applies_the_safe_fixes() {
    let folder = folder("fix_all");
    let broken = read(&repository().join("examples/broken.yaml"));
    let path = write(&folder, "broken.yaml", &broken);
    let mut editor = Editor::start(&folder, &[], json!({}));
    editor.check(&path, &broken);
    let nowhere = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 0, "character": 0 } });
    let mut results = Vec::new();
    for kind in ["source.fixAll.hostprocess", "source.fixAll", "source"] {
        let actions = editor.actions(&path, nowhere.clone(), Some(kind));
        assert_eq!(titles(&actions), ["Fix all findings with safe fixes"], "{kind}");
        results.push(edited(&broken, edits(&actions[0])));
    }
    assert_eq!(editor.actions(&path, nowhere.clone(), Some("refactor")), Vec::<Value>::new());
    assert_eq!(editor.actions(&path, nowhere.clone(), Some("source.fixAll.eslint")), Vec::<Value>::new());
    hostprocess(&folder, &["fix", "--write", "broken.yaml"]);
    let fixed = read(&path);
    assert_ne!(fixed, broken);
    assert!(results.iter().all(|result| *result == fixed), "{results:#?}");
    editor.change(&path, 2, &fixed);
    editor.diagnostics(2);
    assert_eq!(editor.actions(&path, nowhere, Some("source.fixAll")), Vec::<Value>::new());
}

#[test]
fn an_unsafe_fix_says_so_and_is_not_preferred() {
    let path = repository().join("examples/broken.yaml");
    let broken = read(&path);
    let mut editor = Editor::start(&repository(), &[], json!({}));
    let diagnostics = editor.check(&path, &broken);
    let found = diagnostics.iter().find(|found| found["code"] == "windows-node").expect("a finding");
    let actions = editor.actions(&path, found["range"].clone(), None);
    assert!(titles(&actions)[0].ends_with(" (unsafe: drops a guarantee or affects other objects)"), "{actions:#?}");
    assert_eq!(actions[0]["isPreferred"], Value::Null);
    let fixed = edited(&broken, edits(&actions[0]));
    assert!(fixed.contains("nodeSelector:") && !broken.contains("nodeSelector:"), "{fixed}");
}

#[test]
fn a_waiver_counts_once_it_has_a_reason() {
    let folder = folder("waive");
    let path = folder.join("pod.yaml");
    let mut editor = Editor::start(&folder, &[], json!({}));
    let diagnostics = editor.check(&path, POD);
    let actions = editor.actions(&path, diagnostics[0]["range"].clone(), None);
    let without_reason = edited(POD, edits(&actions[1]));
    assert_eq!(without_reason, POD.replace("spec:\n", "# hostprocess: ignore[host-network] \nspec:\n"));
    editor.change(&path, 2, &without_reason);
    let diagnostics = editor.diagnostics(2);
    assert_eq!(rules(&diagnostics), ["host-network", ""]);
    let message = diagnostics[1]["message"].as_str().expect("a message");
    assert!(message.contains("write a reason after the brackets"), "{message}");
    let again = editor.actions(&path, diagnostics[0]["range"].clone(), None);
    assert!(
        !titles(&again).iter().any(|title| title.starts_with("Waive")),
        "there is a waiver without a reason: {again:#?}"
    );
    editor.change(&path, 3, &without_reason.replace("] \n", "] no pod network on these nodes\n"));
    assert_eq!(editor.diagnostics(3), Vec::<Value>::new());
}

/// An editor that applies edits late must notice that the document has changed.
#[test]
fn edits_name_their_version_where_the_editor_takes_it() {
    let folder = folder("versions");
    let path = folder.join("pod.yaml");
    let capabilities = json!({ "workspace": { "workspaceEdit": { "documentChanges": true } } });
    let mut editor = Editor::start(&folder, &[], capabilities);
    editor.check(&path, POD);
    editor.change(&path, 7, POD);
    let diagnostics = editor.diagnostics(7);
    let actions = editor.actions(&path, diagnostics[0]["range"].clone(), None);
    let document = &actions[0]["edit"]["documentChanges"][0]["textDocument"];
    assert_eq!((&document["uri"], &document["version"]), (&json!(uri(&path)), &json!(7)));
}

/// A comment between the lines of a scalar would be part of it.
#[test]
fn no_waiver_is_offered_where_it_would_change_the_manifest() {
    let folder = folder("scalar");
    let path = folder.join("pod.yaml");
    let flow = "  - {name: agent, image: \"a:1\n    \", command: [/bin/sh]}\n";
    let pod = [POD.split("  - name:").next().expect("the pod"), flow].concat();
    let mut editor = Editor::start(&folder, &[], json!({}));
    let diagnostics = editor.check(&path, &pod);
    let linux = diagnostics.iter().find(|found| found["code"] == "linux-command").expect("a finding");
    let actions = editor.actions(&path, linux["range"].clone(), None);
    assert!(!titles(&actions).iter().any(|title| title.starts_with("Waive linux-command")), "{actions:#?}");
}

#[test]
fn excluded_files_and_templates_are_not_fixed() {
    let folder = folder("excluded");
    write(&folder, ".hostprocess.yaml", "exclude: [vendored.yaml]\n");
    let path = write(&folder, "vendored.yaml", POD);
    let mut editor = Editor::start(&folder, &[], json!({}));
    assert_eq!(editor.check(&path, POD), Vec::<Value>::new());
    assert_eq!(editor.actions(&path, range_of(POD, "spec"), Some("source.fixAll")), Vec::<Value>::new());
    write(&folder, "Chart.yaml", "apiVersion: v2\nname: a\nversion: 1.0.0\n");
    std::fs::create_dir(folder.join("templates")).expect("a folder");
    let template = POD.replace("name: agent\nspec", "name: agent # {{ .Release.Name }}\nspec");
    let path = write(&folder.join("templates"), "pod.yaml", &template);
    assert_eq!(editor.check(&path, &template), Vec::<Value>::new());
    assert_eq!(editor.actions(&path, range_of(&template, "spec"), Some("source.fixAll")), Vec::<Value>::new());
}

/// Editors ask whenever the selection changes.
#[test]
fn a_selection_gets_actions_for_some_findings_only() {
    let folder = folder("selection");
    let path = folder.join("pods.yaml");
    let pods = format!("{POD}---\n").repeat(300);
    let mut editor = Editor::start(&folder, &[], json!({}));
    assert_eq!(editor.check(&path, &pods).len(), 300);
    let all = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 9999, "character": 0 } });
    assert_eq!(editor.actions(&path, all, None).len(), 20);
}
