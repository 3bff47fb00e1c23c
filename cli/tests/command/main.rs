//! Tests of the built command: its output and exit codes.

#[cfg(feature = "cluster")]
mod api_server;
mod baseline;
mod check;
#[cfg(feature = "cluster")]
mod cluster;
mod config;
mod fix;
mod folders;
mod formats;
mod generated;
mod grants;
mod grants_exactly;
mod hostile_files;
mod injection;
mod inputs;
mod not_judged;
mod output_schema;
mod outputs;
mod plan;
mod policy;
mod readme;
#[cfg(unix)]
mod rendered;
mod run;
mod sarif;
mod sarif_fixes;
mod schema;
mod silenced;
mod version_and_completions;
mod waivers;
mod watch;

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
    // A command that exits without reading its input closes the pipe.
    let _ = child.stdin.take().expect("is piped").write_all(input.as_bytes());
    output_schema::checked(arguments, child.wait_with_output().expect("ends"))
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

/// Standard error without the notes that the tests in `silenced` cover.
fn errors(output: &Output) -> String {
    let text = String::from_utf8(output.stderr.clone()).expect("UTF-8");
    let notes = ["note: the configuration is ", "note: left out: ", "note: waived findings: "];
    text.split_inclusive('\n').filter(|line| !notes.iter().any(|note| line.starts_with(note))).collect()
}

fn objects(output: &Output) -> Vec<Value> {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", shown(output)))
}

/// The file of each object.
fn files(output: &Output) -> Vec<String> {
    objects(output).iter().map(|object| object["file"].as_str().expect("a string").to_owned()).collect()
}

/// Runs the command in a folder.
fn hostprocess_in(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hostprocess"));
    let output = command.args(arguments).current_dir(folder).env("NO_COLOR", "1").output().expect("starts");
    output_schema::checked(arguments, output)
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

use sarif::assert_valid_sarif;

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
