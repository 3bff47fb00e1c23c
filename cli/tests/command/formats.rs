//! The output formats.

use super::*;

#[test]
fn json_has_the_documented_keys() {
    let output = hostprocess(&["check", "--output", "json", "-"], &bad());
    assert_snapshot("json", shown(&output));
}

#[test]
fn json_v2_has_a_version_and_lists_unjudged_input() {
    let folder = folder("json-v2");
    write(&folder, "a.yaml", &format!("{}---\na: [\n---\napiVersion: v1\nkind: [\n", bad()));
    write(&folder, "b.yaml", &GOOD.replace("kind: Pod", "kind: Pod\nkind: Pod"));
    write(&folder, "values.yaml", "replicas: 1\n---\nimage: a\n");
    write(&folder, "chart/Chart.yaml", "name: chart\n");
    write(&folder, "chart/templates/pod.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: {{ .Values.name }}}\n");
    let output = hostprocess_in(&folder, &["check", "-o", "json-v2", "."]);
    let mut value: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(value["objects"].take(), json!(objects(&hostprocess_in(&folder, &["check", "-o", "json", "."]))));
    assert_snapshot("json_v2", format!("{value:#}\n--- exit code {}\n", code(&output)));
}

/// A report on two objects and an unreadable document, in a file whose name needs escapes.
fn sample_report(format: &str) -> Output {
    let folder = folder(format);
    write(&folder, "100% a,b.yaml", &format!("{}---\n{}---\nname: {{{{ .Values.name }}}}\n", dubious(), bad()));
    hostprocess_in(&folder, &["check", "--output", format, "./100% a,b.yaml"])
}

#[test]
fn sarif_report_matches_the_snapshot() {
    let output = sample_report("sarif");
    assert_valid_sarif(&output.stdout);
    // Other tests cover the pages of rules.
    let shown = shown(&output).lines().filter(|line| !is_page(line)).map(|line| format!("{line}\n")).collect();
    assert_snapshot("sarif", shown);
}

/// Whether a line belongs to a `help` object.
fn is_page(line: &str) -> bool {
    line.starts_with(r#"                "markdown": "By default"#)
        || line.starts_with(r#"                "text": "By default"#) && line.contains("\\n")
}

#[test]
fn junit_report_is_valid() {
    let output = sample_report("junit");
    let report = quick_junit::Report::deserialize_from_str(&String::from_utf8_lossy(&output.stdout)).expect("JUnit");
    assert_eq!((report.tests, report.failures, report.errors), (3, 1, 1));
    assert_snapshot("junit", shown(&output));
}

#[test]
fn azure_devops_report_matches_the_snapshot() {
    assert_snapshot("azure_devops", shown(&sample_report("azure-devops")));
}

/// Parses lines like `Command.TryParse` and `CommandStringConvertor.Unescape` in the agent.
#[test]
fn the_agent_of_azure_pipelines_decodes_the_original_values() {
    let folder = folder("agent");
    let answer = json!({"valid": true, "accepted": false, "message": "a; b]\r\nc=d 100% %3B"});
    let module = write(&folder, "module.wat", &module_that_answers(&answer));
    write(&folder, "100%;]=.yaml", &bad());
    let output = hostprocess_in(&folder, &["check", "--wasm", &module, "-o", "azure-devops", "100%;]=.yaml"]);
    let line = String::from_utf8(output.stdout).expect("UTF-8");
    let decoded = |text: &str| {
        let text = text.replace("%3B", ";").replace("%0D", "\r").replace("%0A", "\n").replace("%5D", "]");
        text.replace("%AZP25", "%")
    };
    let (command, message) = line.trim_end().strip_prefix("##vso[").and_then(|line| line.split_once(']')).expect("one");
    let (name, properties) = command.split_once(' ').expect("properties");
    let properties: Vec<(&str, String)> = properties
        .split(';')
        .filter_map(|pair| pair.split_once('='))
        .map(|(key, value)| (key, decoded(value)))
        .collect();
    assert_eq!((name, decoded(message)), ("task.logissue", "Pod bad: a; b]\r\nc=d 100% %3B".to_owned()));
    let expected = [
        ("type", "error"),
        ("sourcepath", "100%;]=.yaml"),
        ("linenumber", "1"),
        ("columnnumber", "1"),
        ("code", "module"),
    ];
    assert_eq!(properties, expected.map(|(key, value)| (key, value.to_owned())));
}

#[test]
fn github_report_matches_the_snapshot() {
    assert_snapshot("github", shown(&sample_report("github")));
}

/// A module in WebAssembly text that gives the same answer to every call.
pub fn module_that_answers(answer: &Value) -> String {
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
fn every_format_shows_the_answer_of_a_module_unchanged() {
    let folder = folder("module");
    let answer = json!({"valid": true, "accepted": false, "message": "refused:\n- a: b; c [d]",
        "warnings": ["e: f [g]", "h"]});
    let module = write(&folder, "module.wat", &module_that_answers(&answer));
    let show = |format: &str| {
        let output = hostprocess(&["check", "--wasm", &module, "--output", format, "-"], &bad());
        format!("=== {format}\n{}", shown(&output))
    };
    assert_snapshot("module", ["text", "json", "sarif", "junit", "github", "azure-devops"].map(show).concat());
}

#[test]
fn warnings_of_a_module_do_not_deny() {
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
