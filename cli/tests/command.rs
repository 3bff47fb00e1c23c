//! The built command: what it prints, and the codes that scripts rely on.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Runs the command at the root of the repository with a text on standard input.
fn hostprocess(arguments: &[&str], input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hostprocess"));
    command.args(arguments).current_dir(repository()).env("NO_COLOR", "1");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("starts");
    // A command may end without reading its input, which closes the pipe.
    let _ = child.stdin.take().expect("is piped").write_all(input.as_bytes());
    child.wait_with_output().expect("ends")
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("an exit code")
}

/// Standard output, standard error and the exit code.
fn shown(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    format!("{out}--- standard error\n{err}--- exit code {}\n", code(output))
}

fn objects(output: &Output) -> Vec<Value> {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", shown(output)))
}

/// An empty folder for this test.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

fn write(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().expect("has one")).expect("a folder");
    std::fs::write(&path, text).expect("written");
    path.display().to_string()
}

fn assert_snapshot(name: &str, shown: String) {
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(name, shown);
    });
}

const GOOD: &str = "apiVersion: v1
kind: Pod
metadata:
  name: good
spec:
  hostNetwork: true
  nodeSelector:
    kubernetes.io/os: windows
  securityContext:
    windowsOptions:
      hostProcess: yes
      runAsUserName: NT AUTHORITY\\Local service
  containers:
  - name: shell
    image: registry.example/shell:1.0
";

fn bad() -> String {
    GOOD.replace("name: good", "name: bad").replace("  hostNetwork: true\n", "")
}

fn dubious() -> String {
    GOOD.replace("name: good", "name: dubious").replace("  nodeSelector:\n    kubernetes.io/os: windows\n", "")
}

#[test]
fn a_diagnostic_points_into_the_manifest() {
    let output = hostprocess(&["check", "examples/broken.yaml"], "");
    assert_snapshot("broken_example", shown(&output));
}

#[test]
fn the_readme_shows_what_is_printed() {
    let readme = std::fs::read_to_string(repository().join("README.md")).expect("README.md");
    let shown = shown(&hostprocess(&["check", "examples/broken.yaml"], ""));
    let quoted: Vec<&str> = readme.split("\n\n").filter(|part| part.contains("  --> examples/broken.yaml")).collect();
    assert_eq!(quoted.len(), 3);
    for diagnostic in quoted {
        // The first follows the command.
        let begin = diagnostic.find("error[").or(diagnostic.find("warning[")).expect("a diagnostic");
        assert!(shown.contains(&diagnostic[begin..]), "{diagnostic}");
    }
}

#[test]
fn several_documents_a_list_and_parts_that_cannot_be_read() {
    let list = format!("apiVersion: v1\nkind: List\nitems:\n- {}", dubious().trim_end().replace('\n', "\n  "));
    let input = format!("{GOOD}---\n---\n{}---\n{list}\n---\nname: {{{{ .Values.name }}}}\n---\nname: values\n", bad());
    let output = hostprocess(&["check", "-"], &input);
    assert_snapshot("several_documents", shown(&output));
}

/// As `kubectl get controllerrevisions -o yaml` prints it.
#[test]
fn a_controller_revision_is_checked_at_its_own_place() {
    let pod = bad().split_once("spec:\n").expect("a spec").1.replace('\n', "\n      ");
    let revision = "apiVersion: apps/v1\nkind: ControllerRevision\nmetadata:\n  name: agent\nrevision: 1\n";
    let input = format!("{revision}data:\n  spec:\n    template:\n      $patch: replace\n      spec:\n      {pod}");
    let output = hostprocess(&["check", "-", "--output", "json"], &input);
    let finding = &objects(&output)[0]["findings"][0];
    assert_eq!(finding["path"], "data.spec.template.spec.hostNetwork", "{}", shown(&output));
    assert_eq!((finding["rule"].as_str(), finding["line"].as_u64()), (Some("host-network"), Some(10)));
}

#[test]
fn exit_codes() {
    let (bad, dubious) = (bad(), dubious());
    for (arguments, input, expected) in [
        (&["check", "-"][..], GOOD, 0),
        (&["check", "-"], "", 0),
        (&["check", "-"], &dubious, 0),
        (&["check", "-", "--profile", "strict"], &dubious, 1),
        (&["check", "-"], &bad, 1),
        (&["check", "-"], "a: [", 2),
        (&["check", "-"], "a: 1", 2),
        (&["check", "no-such-file.yaml"], "", 2),
        (&["check", "no-such-file.yaml", "-"], &bad, 2),
        (&["check"], "", 2),
        (&["check", "-", "--profile", "lax"], "", 2),
        (&["check", "-", "--settings", "no-such-file.yaml"], GOOD, 2),
        (&["check", "-", "--wasm", "Cargo.toml"], GOOD, 2),
        (&["run", "Cargo.toml", "-r", "test_data/requests/broken.json"], "", 1),
        (&["run", "policy.wasm", "-r", "no-such-file.json"], "", 1),
        (&["explain", "host-network"], "", 0),
        (&["explain", "host-netwrok"], "", 1),
        (&["rules"], "", 0),
    ] {
        let output = hostprocess(arguments, input);
        assert_eq!(code(&output), expected, "{arguments:?}: {}", shown(&output));
    }
}

#[test]
fn the_rest_is_checked_when_a_file_cannot_be_read() {
    let output =
        hostprocess(&["check", "--output", "json", "no-such-file.yaml", "-"], &format!("a: [\n---\n{}", bad()));
    assert_eq!(code(&output), 2);
    let objects = objects(&output);
    assert_eq!((objects.len(), &objects[0]["verdict"]), (1, &Value::from("deny")));
    let errors = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(errors.contains("no-such-file.yaml: cannot be read") && errors.contains("<stdin>:1:5: "), "{errors}");
}

#[test]
fn json_has_the_keys_of_the_contract() {
    let output = hostprocess(&["check", "--output", "json", "-"], &bad());
    assert_snapshot("json", shown(&output));
}

/// Two objects, one that cannot be read, and a file whose name needs escapes.
fn for_other_programs(format: &str) -> Output {
    let folder = folder(format);
    write(&folder, "100% a,b.yaml", &format!("{}---\n{}---\nname: {{{{ .Values.name }}}}\n", dubious(), bad()));
    let mut command = Command::new(env!("CARGO_BIN_EXE_hostprocess"));
    command.args(["check", "--output", format, "."]).current_dir(folder).output().expect("starts")
}

#[test]
fn sarif_for_code_scanning() {
    let output = for_other_programs("sarif");
    let log: serde_sarif::sarif::Sarif = serde_json::from_slice(&output.stdout).expect("SARIF");
    let run = &log.runs[0];
    let results = run.results.as_ref().expect("results");
    let rules = run.tool.driver.rules.as_ref().expect("rules");
    assert!(results.iter().all(|result| rules.iter().any(|rule| Some(&rule.id) == result.rule_id.as_ref())));
    assert_snapshot("sarif", shown(&output));
}

#[test]
fn junit_for_test_reports() {
    let output = for_other_programs("junit");
    let report = quick_junit::Report::deserialize_from_str(&String::from_utf8_lossy(&output.stdout)).expect("JUnit");
    assert_eq!((report.tests, report.failures, report.errors), (3, 1, 1));
    assert_snapshot("junit", shown(&output));
}

#[test]
fn github_for_annotations() {
    assert_snapshot("github", shown(&for_other_programs("github")));
}

/// A module in WebAssembly text that gives the same answer to every call.
fn module_that_answers(answer: &Value) -> String {
    let answer = answer.to_string();
    let bytes: String = answer.bytes().map(|byte| format!("\\{byte:02x}")).collect();
    format!(
        r#"(module
            (import "wapc" "__guest_response" (func $respond (param i32 i32)))
            (memory (export "memory") 1)
            (data (i32.const 0) "{bytes}")
            (func (export "__guest_call") (param i32 i32) (result i32)
                (call $respond (i32.const 0) (i32.const {})) (i32.const 1)))"#,
        answer.len()
    )
}

#[test]
fn the_answer_of_a_module_is_shown_unchanged_in_every_format() {
    let folder = folder("module");
    let answer = json!({"valid": true, "accepted": false, "message": "refused:\n- a: b; c [d]",
        "warnings": ["e: f [g]", "h"]});
    let module = write(&folder, "module.wat", &module_that_answers(&answer));
    let show = |format: &str| {
        let output = hostprocess(&["check", "--wasm", &module, "--output", format, "-"], &bad());
        format!("=== {format}\n{}", shown(&output))
    };
    assert_snapshot("module", ["text", "json", "sarif", "junit", "github"].map(show).concat());
}

#[test]
fn a_module_that_warns_or_accepts_denies_nothing() {
    let folder = folder("accepting-module");
    for (warnings, verdict) in [(json!(["w"]), "warn"), (json!([]), "accept"), (Value::Null, "accept")] {
        let answer = json!({"valid": true, "accepted": true, "warnings": warnings});
        let module = write(&folder, "module.wat", &module_that_answers(&answer));
        let output = hostprocess(&["check", "--wasm", &module, "--output", "json", "-"], &bad());
        assert_eq!(code(&output), 0, "{}", shown(&output));
        let objects = objects(&output);
        assert_eq!((&objects[0]["verdict"], &objects[0]["message"]), (&json!(verdict), &Value::Null));
    }
}

#[test]
fn folders_are_read_to_the_bottom() {
    let folder = folder("folders");
    write(&folder, "b.yaml", GOOD);
    write(&folder, "a/deep/c.yml", &bad());
    write(&folder, "a/d.json", r#"{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "d"}}"#);
    write(&folder, "a/README.md", "# not a manifest: [");
    write(&folder, ".git/e.yaml", "a: [");
    let output = hostprocess(&["check", "--output", "json", &folder.display().to_string()], "");
    let files: Vec<String> = objects(&output)
        .iter()
        .map(|object| object["file"].as_str().expect("a text").rsplit_once("folders/").expect("in it").1.to_owned())
        .collect();
    assert_eq!(files, ["a/d.json", "a/deep/c.yml", "b.yaml"]);
    assert_eq!(code(&output), 1);
}

#[test]
fn settings_count_and_the_profile_overrides_theirs() {
    let folder = folder("settings");
    let lenient = write(&folder, "lenient.yaml", "profile: default\nrules:\n  host-network: warn\n");
    let output = hostprocess(&["check", "-", "--settings", &lenient], &bad());
    assert_eq!(code(&output), 0, "{}", shown(&output));
    let strict = write(&folder, "strict.json", r#"{"profile": "strict"}"#);
    assert_eq!(code(&hostprocess(&["check", "-", "--settings", &strict], &dubious())), 1);
    assert_eq!(code(&hostprocess(&["check", "-", "--settings", &strict, "--profile", "default"], &dubious())), 0);
    let wrong = write(&folder, "wrong.yaml", "rules:\n  host-netwrok: warn\n");
    let output = hostprocess(&["check", "-", "--settings", &wrong], &bad());
    assert_eq!(code(&output), 2);
    assert_snapshot("wrong_settings", shown(&output));
}

#[test]
fn names_and_modules_cannot_steer_the_terminal() {
    const RED: &str = "\\e[31mred\\u009b";
    let metadata = format!("name: \"{RED}\"\n  annotations:\n    \"microsoft.com/hostprocess-{RED}\": \"{RED}\"");
    let input = bad().replace("name: bad", &metadata).replace("name: shell", &format!("name: \"{RED}\""));
    for format in ["text", "json", "sarif", "junit", "github"] {
        let output = hostprocess(&["check", "-", "--profile", "strict", "--output", format], &input);
        assert_eq!(code(&output), 1);
        // JSON has no escape of its own for U+009B, and programs read it.
        let is_json = matches!(format, "json" | "sarif");
        let steers = |c: char| c == '\u{1b}' || c == '\u{9b}' && !is_json;
        assert!(!shown(&output).contains(steers), "{format}: {}", shown(&output));
    }
    let answer = json!({"valid": true, "accepted": false, "message": "\u{1b}[31m", "warnings": ["\u{1b}[31m"]});
    let module = write(&folder("steering-module"), "module.wat", &module_that_answers(&answer));
    let output = hostprocess(&["check", "--wasm", &module, "-"], &bad());
    assert_eq!(code(&output), 1);
    assert!(!output.stdout.contains(&0x1b), "{}", shown(&output));
}

#[test]
fn the_catalogue() {
    let rules = objects(&hostprocess(&["rules", "--output", "json"], ""));
    assert_eq!(rules.len(), windows_hostprocess_policy::rules::registry::all().count());
    let page = shown(&hostprocess(&["explain", "host-network"], ""));
    assert!(page.contains("# host-network") && page.contains("**What happens**"), "{page}");
}
