//! `--baseline` and `--write-baseline`.

use super::*;

/// A folder with findings, and a baseline of them.
fn with_baseline(name: &str) -> PathBuf {
    let folder = folder(name);
    write(&folder, "a.yaml", &format!("{}---\n{}", bad(), dubious()));
    write(&folder, "b.yaml", &bad());
    let output = hostprocess_in(&folder, &["check", ".", "--fail-on", "warn", "--write-baseline", "baseline.json"]);
    let summary = "3 objects: 3 accepted, 0 with warnings, 0 denied; 3 findings waived\n";
    assert_eq!((code(&output), String::from_utf8_lossy(&output.stdout).as_ref()), (0, summary), "{}", shown(&output));
    folder
}

fn check(folder: &Path) -> Output {
    hostprocess_in(folder, &["check", "a.yaml", "b.yaml", "--fail-on", "warn", "--baseline", "baseline.json"])
}

#[test]
fn a_baseline_is_readable() {
    let folder = with_baseline("baseline");
    assert_snapshot("baseline", std::fs::read_to_string(folder.join("baseline.json")).expect("written"));
}

#[test]
fn known_findings_are_ignored_even_if_lines_move() {
    let folder = with_baseline("tolerated");
    write(&folder, "b.yaml", &format!("# A comment.\n\n{}", bad()));
    let output = check(&folder);
    assert_eq!((code(&output), errors(&output).as_str()), (0, ""), "{}", shown(&output));
}

#[test]
fn a_baseline_covers_every_finding_of_the_fixtures() {
    let file = folder("baseline-of-all").join("baseline.json").display().to_string();
    let check = |arguments: &[&str]| {
        let output = hostprocess(&[&["check", "test_data", "-o", "json"], arguments].concat(), "");
        let verdicts = objects(&output).iter().map(|object| object["verdict"].clone()).collect::<Vec<_>>();
        (code(&output), verdicts, String::from_utf8_lossy(&output.stderr).contains("occur"))
    };
    let (code, verdicts, _) = check(&["--profile", "strict", "--write-baseline", &file]);
    assert!(code == 0 && verdicts.len() > 300 && verdicts.iter().all(|verdict| verdict == "accept"));
    // Entries that only another profile finds are not reported as gone.
    for profile in ["strict", "default"] {
        assert_eq!(check(&["--profile", profile, "--baseline", &file]), (0, verdicts.clone(), false), "{profile}");
    }
}

#[test]
fn new_findings_are_denied() {
    let folder = with_baseline("not-tolerated");
    write(&folder, "b.yaml", &bad().replace("name: bad", "name: other"));
    let output = check(&folder);
    assert_eq!(code(&output), 1);
    assert!(shown(&output).contains("3 objects: 2 accepted, 0 with warnings, 1 denied; 2 findings waived\n"));
}

#[test]
fn entries_that_no_longer_occur_are_counted() {
    let folder = with_baseline("gone");
    write(&folder, "a.yaml", GOOD);
    let output = check(&folder);
    let note = "note: baseline.json: 2 entries no longer occur; --write-baseline replaces the file\n";
    assert_eq!((code(&output), errors(&output).as_str()), (0, note));
    for arguments in [&["b.yaml"][..], &[".", "--rules", "run-as-non-root"]] {
        let output = hostprocess_in(&folder, &[&["check", "--baseline", "baseline.json"], arguments].concat());
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(code(&output) == 0 && !errors.contains("occur"), "{arguments:?}: {errors}");
    }
    write(&folder, "a.yaml", "a: [");
    let unreadable = check(&folder);
    assert!(code(&unreadable) == 2 && !shown(&unreadable).contains("occur"), "{}", shown(&unreadable));
}

#[test]
fn identical_findings_have_one_entry() {
    let folder = folder("baseline-of-copies");
    write(&folder, "a.yaml", &format!("{}---\n{}", bad(), bad()));
    assert_eq!(code(&hostprocess_in(&folder, &["check", "a.yaml", "--write-baseline", "baseline.json"])), 0);
    let baseline = std::fs::read_to_string(folder.join("baseline.json")).expect("written");
    assert_eq!(baseline.matches("fingerprint").count(), 1, "{baseline}");
}

#[test]
fn findings_waived_by_a_comment_are_not_in_the_baseline() {
    let folder = folder("baseline-and-comment");
    write(
        &folder,
        "a.yaml",
        &bad().replace("\nspec:", "\nspec: # hostprocess: ignore[host-network] a webhook adds it"),
    );
    assert_eq!(code(&hostprocess_in(&folder, &["check", "a.yaml", "--write-baseline", "baseline.json"])), 0);
    let baseline = std::fs::read_to_string(folder.join("baseline.json")).expect("written");
    assert_eq!(baseline, "{\n  \"version\": 1,\n  \"findings\": []\n}\n");
}

#[test]
fn sarif_suppressions_of_a_baseline_are_external() {
    let folder = with_baseline("baseline-sarif");
    let output = hostprocess_in(&folder, &["check", "b.yaml", "--baseline", "baseline.json", "-o", "sarif"]);
    assert_valid_sarif(&output.stdout);
    let log: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let suppressions = json!([{"kind": "external", "justification": "in the baseline baseline.json"}]);
    assert_eq!(log["runs"][0]["results"][0]["suppressions"], suppressions);
}

#[test]
fn other_files_are_not_accepted_as_baselines() {
    let folder = folder("no-baseline");
    write(&folder, "a.yaml", &bad());
    for (text, message) in [
        ("{", "x.json: not a baseline: EOF while parsing an object at line 1 column 1; --write-baseline writes one"),
        ("[]", "x.json: not a baseline: "),
        (r#"{"version": 1, "findings": [], "other": 1}"#, "unknown field `other`"),
        (r#"{"version": 2, "findings": []}"#, "its version is 2, but this hostprocess reads version 1"),
        (r#"{"version": 1, "findings": [{"rule": "host-network"}]}"#, "missing field `file`"),
    ] {
        write(&folder, "x.json", text);
        let output = hostprocess_in(&folder, &["check", "a.yaml", "--baseline", "x.json"]);
        assert!(code(&output) == 2 && output.stdout.is_empty(), "{}", shown(&output));
        assert!(shown(&output).contains(message), "{text}: {}", shown(&output));
    }
    for (arguments, message) in [
        (&["--baseline", "no-such-file.json"][..], "no-such-file.json: cannot be read: "),
        (&["--write-baseline", "no-such-folder/x.json"], "no-such-folder/x.json: cannot be written: "),
        (&["--write-baseline", "y.json", "--baseline", "x.json"], "cannot be used with"),
        (&["--write-baseline", "y.json", "--wasm", "x.wasm"], "cannot be used with"),
        (&["--baseline", "x.json", "--wasm", "x.wasm"], "cannot be used with"),
    ] {
        let output = hostprocess_in(&folder, &[&["check", "a.yaml"], arguments].concat());
        assert!(code(&output) == 2 && shown(&output).contains(message), "{arguments:?}: {}", shown(&output));
    }
}
