//! Waivers in comments and in the configuration.

use std::collections::{BTreeMap, BTreeSet};

use super::*;

/// [`bad`] with a text appended to the line of its finding, `spec:`.
fn bad_with(comment: &str) -> String {
    bad().replace("\nspec:\n", &format!("\nspec:{comment}\n"))
}

fn check(input: &str) -> Output {
    hostprocess(&["check", "-"], input)
}

#[test]
fn a_comment_on_the_line_of_a_finding_or_above_it_waives_it() {
    let waiver = "# hostprocess: ignore[host-network] a webhook adds it";
    let above = |lines: &str| bad().replace("\nspec:\n", &format!("\n{lines}\nspec:\n"));
    for input in [
        bad_with(&format!(" {waiver}")),
        above(waiver),
        above(&format!("{waiver}\n# as we know")),
        above(&format!("# as we know\n  {waiver}\n#")),
        above("#hostprocess:ignore[ host-network , local-system ] a webhook adds it"),
        bad_with(&format!(" {waiver}")).replace('\n', "\r\n"),
    ] {
        let output = check(&input);
        assert_eq!((code(&output), errors(&output).as_str()), (0, ""), "{input}");
        assert!(shown(&output).starts_with("1 object: 1 accepted, 0 with warnings, 0 denied; 1 finding waived\n"));
    }
}

#[test]
fn a_comment_elsewhere_waives_nothing_and_is_reported() {
    let waiver = "# hostprocess: ignore[host-network] a webhook adds it";
    for (input, place) in [
        (bad().replace("\nspec:\n", &format!("\n{waiver}\n\nspec:\n")), "5:1"),
        (bad().replace("metadata:\n", &format!("metadata: {waiver}\n")), "3:11"),
        (format!("{waiver}\n{}", bad()), "1:1"),
        (format!("{}{waiver}", bad()), "15:1"),
    ] {
        let output = check(&input);
        let warning =
            format!("warning: <stdin>:{place}: unused waiver: no host-network finding here; remove the comment\n");
        assert_eq!((code(&output), errors(&output)), (1, warning), "{input}");
    }
}

#[test]
fn a_comment_is_not_reported_as_unused_if_input_is_unreadable() {
    let waiver = "# hostprocess: ignore[host-network] a webhook adds it";
    for input in [
        format!("{waiver}\n{}---\na: [\n", bad()),
        format!("{waiver}\n{}", bad().replace("hostProcess: yes", "hostProcess: 'yes'")),
    ] {
        let output = check(&input);
        assert!(code(&output) > 0 && !errors(&output).contains("unused waiver"), "{}", shown(&output));
    }
}

#[test]
fn a_finding_about_a_missing_field_is_waived_at_the_reported_line() {
    let check = |input: &str| hostprocess(&["check", "-", "--rules", "resource-limits", "-o", "json"], input);
    let finding = objects(&check(GOOD))[0]["findings"][0].clone();
    assert_eq!(
        (&finding["path"], &finding["line"]),
        (&json!("spec.containers[0].resources.limits.memory"), &json!(14))
    );
    let waiver = "# hostprocess: ignore[resource-limits] the node has nothing else to do";
    let waived = check(&GOOD.replace("  - name", &format!("  {waiver}\n  - name")));
    assert_eq!(objects(&waived)[0]["verdict"], "accept", "{}", shown(&waived));
}

#[test]
fn text_that_looks_like_a_comment_waives_nothing() {
    let text =
        "metadata:\n  annotations:\n    note: |\n      # hostprocess: ignore[host-network] a webhook adds it\nspec:\n";
    let output = check(&bad().replace("spec:\n", &text.replace("metadata:\n", "")));
    assert_eq!((code(&output), errors(&output).as_str()), (1, ""), "{}", shown(&output));
    let quoted = bad_with("").replace("name: bad", "name: 'bad # hostprocess: ignore[host-network] x'");
    assert_eq!(code(&check(&quoted)), 1);
}

#[test]
fn a_malformed_comment_is_reported_and_waives_nothing() {
    for (comment, message) in [
        ("ignore[host-network]", "invalid waiver: write a reason after the brackets"),
        ("ignore[host-netwrok] x", "invalid waiver: unknown rule 'host-netwrok', did you mean 'host-network'?"),
        ("ignore[host-network, x] x", "invalid waiver: unknown rule 'x'"),
        ("ignore[] x", "invalid waiver: unknown rule ''"),
        ("ignore[unreadable] x", "invalid waiver: unknown rule 'unreadable'"),
        ("ignore", "invalid waiver: write # hostprocess: ignore[rule-id] and a reason"),
        ("ignore host-network x", "invalid waiver: write # hostprocess: ignore[rule-id] and a reason"),
    ] {
        let output = check(&bad_with(&format!(" # hostprocess: {comment}")));
        let expected = format!("warning: <stdin>:5:7: {message}\n");
        assert_eq!((code(&output), errors(&output)), (1, expected), "{comment}");
    }
    let other = check(&bad_with(" # hostprocess: it needs the node's network"));
    assert_eq!((code(&other), errors(&other).as_str()), (1, ""));
}

#[test]
fn each_of_a_hundred_thousand_comments_is_reported() {
    let comment = "# hostprocess: ignore[os-linux] x\n".repeat(100_000);
    let output = check(&format!("{comment}{}", bad()));
    assert_eq!((code(&output), errors(&output).lines().count()), (1, 100_000));
}

#[test]
fn each_rule_in_a_comment_is_waived_separately() {
    let comment = "# hostprocess: ignore[host-network, os-linux, local-system, windows-build] a webhook adds it";
    let output = check(&bad_with(&format!(" {comment}")));
    assert_eq!(code(&output), 0);
    // A rule that is off and a rule about the cluster may have findings in another run.
    assert_eq!(
        errors(&output),
        "warning: <stdin>:5:7: unused waiver: no os-linux finding here; remove the id from the comment\n"
    );
    let selected = hostprocess(&["check", "-", "--rules", "run-as-non-root"], &bad_with(&format!(" {comment}")));
    assert_eq!((code(&selected), errors(&selected).as_str()), (0, ""));
}

/// A waived finding and one that is not waived.
fn two() -> String {
    format!("{}---\n{}", bad_with(" # hostprocess: ignore[host-network] a webhook adds it"), bad())
}

#[test]
fn waived_findings_are_only_in_json_and_sarif() {
    let format = |format| hostprocess(&["check", "-", "-o", format], &two());
    for (name, count) in [("text", 1), ("github", 1), ("azure-devops", 1), ("junit", 1), ("json", 2)] {
        let output = format(name);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!((code(&output), text.matches("share the node").count()), (1, count), "{name}: {text}");
    }
    let json = objects(&format("json"));
    let waived = json!({"reason": "a webhook adds it", "source": "comment"});
    assert_eq!((&json[0]["verdict"], &json[0]["findings"][0]["waived"]), (&json!("accept"), &waived));
    assert_eq!((&json[1]["verdict"], json[1]["findings"][0].get("waived")), (&json!("deny"), None));
}

#[test]
fn every_sarif_result_has_suppressions() {
    let suppressions = |input: &str| -> Vec<Value> {
        let output = hostprocess(&["check", "-", "-o", "sarif"], input);
        assert_valid_sarif(&output.stdout);
        let log: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let results = log["runs"][0]["results"].as_array().expect("a list");
        results.iter().map(|result| result["suppressions"].clone()).collect()
    };
    let in_source = json!([{"kind": "inSource", "justification": "a webhook adds it"}]);
    assert_eq!(suppressions(&two()), [in_source, json!([])]);
    assert_eq!(suppressions(&bad()), [Value::Null]);
}

#[test]
fn waived_findings_are_not_fixed() {
    let fixes = |output: Output| String::from_utf8_lossy(&output.stdout).matches("hostNetwork: true").count();
    assert_eq!(fixes(hostprocess(&["fix", "-"], &two())), 1);
    let waiver = "- rules: [host-network]\n  paths: [old]\n  reason: a webhook adds it\n";
    let folder = with_configuration("configured-fix", waiver);
    assert_eq!(fixes(hostprocess_in(&folder, &["fix", "."])), 1);
    assert_eq!(fixes(hostprocess_in(&folder, &["fix", ".", "--no-config"])), 2);
}

#[test]
fn a_module_ignores_waivers_in_comments() {
    let input = bad_with(" # hostprocess: ignore[host-network] a webhook adds it");
    let folder = folder("admission");
    let answer = json!({"valid": true, "accepted": false, "message": "refused"});
    let module = write(&folder, "module.wat", &formats::module_that_answers(&answer));
    let output = hostprocess(&["check", "--wasm", &module, "-"], &input);
    assert_eq!((code(&output), errors(&output).as_str()), (1, ""), "{}", shown(&output));
}

/// Copies every fixture with a comment above each line that has findings. Returns the number of findings.
fn with_comments_everywhere(folder: &Path) -> usize {
    let output = hostprocess(&["check", "test_data", "--profile", "strict", "-o", "json"], "");
    let mut rules: BTreeMap<(String, usize), BTreeSet<String>> = BTreeMap::new();
    let mut count = 0;
    for object in objects(&output) {
        for finding in object["findings"].as_array().expect("a list") {
            let text = |value: &Value| value.as_str().expect("a string").to_owned();
            let line = finding["line"].as_u64().and_then(|line| usize::try_from(line).ok()).expect("a number");
            rules.entry((text(&object["file"]), line)).or_default().insert(text(&finding["rule"]));
            count += 1;
        }
    }
    let files: BTreeSet<String> = rules.keys().map(|(file, _)| file.clone()).collect();
    for file in files {
        let text = std::fs::read_to_string(repository().join(&file)).expect("a fixture");
        let with_comment = |(index, line): (usize, &str)| match rules.get(&(file.clone(), index + 1)) {
            None => format!("{line}\n"),
            Some(rules) => {
                let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
                format!("# hostprocess: ignore[{}] a fixture\n{line}\n", rules.join(", "))
            }
        };
        write(folder, &file, &text.lines().enumerate().map(with_comment).collect::<String>());
    }
    count
}

#[test]
fn every_finding_can_be_waived_at_its_line() {
    let folder = folder("comments-everywhere");
    let count = with_comments_everywhere(&folder);
    let output = hostprocess_in(&folder, &["check", ".", "--profile", "strict"]);
    assert!(count > 300, "{count}");
    assert_eq!((code(&output), errors(&output).as_str()), (0, ""), "{}", shown(&output));
    let summary = format!(" 0 with warnings, 0 denied; {count} findings waived\n");
    assert!(shown(&output).contains(&summary) && output.stdout.len() < 100, "{}", shown(&output));
    // Waivers that only another profile uses are not reported as unused.
    assert_eq!(errors(&hostprocess_in(&folder, &["check", "."])), "");
}

/// A repository with a pod in each of two folders, both with the finding of [`bad`], and this configuration.
fn with_configuration(name: &str, waivers: &str) -> PathBuf {
    let folder = folder(name);
    write(&folder, "old/a.yaml", &bad());
    write(&folder, "new/b.yaml", &bad().replace("name: bad", "name: bad\n  namespace: ops"));
    write(&folder, ".hostprocess.yaml", &format!("waivers:\n{waivers}"));
    folder
}

#[test]
fn the_configuration_waives_findings_of_files_and_objects() {
    for (covers, files) in [
        ("", &["new/b.yaml", "old/a.yaml"][..]),
        ("  paths: [old]\n", &["old/a.yaml"]),
        ("  paths: ['*.yaml', '!new/b.yaml']\n", &["old/a.yaml"]),
        ("  objects: ['* ops/*']\n", &["new/b.yaml"]),
        ("  paths: [old]\n  objects: ['* ops/*']\n", &[]),
        ("  until: 9999-12-31\n", &["new/b.yaml", "old/a.yaml"]),
    ] {
        let waiver = format!("- rules: [host-network]\n  reason: a webhook adds it\n{covers}");
        let folder = with_configuration("configured", &waiver);
        let output = hostprocess_in(&folder, &["check", ".", "-o", "json"]);
        assert_eq!(errors(&output), "", "{covers}");
        let objects = objects(&output);
        let waived = json!({"reason": "a webhook adds it", "source": "configuration"});
        let matching = objects.iter().filter(|object| object["findings"][0]["waived"] == waived);
        let found: Vec<&str> = matching.map(|object| object["file"].as_str().expect("a string")).collect();
        assert_eq!(found, files.iter().map(|file| format!("./{file}")).collect::<Vec<_>>(), "{covers}");
        // From another folder, with another spelling of the path.
        let from = hostprocess_in(&folder.join("new"), &["check", "../old/a.yaml"]);
        assert_eq!(code(&from) == 0, files.contains(&"old/a.yaml"), "{covers}: {}", shown(&from));
    }
}

#[test]
fn expired_and_unused_configured_waivers_are_reported() {
    let waivers = "- rules: [host-network]\n  reason: x\n  until: 2024-02-29\n- rules: [host-network, os-linux]\n  paths: [new]\n  \
                   reason: x\n- rules: [os-linux]\n  paths: [nowhere]\n  reason: x\n";
    let folder = with_configuration("configured-mistakes", waivers);
    let output = hostprocess_in(&folder, &["check", "."]);
    let expected = "warning: .hostprocess.yaml:4:3: waivers[0].until: the waiver expired on 2024-02-29: renew or remove it\n\
                    warning: .hostprocess.yaml:5:25: waivers[1].rules[1]: unused waiver: no os-linux finding; remove the id\n";
    assert_eq!((code(&output), errors(&output).as_str()), (1, expected), "{}", shown(&output));
    assert!(shown(&output).contains("2 objects: 1 accepted, 0 with warnings, 1 denied; 1 finding waived\n"));
    let selected = hostprocess_in(&folder, &["check", ".", "--ignore-rules", "os-linux"]);
    assert!(!errors(&selected).contains("unused waiver"), "{}", errors(&selected));
}

#[test]
fn invalid_configured_waivers_are_errors() {
    for (waiver, message) in [
        ("- rules: [host-network]\n", ".hostprocess.yaml:2:3: waivers[0]: missing field `reason`"),
        ("- rules: [host-netwrok]\n  reason: x\n", "2:11: waivers[0].rules[0]: unknown rule 'host-netwrok', did you"),
        ("- rules: [host-network]\n  reason: ''\n", "3:3: waivers[0].reason: a waiver needs a reason"),
        ("- rules: [host-network]\n  reason: x\n  until: soon\n", "4:3: waivers[0].until: 'soon' is not a date"),
        ("- rules: [host-network]\n  reason: x\n  paths: ['a{']\n", "4:11: waivers[0].paths[0]: "),
    ] {
        let output = hostprocess_in(&with_configuration("configured-wrong", waiver), &["check", "."]);
        assert!(code(&output) == 2 && errors(&output).contains(message), "{waiver}: {}", shown(&output));
    }
}

#[test]
fn a_finding_can_be_waived_twice() {
    let folder = with_configuration("configured-twice", "- rules: [host-network]\n  reason: from afar\n");
    write(&folder, "old/a.yaml", &bad_with(" # hostprocess: ignore[host-network] at home"));
    let output = hostprocess_in(&folder, &["check", "old", "-o", "json"]);
    assert_eq!((code(&output), errors(&output).as_str()), (0, ""));
    assert_eq!(objects(&output)[0]["findings"][0]["waived"]["reason"], "at home");
}

#[test]
fn waivers_in_the_documentation_work() {
    let page = std::fs::read_to_string(repository().join("docs/command.md")).expect("the page");
    let section = page.split("\n## ").find(|section| section.starts_with("Waivers\n")).expect("a section");
    let examples: Vec<&str> = section.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    let [manifest, configuration] = examples[..] else { panic!("{examples:?}") };
    let checked = hostprocess(&["check", "-", "--rules", "host-network,local-system"], manifest);
    assert_eq!((code(&checked), errors(&checked).as_str()), (0, ""));
    assert!(shown(&checked).contains("; 2 findings waived\n"), "{}", shown(&checked));
    let file = write(&folder("waivers-on-the-page"), "configuration.yaml", configuration);
    let printed = hostprocess(&["config", "--config", &file], "");
    assert!(code(&printed) == 0 && shown(&printed).contains("until: "), "{}", shown(&printed));
}
