//! A pull request cannot silence its own check: every report contains waivers and files left out.

use super::*;

/// A repository with a finding in `deploy`, and a file added by a pull request.
fn pull_request(name: &str, file: &str, text: &str) -> PathBuf {
    let folder = folder(name);
    std::fs::create_dir(folder.join(".git")).expect("a folder");
    write(&folder, ".hostprocess.yaml", "failOn: deny\n");
    write(&folder, "deploy/bad.yaml", &bad());
    write(&folder, file, text);
    folder
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}

#[test]
fn changes_that_silence_findings_are_reported() {
    let waiver = "waivers: [{rules: [host-network], reason: later}]\n";
    let comment = bad().replace("spec:\n", "# hostprocess: ignore[host-network] later\nspec:\n");
    let empty = "error: nothing was checked, because there is no Kubernetes object: use --allow-empty to accept that\n";
    let configured = |sets: &str| format!("note: the configuration is deploy/.hostprocess.yaml, it sets {sets}\n");
    for (name, file, text, expected, words) in [
        ("never", "deploy/.hostprocess.yaml", "failOn: never\n", 0, vec![configured("failOn")]),
        (
            "off",
            "deploy/.hostprocess.yaml",
            "settings: {rules: {host-network: 'off'}}\n",
            0,
            vec![configured("settings")],
        ),
        (
            "waived",
            "deploy/.hostprocess.yaml",
            waiver,
            0,
            vec![configured("waivers"), "note: waived findings: 1 by the configuration\n".to_owned()],
        ),
        ("comment", "deploy/bad.yaml", &comment, 0, vec!["note: waived findings: 1 by comments\n".to_owned()]),
        (
            "excluded",
            "deploy/.hostprocess.yaml",
            "exclude: ['*']\n",
            2,
            vec![
                configured("exclude"),
                "note: left out: 1 file (exclude in the configuration)\n".to_owned(),
                empty.to_owned(),
            ],
        ),
        (
            "ignored",
            "deploy/.gitignore",
            "*\n",
            2,
            vec!["note: left out: 1 file (.gitignore)\n".to_owned(), empty.to_owned()],
        ),
        ("ignored-folder", ".gitignore", "deploy\n", 2, vec![empty.to_owned()]),
    ] {
        let folder = pull_request(&format!("silenced-{name}"), file, text);
        let path = if name == "ignored-folder" { "." } else { "deploy" };
        let output = hostprocess_in(&folder, &["check", path]);
        assert_eq!(code(&output), expected, "{name}: {}", shown(&output));
        for words in words {
            assert!(stderr(&output).contains(&words), "{name}: {words}{}", shown(&output));
        }
        // With --config, the pull request cannot replace the configuration of the repository.
        let output = hostprocess_in(&folder, &["check", "--config", ".hostprocess.yaml", path]);
        let is_named = stderr(&output).contains("note: the configuration is .hostprocess.yaml, it sets failOn\n");
        assert!(is_named, "{name}: {}", shown(&output));
        assert!(code(&output) != 0 || name == "comment", "{name}: {}", shown(&output));
    }
}

#[test]
fn files_left_out_of_folders_are_counted_by_reason() {
    let folder = folder("left-out");
    std::fs::create_dir(folder.join(".git")).expect("a folder");
    write(&folder, ".gitignore", "vendor/\n*.gen.yaml\n");
    write(&folder, ".hostprocess.yaml", "exclude: [/legacy/, old.yaml]\n");
    for name in [
        "a.yaml",
        "a.gen.yaml",
        "b.gen.yaml",
        "vendor/c.yaml",
        "legacy/d.yaml",
        "sub/old.yaml",
        "e.json",
        ".github/f.yaml",
    ] {
        write(&folder, name, GOOD);
    }
    write(&folder, "README.md", "no manifest");
    write(&folder, "values.yaml", "replicas: 1\n");
    let output = hostprocess_in(&folder, &["check", ".", "--exclude", "e.json"]);
    assert_eq!(code(&output), 0);
    let expected = "note: left out: 1 file (--exclude); 2 files and 1 folder (.gitignore); \
        1 file and 1 folder (exclude in the configuration); 1 folder (hidden)\n";
    assert!(stderr(&output).contains(expected), "{}", shown(&output));
    assert!(stderr(&output).contains("note: skipped 1 document without an apiVersion or a kind"), "{}", shown(&output));
    // Paths on the command line are not excluded.
    assert!(!stderr(&hostprocess_in(&folder, &["check", "a.gen.yaml"])).contains("left out"));
}

#[test]
fn reports_contain_the_inputs_that_decided_the_result() {
    let folder = pull_request("silenced-reports", "deploy/.hostprocess.yaml", "failOn: never\n");
    let comment = bad().replace("spec:\n", "# hostprocess: ignore[host-network] later\nspec:\n");
    write(&folder, "deploy/bad.yaml", &comment);
    write(&folder, "deploy/old.yaml", &bad());
    let report = |format: &str| {
        let output = hostprocess_in(&folder, &["check", "deploy", "--exclude", "old.yaml", "-o", format]);
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    let run = json!({
        "configuration": { "file": "deploy/.hostprocess.yaml", "sets": ["failOn"] },
        "leftOut": [{ "reason": "--exclude", "files": 1, "folders": 0 }],
        "skippedDocuments": 0,
        "waived": { "comment": 1, "configuration": 0, "baseline": 0 },
        "nothingChecked": false,
    });
    let parsed = |format: &str| serde_json::from_str::<Value>(&report(format)).expect("JSON");
    assert_eq!(parsed("json-v2")["run"], run);
    let sarif = &parsed("sarif")["runs"][0];
    assert_eq!(sarif["properties"]["hostprocess"], run);
    let configuration = "the configuration is deploy/.hostprocess.yaml, it sets failOn";
    assert_eq!(sarif["invocations"][0]["toolConfigurationNotifications"][0]["message"]["text"], configuration);
    assert!(
        report("junit").contains(&format!("<property name=\"configuration\" value=\"{configuration}\"/>")),
        "{}",
        report("junit")
    );
    assert!(
        report("github").contains(&format!("::notice title=configuration::{configuration}\n")),
        "{}",
        report("github")
    );
}

#[test]
fn a_run_without_objects_exits_with_2_unless_allow_empty_is_set() {
    let folder = folder("nothing-checked");
    write(&folder, "values.yaml", "replicas: 1\n");
    for (arguments, expected) in
        [(&["check", "."][..], 2), (&["check", ".", "--fail-on", "never"], 2), (&["check", ".", "--allow-empty"], 0)]
    {
        let output = hostprocess_in(&folder, arguments);
        assert_eq!(code(&output), expected, "{arguments:?}: {}", shown(&output));
    }
    for format in ["json", "json-v2", "sarif", "junit", "github", "azure-devops"] {
        let output = hostprocess(&["check", "-", "-o", format], "");
        assert!(
            code(&output) == 2 && stderr(&output).contains("error: nothing was checked"),
            "{format}: {}",
            shown(&output)
        );
    }
    assert_valid_sarif(&hostprocess(&["check", "-", "-o", "sarif"], "").stdout);
}

#[test]
fn fix_and_grants_report_the_configuration_and_files_left_out() {
    let folder = pull_request("silenced-fix", "deploy/.hostprocess.yaml", "exclude: [bad.yaml]\nwaivers: []\n");
    write(&folder, "deploy/vendor/.gitignore", "*\n");
    write(&folder, "deploy/vendor/agent.yaml", &bad());
    for arguments in [&["fix", "deploy"][..], &["fix", "--write", "deploy"], &["grants", "deploy"]] {
        let output = hostprocess_in(&folder, arguments);
        assert_eq!(code(&output), 0, "{arguments:?}: {}", shown(&output));
        for words in [
            "note: the configuration is deploy/.hostprocess.yaml, it sets exclude, waivers\n",
            "note: left out: 1 file (.gitignore); 1 file (exclude in the configuration)\n",
        ] {
            assert!(stderr(&output).contains(words), "{arguments:?}: {words}{}", shown(&output));
        }
    }
}
