//! Pages and plans.

use super::*;

#[test]
fn a_finding_shows_the_page_of_its_rule() {
    let folder = folder("pages");
    let path = folder.join("pod.yaml");
    let mut editor = Editor::start(&folder, &[], json!({}));
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
    let mut editor = Editor::start(&folder, &[], json!({}));
    assert_eq!(editor.check(&path, &pod), Vec::<Value>::new());
    let plan = editor.hover(&path, range_of(&pod, "registry.example")["start"].clone());
    let plan = plan.as_str().expect("a plan");
    assert!(plan.starts_with("Pod agent, container agent\n\n````text\n"), "{plan}");
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
    let mut editor = Editor::start(&folder, &[], json!({}));
    editor.check(&folder.join("pod.yaml"), &pod);
    assert_eq!(
        editor.hover(&folder.join("pod.yaml"), range_of(&pod, "registry.example")["start"].clone()),
        Value::Null
    );
}
