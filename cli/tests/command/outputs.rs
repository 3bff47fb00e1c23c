//! `--output`: several formats, and files.

use super::*;

#[test]
fn several_outputs_of_which_one_is_shown() {
    let folder = folder("outputs");
    write(&folder, "bad.yaml", &bad());
    let output =
        hostprocess_in(&folder, &["check", "-o", "text", "-o", "sarif=a.sarif", "--output=json=b=c.json", "bad.yaml"]);
    assert_eq!(code(&output), 1);
    assert_eq!(output.stdout, hostprocess_in(&folder, &["check", "bad.yaml"]).stdout);
    for (format, file) in [("sarif", "a.sarif"), ("json", "b=c.json")] {
        let written = std::fs::read(folder.join(file)).expect("written");
        assert_eq!(written, hostprocess_in(&folder, &["check", "-o", format, "bad.yaml"]).stdout, "{format}");
    }
}

#[test]
fn with_files_only_nothing_is_shown_but_what_could_not_be_read() {
    let folder = folder("files-only");
    write(&folder, "bad.yaml", &format!("{}---\na: [\n", bad()));
    let output = hostprocess_in(&folder, &["check", "-o", "text=report.txt", "bad.yaml"]);
    assert_eq!((code(&output), output.stdout.len()), (2, 0));
    assert!(shown(&output).contains("error: bad.yaml:"), "{}", shown(&output));
    let report = std::fs::read_to_string(folder.join("report.txt")).expect("written");
    assert!(report.contains("error[host-network]") && !report.contains('\u{1b}'), "{report}");
}

#[test]
fn outputs_that_cannot_be_are_refused() {
    for (arguments, message) in [
        (&["-o", "text", "-o", "json"][..], "only one format can go to standard output"),
        (&["-o", "sarif="], "the name of the file is missing"),
        (&["-o", "no-such-folder/x=y"], "invalid value 'no-such-folder/x'"),
        (&["-o", "sarif=no-such-folder/x"], "no-such-folder/x: cannot be written: "),
        (&["-o", "yaml"], "possible values: text, json, sarif, junit, github, azure-devops"),
    ] {
        let output = hostprocess(&[&["check", "-"], arguments].concat(), GOOD);
        assert!(code(&output) == 2 && shown(&output).contains(message), "{arguments:?}: {}", shown(&output));
    }
}

#[test]
fn standard_input_has_the_name_that_it_is_given() {
    for format in ["text", "json", "sarif", "junit", "github", "azure-devops"] {
        let arguments = ["check", "-o", format, "--stdin-filename", "deploy/agent.yaml", "-"];
        let shown = shown(&hostprocess(&arguments, &bad()));
        assert!(shown.contains("deploy/agent.yaml") && !shown.contains("stdin"), "{format}: {shown}");
    }
}
