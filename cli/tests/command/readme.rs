//! Runs the commands in the README like a new user.

use super::*;

/// Commands that need a network, a cluster, or minutes of compiling. `.ci/run` begins with `make run`.
const NOT_RUN: [&str; 5] = ["docker run ", "cargo binstall ", "make run", "hostprocess scan ", "helm "];

#[test]
fn commands_in_the_readme_succeed() {
    let readme = std::fs::read_to_string(repository().join("README.md")).expect("README.md");
    let folder = folder("readme");
    for example in ["broken.yaml", "privileged-daemonset.yaml"] {
        let text = std::fs::read_to_string(repository().join("examples").join(example)).expect("an example");
        write(&folder, &format!("manifests/{example}"), &text);
        write(&folder, &format!("examples/{example}"), &text);
    }
    let mut run = Vec::new();
    for line in readme.lines().filter_map(|line| line.strip_prefix("$ ")) {
        if NOT_RUN.iter().any(|command| line.starts_with(command)) {
            continue;
        }
        let arguments: Vec<&str> = line.split(' ').collect();
        assert_eq!(arguments[0], "hostprocess", "{line}");
        let output = hostprocess_in(&folder, &arguments[1..]);
        assert_ne!(code(&output), 2, "{line}: {}", shown(&output));
        run.push(arguments[1]);
    }
    assert_eq!(run, ["check", "plan"]);
}
