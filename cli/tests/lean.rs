//! The command without the features `module` and `cluster`.
#![cfg(not(any(feature = "cluster", feature = "module")))]

use std::path::Path;
use std::process::{Command, Output, Stdio};

fn hostprocess(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hostprocess"));
    command.args(arguments).current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("..")).stdin(Stdio::null());
    command.output().expect("starts")
}

#[test]
fn errors_of_missing_features_name_a_build_that_has_them() {
    for (arguments, feature, code) in [
        (&["run", "policy.wasm", "-r", "request.json"][..], "module", 1),
        (&["check", "--wasm", "policy.wasm", "-"], "module", 2),
        (&["scan"], "cluster", 2),
        (&["check", "--cluster", "-"], "cluster", 2),
        (&["grants", "--cluster"], "cluster", 2),
    ] {
        let output = hostprocess(arguments);
        let message = String::from_utf8_lossy(&output.stderr);
        assert!(message.contains(&format!("built without the feature `{feature}`")), "{arguments:?}: {message}");
        assert!(message.contains("`cargo install --locked --path cli`"), "{arguments:?}: {message}");
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
    }
}

#[test]
fn check_fix_grants_and_explain_need_no_features() {
    for (arguments, code) in [
        (&["check", "examples/broken.yaml"][..], 1),
        (&["check", "examples/privileged-daemonset.yaml"], 0),
        (&["fix", "--diff", "examples/broken.yaml"], 1),
        (&["grants", "examples"], 0),
        (&["explain", "host-network"], 0),
    ] {
        let output = hostprocess(arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(!output.stdout.is_empty(), "{arguments:?}");
    }
}
