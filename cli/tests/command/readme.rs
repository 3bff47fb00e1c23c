//! The README's commands, run as a newcomer would, and its picture.

use super::*;

/// What cannot be run in a test: it needs a network, a cluster, or minutes of compiling. `.ci/run` begins with `make run`.
const ELSEWHERE: [&str; 5] = ["make run", "cargo install ", "helm ", "kubectl ", "hostprocess scan "];

#[test]
fn the_commands_run() {
    let readme = std::fs::read_to_string(repository().join("README.md")).expect("README.md");
    let folder = folder("newcomer");
    for example in ["broken.yaml", "privileged-daemonset.yaml"] {
        let text = std::fs::read_to_string(repository().join("examples").join(example)).expect("an example");
        write(&folder, &format!("manifests/{example}"), &text);
    }
    let mut run = Vec::new();
    for line in readme.lines().filter_map(|line| line.strip_prefix("$ ")) {
        if ELSEWHERE.iter().any(|command| line.starts_with(command)) {
            continue;
        }
        let arguments: Vec<&str> = line.split(' ').collect();
        assert_eq!(arguments[0], "hostprocess", "{line}");
        let output = hostprocess_in(&folder, &arguments[1..]);
        assert_ne!(code(&output), 2, "{line}: {}", shown(&output));
        run.push(arguments[1]);
    }
    assert_eq!(run, ["check", "explain"]);
}

/// What a terminal shows of three findings. `make docs` renews the picture; here it must be up to date.
#[test]
fn the_picture_shows_what_is_printed() {
    let rules = "run-as-non-root,named-pipe-mount,nt-authority-spelling";
    let arguments = ["check", "--rules", rules, "examples/broken.yaml"];
    let mut command = Command::new(env!("CARGO_BIN_EXE_hostprocess"));
    let output = command.args(arguments).current_dir(repository()).env("CLICOLOR_FORCE", "1").output().expect("starts");
    assert_eq!(code(&output), 1, "{}", shown(&output));
    let printed = String::from_utf8(output.stdout).expect("UTF-8");
    let diagnostics: Vec<&str> = printed.split("\n\n").take(3).map(without_page).collect();
    let text = format!("$ hostprocess check examples/broken.yaml\n{}\n", diagnostics.join("\n\n"));
    let picture = anstyle_svg::Term::new().render_svg(&text);
    let path = repository().join("docs/check.svg");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &picture).expect("written");
    }
    assert_eq!(std::fs::read_to_string(path).expect("docs/check.svg"), picture, "run `make docs`");
}

/// A diagnostic without its last line, the address of the rule's page.
fn without_page(diagnostic: &str) -> &str {
    diagnostic.rsplit_once('\n').map_or(diagnostic, |(rest, _)| rest)
}
