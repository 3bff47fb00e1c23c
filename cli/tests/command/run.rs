//! Modules, `run`, `rules` and `explain`.

use super::*;

#[test]
fn the_error_about_other_files_suggests_a_module() {
    let run = |policy: &str| {
        let output = hostprocess(&["run", policy, "-r", "test_data/requests/broken.json"], "");
        format!("=== {policy}\n{}", shown(&output))
    };
    let policies = [
        "registry://ghcr.io/kubewarden/policies/windows-hostprocess:v0.1.0",
        "https://example.com/policy.wasm",
        "ghcr.io/kubewarden/policies/windows-hostprocess:v0.1.0",
        "deploy/base/clusteradmissionpolicy.yaml",
    ];
    assert_snapshot("not_a_module", policies.map(run).concat());
    let output = hostprocess(&["check", "-", "--wasm", "deploy/base/clusteradmissionpolicy.yaml"], GOOD);
    assert_eq!(code(&output), 2);
    assert!(shown(&output).contains("this is YAML, not a module"), "{}", shown(&output));
}

#[test]
fn documentation_lists_the_flags_of_run() {
    let page = std::fs::read_to_string(repository().join("docs/command.md")).expect("docs/command.md");
    let page = page.replace('\n', " ");
    let (_, list) = page.split_once("It has these flags of `kwctl run`: ").expect("a list");
    let listed: Vec<&str> =
        list.split_once(". ").expect("its end").0.split('`').filter(|part| part.starts_with('-')).collect();
    let help = hostprocess(&["run", "-h"], "");
    let help = String::from_utf8(help.stdout).expect("UTF-8");
    let options = help.split_once("Options:").expect("options").1.lines().flat_map(|line| {
        let flags = line.trim_start().split([' ', ',']).filter(|word| !word.is_empty());
        flags.take_while(|word| word.starts_with('-')).collect::<Vec<_>>()
    });
    let options: Vec<&str> = options.filter(|option| !matches!(*option, "-h" | "--help")).collect();
    assert_eq!(listed, options);
}

#[test]
fn names_and_modules_cannot_control_the_terminal() {
    const RED: &str = "\\e[31mred\\u009b";
    let metadata = format!("name: \"{RED}\"\n  annotations:\n    \"microsoft.com/hostprocess-{RED}\": \"{RED}\"");
    let input = bad().replace("name: bad", &metadata).replace("name: shell", &format!("name: \"{RED}\""));
    for format in ["text", "json", "sarif", "junit", "github"] {
        let output = hostprocess(&["check", "-", "--profile", "strict", "--output", format], &input);
        assert_eq!(code(&output), 1);
        assert!(!shown(&output).contains(['\u{1b}', '\u{9b}']), "{format}: {}", shown(&output));
    }
    let answer = json!({"valid": true, "accepted": false, "message": "\u{1b}[31m", "warnings": ["\u{1b}[31m"]});
    let module = write(&folder("steering-module"), "module.wat", &formats::module_that_answers(&answer));
    let output = hostprocess(&["check", "--wasm", &module, "-"], &bad());
    assert_eq!(code(&output), 1);
    assert!(!output.stdout.contains(&0x1b), "{}", shown(&output));
}

#[test]
fn rules_are_listed_and_explained() {
    let rules = objects(&hostprocess(&["rules", "--output", "json"], ""));
    assert_eq!(rules.len(), windows_hostprocess_policy::rules::registry::all().count());
    assert_snapshot("explain", shown(&hostprocess(&["explain", "host-network"], "")));
    let page = shown(&hostprocess(&["explain", "-o", "markdown", "host-network"], ""));
    assert!(page.contains("# host-network") && page.contains("**What happens**"), "{page}");
}
