//! `--output`: several formats, and files.

use super::*;

#[test]
fn several_outputs_can_be_written_at_once() {
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
fn without_a_report_on_standard_output_unreadable_input_is_on_standard_error() {
    let folder = folder("files-only");
    write(&folder, "bad.yaml", &format!("{}---\na: [\n", bad()));
    let output = hostprocess_in(&folder, &["check", "-o", "text=report.txt", "bad.yaml"]);
    assert_eq!((code(&output), output.stdout.len()), (2, 0));
    assert!(shown(&output).contains("error: bad.yaml:"), "{}", shown(&output));
    let report = std::fs::read_to_string(folder.join("report.txt")).expect("written");
    assert!(report.contains("error[host-network]") && !report.contains('\u{1b}'), "{report}");
}

#[test]
fn invalid_outputs_are_errors() {
    for (arguments, message) in [
        (&["-o", "text", "-o", "json"][..], "only one format can go to standard output"),
        (&["-o", "sarif="], "the name of the file is missing"),
        (&["-o", "sarif=x", "-o", "json=x"], "x is named twice"),
        (&["-o", "no-such-folder/x=y"], "invalid value 'no-such-folder/x'"),
        (&["-o", "sarif=no-such-folder/x"], "no-such-folder/x: cannot be written: "),
        (&["-o", "yaml"], "possible values: text, json, json-v2, sarif, junit, github, azure-devops"),
    ] {
        let output = hostprocess(&[&["check", "-"], arguments].concat(), GOOD);
        assert!(code(&output) == 2 && shown(&output).contains(message), "{arguments:?}: {}", shown(&output));
    }
}

#[test]
fn stdin_filename_sets_the_name_of_standard_input() {
    for format in ["text", "json", "json-v2", "sarif", "junit", "github", "azure-devops"] {
        let arguments = ["check", "-o", format, "--stdin-filename", "deploy/agent.yaml", "-"];
        let shown = shown(&hostprocess(&arguments, &bad()));
        assert!(shown.contains("deploy/agent.yaml") && !shown.contains("stdin"), "{format}: {shown}");
    }
}

/// Applies to terminals, and to pipelines that read commands from their log.
#[cfg(unix)]
#[test]
fn file_names_cannot_fake_lines_or_control_the_terminal() {
    let folder = folder("forged-names");
    write(&folder, "a\u{1b}[31m\n::error::forged.yaml", &bad());
    write(&folder, "b\u{1b}[31m\n::error::forged.yaml", "apiVersion: v1\nkind: [\n");
    let is_forged = |shown: &str| shown.lines().any(|line| line.starts_with("::error::"));
    for arguments in [&["check", "."][..], &["check", ".", "-o", "json"], &["fix", "."]] {
        let shown = shown(&hostprocess_in(&folder, arguments));
        assert!(!shown.contains('\u{1b}') && !is_forged(&shown), "{arguments:?}: {shown}");
    }
    // These formats contain the original name.
    for format in ["github", "azure-devops"] {
        assert!(!is_forged(&shown(&hostprocess_in(&folder, &["check", ".", "-o", format]))), "{format}");
    }
    write(&folder, ".hostprocess.yaml", "\"a\\e[31m\\n::error::forged\": 1\n");
    let shown = shown(&hostprocess_in(&folder, &["config"]));
    assert!(!shown.contains('\u{1b}') && !is_forged(&shown), "{shown}");
}

#[test]
fn all_commands_have_the_same_rules_for_colours() {
    let folder = folder("colours");
    let file = write(&folder, "bad.yaml", &bad());
    for arguments in [&["check", &file][..], &["fix", &file], &["explain", "host-network"]] {
        let is_coloured = |variables: &[(&str, &str)]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_hostprocess"));
            command.args(arguments).env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").envs(variables.iter().copied());
            command.output().expect("starts").stdout.contains(&0x1b)
        };
        assert!(!is_coloured(&[]), "{arguments:?}");
        assert!(is_coloured(&[("CLICOLOR_FORCE", "1")]), "{arguments:?}");
        assert!(is_coloured(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "")]), "{arguments:?}");
        assert!(!is_coloured(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]), "{arguments:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_standard_output_is_an_error() {
    let folder = folder("full");
    let (file, bad) = (write(&folder, "good.yaml", GOOD), write(&folder, "bad.yaml", &bad()));
    let formats = ["json", "json-v2", "sarif", "junit", "github"];
    let reports: Vec<[&str; 4]> = formats.iter().map(|format| ["check", &bad, "-o", format]).collect();
    let others = [
        &["check", &file][..],
        &["config"],
        &["fix", "--diff", "-"],
        &["grants", &file],
        &["check", "-", "-o", "azure-devops"],
    ];
    for arguments in reports.iter().map(|arguments| &arguments[..]).chain(others) {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("a device");
        let mut command = Command::new(env!("CARGO_BIN_EXE_hostprocess"));
        let stdin = std::fs::File::open(&bad).expect("a file");
        let output = command.args(arguments).stdin(stdin).stdout(full).stderr(Stdio::piped()).output().expect("starts");
        assert_eq!(code(&output), 2, "{arguments:?}");
        let message = "error: standard output cannot be written: No space left on device";
        assert!(String::from_utf8_lossy(&output.stderr).contains(message), "{arguments:?}: {}", shown(&output));
    }
    for format in ["text", "json", "json-v2", "sarif", "junit", "azure-devops"] {
        let output = hostprocess(&["check", &bad, "-o", &format!("{format}=/dev/full")], "");
        let message = "error: /dev/full: cannot be written: No space left on device";
        assert!(code(&output) == 2 && shown(&output).contains(message), "{format}: {}", shown(&output));
    }
}

/// Like `head`, in the middle of a report.
#[cfg(unix)]
#[test]
fn a_reader_may_close_the_pipe_early() {
    let folder = folder("closed-pipe");
    let file = write(&folder, "pods.yaml", &[bad().as_str()].repeat(300).join("---\n"));
    for format in ["text", "json", "json-v2", "sarif", "junit", "github", "azure-devops"] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hostprocess"));
        command.args(["check", &file, "-o", format]).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("starts");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("ends");
        assert!(
            code(&output) == 1 && !shown(&output).contains("error: standard output"),
            "{format}: {}",
            shown(&output)
        );
    }
}
