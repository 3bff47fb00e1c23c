//! Configurations and settings: those in effect, and those that are edited.

use super::*;

#[test]
fn the_nearest_configuration_counts_and_is_read_again() {
    let folder = folder("nearest");
    std::fs::create_dir(folder.join(".git")).expect("a folder");
    let path = write(&folder, "pod.yaml", POD);
    let configuration = folder.join(".hostprocess.yaml");
    let mut editor = Editor::start(&folder, &[], json!({}));
    assert_eq!(rules(&editor.check(&path, POD)), ["host-network"]);

    let saved = |editor: &mut Editor, text: &str| {
        std::fs::write(&configuration, text).expect("written");
        let saved = json!({ "textDocument": { "uri": uri(&configuration) } });
        editor.notify("textDocument/didSave", saved);
        editor.diagnostics(1)
    };
    assert_eq!(saved(&mut editor, "settings: {rules: {host-network: \"off\"}}\n"), Vec::<Value>::new());
    let waiver = "waivers:\n- rules: [host-network]\n  paths: [pod.yaml]\n  reason: no pod network\n";
    assert_eq!(saved(&mut editor, waiver), Vec::<Value>::new());
    assert_eq!(rules(&saved(&mut editor, "exclude: [other.yaml]\n")), ["host-network"]);
    assert_eq!(saved(&mut editor, "exclude: [pod.yaml]\n"), Vec::<Value>::new());
    let broken = saved(&mut editor, "exclud: []\n");
    let message = broken[0]["message"].as_str().expect("a message");
    assert!(message.contains(".hostprocess.yaml:1:1: ") && message.contains("did you mean 'exclude'?"), "{message}");

    // An editor that watches files reports changes that it did not make.
    std::fs::remove_file(&configuration).expect("removed");
    let changes = json!({ "changes": [{ "uri": uri(&configuration), "type": 3 }] });
    editor.notify("workspace/didChangeWatchedFiles", changes);
    assert_eq!(rules(&editor.diagnostics(1)), ["host-network"]);
}

#[test]
fn files_are_watched_where_the_editor_can() {
    let folder = folder("watched");
    let capabilities = json!({ "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } } });
    let mut editor = Editor::start(&folder, &[], capabilities);
    let lsp_server::Message::Request(request) = editor.next() else { panic!("no request") };
    assert_eq!(request.method, "client/registerCapability");
    let registration = &request.params["registrations"][0];
    assert_eq!(registration["method"], "workspace/didChangeWatchedFiles");
    assert_eq!(registration["registerOptions"]["watchers"][0]["globPattern"], "**/*.{yaml,yml,json}");
}

#[test]
fn the_file_with_the_settings_counts_and_is_read_again() {
    let folder = folder("settings_file");
    let path = write(&folder, "pod.yaml", POD);
    let settings = write(&folder, "settings.yaml", "profile: default\n");
    write(&folder, ".hostprocess.yaml", "settings: settings.yaml\n");
    let mut editor = Editor::start(&folder, &[], json!({}));
    assert_eq!(editor.check(&path, POD)[0]["severity"], 1);
    std::fs::write(&settings, "rules: {host-network: warn}\n").expect("written");
    editor.notify("textDocument/didSave", json!({ "textDocument": { "uri": uri(&settings) } }));
    assert_eq!(editor.diagnostics(1)[0]["severity"], 2);
}

#[test]
fn arguments_are_those_of_check() {
    let folder = folder("arguments");
    let settings = write(&folder, "strict.yaml", "rules: {host-network: \"off\"}\n");
    let settings = settings.to_str().expect("UTF-8");
    let mut editor = Editor::start(&folder, &["--settings", settings, "--no-config", "--stdio"], json!({}));
    assert_eq!(editor.check(&folder.join("pod.yaml"), POD), Vec::<Value>::new());
}

#[test]
fn a_configuration_is_checked_at_its_lines() {
    let folder = folder("edited");
    write(&folder, "bad-settings.yaml", "profile: none\n");
    let path = folder.join(".hostprocess.yaml");
    let mut editor = Editor::start(&folder, &[], json!({}));
    for (text, line, part) in [
        ("exclude: []\nexclud: []\n", 1, "did you mean 'exclude'?"),
        ("settings:\n  rules:\n    host-netwrok: warn\n", 2, "did you mean 'host-network'?"),
        ("exclude:\n- a\n- ../b\n", 2, "globs cannot match outside their folder"),
        ("waivers:\n- rules: [host-network]\n", 1, "reason"),
        ("exclude: [\n", 0, "not valid YAML"),
        ("\nsettings: bad-settings.yaml\n", 1, "bad-settings.yaml:1:1: profile"),
        ("\nsettings: no-such-file.yaml\n", 1, "cannot be read"),
    ] {
        let diagnostics = editor.check(&path, text);
        assert_eq!(diagnostics.len(), 1, "{text}");
        let message = diagnostics[0]["message"].as_str().expect("a message");
        assert!(message.contains(part), "{text}: {message}");
        assert_eq!(diagnostics[0]["range"]["start"]["line"], line, "{text}: {message}");
    }
    assert_eq!(editor.check(&path, "exclude: [vendor/]\n"), Vec::<Value>::new());
}

#[test]
fn settings_are_checked_at_their_lines() {
    let folder = folder("policy_settings");
    write(&folder, ".hostprocess.yaml", "settings: settings.yaml\n");
    let path = write(&folder, "settings.yaml", "profile: default\n");
    let mut editor = Editor::start(&folder, &[], json!({}));
    let diagnostics = editor.check(&path, "profile: default\nrules:\n  host-netwrok: warn\n");
    assert_eq!(diagnostics[0]["range"]["start"], json!({ "line": 2, "character": 2 }), "{diagnostics:?}");
    assert_eq!(editor.check(&path, "profile: strict\n"), Vec::<Value>::new());
    let policy = "apiVersion: policies.kubewarden.io/v1\nkind: ClusterAdmissionPolicy\nmetadata: {name: a}\nspec:\n  module: windows-hostprocess\n  \
        settings:\n    profil: strict\n";
    let diagnostics = editor.check(&folder.join("policy.yaml"), policy);
    assert_eq!(rules(&diagnostics), ["invalid-settings"]);
    assert_eq!(diagnostics[0]["range"]["start"]["line"], 6);
}

/// Reading it would take the messages of the editor.
#[test]
#[cfg(unix)]
fn settings_are_not_read_from_standard_input() {
    let folder = folder("stdin");
    write(&folder, ".hostprocess.yaml", "settings: /dev/stdin\n");
    let mut editor = Editor::start(&folder, &[], json!({}));
    let diagnostics = editor.check(&folder.join("pod.yaml"), POD);
    let message = diagnostics[0]["message"].as_str().expect("a message");
    assert!(message.contains("it is not a regular file"), "{message}");
    assert_eq!(editor.exit(), 0);
}
