//! Pages and plans.

use super::*;

/// An editor that shows Markdown.
fn markdown() -> Value {
    json!({ "textDocument": { "hover": { "contentFormat": ["markdown", "plaintext"] } } })
}

#[test]
fn a_finding_shows_the_page_of_its_rule() {
    let folder = folder("pages");
    let path = folder.join("pod.yaml");
    let mut editor = Editor::start(&folder, &[], markdown());
    let diagnostics = editor.check(&path, POD);
    let page = editor.hover(&path, diagnostics[0]["range"]["start"].clone());
    let page = page.as_str().expect("a page");
    assert!(page.starts_with("### [host-network](https://") && page.contains("**What happens**"), "{page}");
    assert_eq!(
        diagnostics[0]["codeDescription"]["href"],
        json!(page["### [host-network](".len()..].split(')').next().expect("a link"))
    );
}

#[test]
fn a_host_process_container_shows_its_plan() {
    let folder = folder("plans");
    let pod = POD.replace("spec:\n", "spec:\n  hostNetwork: true\n").replace("[agent.exe]", "[agent.exe, '```']");
    let path = write(&folder, "pod.yaml", &pod);
    let mut editor = Editor::start(&folder, &[], markdown());
    assert_eq!(editor.check(&path, &pod), Vec::<Value>::new());
    let plan = editor.hover(&path, range_of(&pod, "registry.example")["start"].clone());
    let plan = plan.as_str().expect("a plan");
    assert!(plan.starts_with("````text\nPod agent, container agent\n"), "{plan}");
    let printed = hostprocess(&folder, &["plan", "pod.yaml"]);
    let of_command: Vec<&str> = printed.lines().filter(|line| line.starts_with("  ")).collect();
    let of_hover: Vec<&str> = plan.lines().filter(|line| line.starts_with("  ")).collect();
    assert_eq!(of_hover, of_command);
    assert!(of_hover.len() > 10);
    assert_eq!(editor.hover(&path, json!({ "line": 0, "character": 0 })), Value::Null);
    assert_eq!(editor.hover(&path, json!({ "line": 999, "character": 999 })), Value::Null);
}

#[test]
fn an_ordinary_container_shows_nothing() {
    let folder = folder("ordinary");
    let pod = POD.replace("hostProcess: true", "hostProcess: false");
    let mut editor = Editor::start(&folder, &[], markdown());
    editor.check(&folder.join("pod.yaml"), &pod);
    assert_eq!(
        editor.hover(&folder.join("pod.yaml"), range_of(&pod, "registry.example")["start"].clone()),
        Value::Null
    );
}

#[test]
fn a_finding_in_a_container_shows_its_plan_as_well() {
    let folder = folder("both");
    let pod = POD.replace("[agent.exe]", "[/bin/sh]");
    let mut editor = Editor::start(&folder, &[], markdown());
    editor.check(&folder.join("pod.yaml"), &pod);
    let shown = editor.hover(&folder.join("pod.yaml"), range_of(&pod, "/bin/sh")["start"].clone());
    let shown = shown.as_str().expect("a hover");
    let (page, plan) = shown.split_once("\n\n---\n\n```text\n").unwrap_or_else(|| panic!("{shown}"));
    assert!(page.starts_with("### [linux-command]") && plan.contains("kubelet        cannot create"), "{shown}");
}

/// A name could otherwise show an image from anywhere, or hide what follows.
#[test]
fn names_of_a_manifest_are_not_markdown() {
    let folder = folder("names");
    let pod = POD.replace("  - name: agent", "  - name: \"![x](https://example.com/x.png)\\e[31m\\u202e\"");
    let mut editor = Editor::start(&folder, &[], markdown());
    editor.check(&folder.join("pod.yaml"), &pod);
    let plan = editor.hover(&folder.join("pod.yaml"), range_of(&pod, "registry.example")["start"].clone());
    let plan = plan.as_str().expect("a plan");
    assert!(plan.starts_with("```text\nPod agent, container ![x]"), "{plan}");
    assert!(!plan.contains(['\u{1b}', '\u{202e}']), "{plan:?}");
}

#[test]
fn an_editor_without_markdown_gets_plain_text() {
    let folder = folder("plain");
    let mut editor = Editor::start(&folder, &[], json!({}));
    let diagnostics = editor.check(&folder.join("pod.yaml"), POD);
    let params = json!({ "textDocument": { "uri": uri(&folder.join("pod.yaml")) }, "position": diagnostics[0]["range"]["start"] });
    let hover = editor.request("textDocument/hover", params);
    assert_eq!(hover["contents"]["kind"], "plaintext");
    let text = hover["contents"]["value"].as_str().expect("a text");
    assert!(text.starts_with("host-network\n<https://") && !text.contains("###"), "{text}");
}
