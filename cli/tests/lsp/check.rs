//! Diagnostics are the findings of `hostprocess check`.

use std::collections::BTreeMap;

use super::*;

type Found = (String, u64, u64, String);

/// Rule, line and column from 1 in characters, and message with the fix, of every finding of `check`, by file.
fn checked(folder: &Path) -> BTreeMap<String, Vec<Found>> {
    let objects: Vec<Value> =
        serde_json::from_str(&hostprocess(folder, &["check", ".", "-o", "json", "--allow-empty"])).expect("JSON");
    let mut by_file: BTreeMap<String, Vec<Found>> = BTreeMap::new();
    for object in objects {
        let found = by_file.entry(object["file"].as_str().expect("a file").to_owned()).or_default();
        for finding in object["findings"].as_array().expect("findings") {
            if finding["waived"].is_object() {
                continue;
            }
            let text = |key: &str| finding[key].as_str().expect("a text").to_owned();
            let number = |key: &str| finding[key].as_u64().expect("a number");
            found.push((text("rule"), number("line"), number("column"), text("fix")));
        }
    }
    by_file
}

fn shown(text: &str, diagnostic: &Value) -> Option<Found> {
    let rule = diagnostic["code"].as_str()?.to_owned();
    let start = &diagnostic["range"]["start"];
    let (line, units) = (start["line"].as_u64()?, usize::try_from(start["character"].as_u64()?).ok()?);
    let letters: Vec<u16> = text.lines().nth(usize::try_from(line).ok()?).unwrap_or_default().encode_utf16().collect();
    let column = String::from_utf16_lossy(&letters[..units]).chars().count();
    let message = diagnostic["message"].as_str()?;
    Some((rule, line + 1, u64::try_from(column).ok()? + 1, message.to_owned()))
}

/// The fixtures and the examples.
#[test]
fn every_fixture_has_the_findings_of_check() {
    let mut compared = 0;
    let mut editor = Editor::start(&repository(), &[], json!({}));
    for folder in ["test_data", "examples"].map(|folder| repository().join(folder)) {
        let by_file = checked(&folder);
        for (name, expected) in &by_file {
            let path = folder.join(name).canonicalize().expect("a file");
            let text = read(&path);
            let diagnostics = editor.check(&path, &text);
            let found: Vec<Found> = diagnostics.iter().filter_map(|diagnostic| shown(&text, diagnostic)).collect();
            assert_eq!(found.len(), expected.len(), "{name}: {diagnostics:#?}");
            for ((rule, line, column, message), expected) in found.iter().zip(expected) {
                assert_eq!((rule, line, column), (&expected.0, &expected.1, &expected.2), "{name}");
                assert!(message.ends_with(&expected.3) || expected.3.contains('\n'), "{name}: {message}");
                compared += 1;
            }
            editor.notify("textDocument/didClose", json!({ "textDocument": { "uri": uri(&path) } }));
            assert_eq!(editor.published().2, Vec::<Value>::new(), "closed");
        }
        assert!(by_file.len() > 1, "{}", folder.display());
    }
    assert!(compared > 300, "{compared} findings");
    assert_eq!(editor.exit(), 0);
}

#[test]
fn positions_count_the_units_that_were_agreed_on() {
    let folder = folder("encodings");
    let path = folder.join("pod.yaml");
    let container = "  - {name: agent, args: [\"ü😀\"], image: a, command: [/bin/sh]}\n";
    let text = [POD.split("  - name:").next().expect("the pod"), container].concat();
    for (capabilities, encoding, start, end) in [
        (json!({}), "utf-16", 53, 60),
        (json!({ "general": { "positionEncodings": ["utf-32", "utf-8", "utf-16"] } }), "utf-8", 56, 63),
    ] {
        let mut editor = Editor::connect(&folder, &[]);
        let answer = editor.request("initialize", json!({ "capabilities": capabilities }));
        assert_eq!(answer["capabilities"]["positionEncoding"], encoding);
        editor.notify("initialized", json!({}));
        let diagnostics = editor.check(&path, &text);
        let at = |rule: &str| diagnostics.iter().find(|found| found["code"] == rule).expect(rule)["range"].clone();
        let path_of_linux = at("linux-command");
        assert_eq!(path_of_linux["start"]["line"], 12, "{path_of_linux}");
        let columns = (&path_of_linux["start"]["character"], &path_of_linux["end"]["character"]);
        assert_eq!(columns, (&json!(start), &json!(end)), "{path_of_linux}");
    }
}

#[test]
fn other_documents_have_no_diagnostics() {
    let folder = folder("others");
    let mut editor = Editor::start(&folder, &[], json!({}));
    for text in ["services:\n  web: {image: nginx}\n", "{\"name\": \"package\"}", "- a\n- [", "", "{{ if .Values.x }}"]
    {
        assert_eq!(editor.check(&folder.join("other.yaml"), text), Vec::<Value>::new(), "{text}");
    }
    let broken = editor.check(&folder.join("broken.yaml"), "apiVersion: v1\nkind: Pod\nspec: [\n");
    assert_eq!(broken.len(), 1, "{broken:?}");
    assert!(broken[0]["message"].as_str().expect("a message").starts_with("not valid YAML"), "{broken:?}");
    // A document that was never saved.
    let untitled = json!({ "uri": "untitled:Untitled-1", "languageId": "yaml", "version": 1, "text": POD });
    editor.notify("textDocument/didOpen", json!({ "textDocument": untitled }));
    assert_eq!(rules(&editor.published().2), ["host-network"]);
}

#[test]
fn json_is_checked_too() {
    let folder = folder("json");
    let pod = r#"{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {"containers": [{"name": "a", "image": "a:1", "command": ["a"],
 "securityContext": {"windowsOptions": {"hostProcess": true, "runAsUserName": "NT AUTHORITY\\SYSTEM"}}}]}}"#;
    let mut editor = Editor::start(&folder, &[], json!({}));
    let diagnostics = editor.check(&folder.join("pod.json"), pod);
    assert!(rules(&diagnostics).contains(&"host-network"), "{diagnostics:?}");
    let actions = editor.actions(&folder.join("pod.json"), diagnostics[0]["range"].clone(), None);
    let titles: Vec<&str> = actions.iter().filter_map(|action| action["title"].as_str()).collect();
    assert!(!titles.iter().any(|title| title.starts_with("Waive")), "JSON has no comments: {titles:?}");
}
