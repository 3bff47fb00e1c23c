//! `hostprocess lsp`, spoken to as editors do.

mod actions;
mod check;
mod configuration;
mod editor;
mod hover;
mod limits;
mod neovim;
mod session;
mod speed;

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::editor::{Editor, uri};

fn repository() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    folder.canonicalize().expect("the repository")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// An empty folder for this test.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("lsp").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    folder.canonicalize().expect("a folder")
}

fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).expect("written");
    path
}

/// Runs the command in a folder. Returns standard output.
fn hostprocess(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hostprocess"));
    let output = command.args(arguments).current_dir(folder).env("NO_COLOR", "1").output().expect("starts");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// A HostProcess pod without hostNetwork, which has a safe fix.
const POD: &str = "apiVersion: v1
kind: Pod
metadata:
  name: agent
spec:
  nodeSelector:
    kubernetes.io/os: windows
  securityContext:
    windowsOptions:
      hostProcess: true
      runAsUserName: NT AUTHORITY\\Local service
  containers:
  - name: agent
    image: registry.example/agent:1.0
    command: [agent.exe]
";

/// The rules of diagnostics.
fn rules(diagnostics: &[Value]) -> Vec<&str> {
    diagnostics.iter().map(|diagnostic| diagnostic["code"].as_str().unwrap_or_default()).collect()
}

/// The range of some text in a document, whose lines are ASCII.
fn range_of(document: &str, part: &str) -> Value {
    let start = document.find(part).expect("part of the document");
    let position = |offset: usize| {
        let line_start = document[..offset].rfind('\n').map_or(0, |at| at + 1);
        json!({ "line": document[..offset].matches('\n').count(), "character": offset - line_start })
    };
    json!({ "start": position(start), "end": position(start + part.len()) })
}
