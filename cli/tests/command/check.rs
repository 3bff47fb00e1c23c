//! Single files: diagnostics, several documents, exit codes.

use super::*;

#[test]
fn a_diagnostic_points_into_the_manifest() {
    let output = hostprocess(&["check", "examples/broken.yaml"], "");
    assert_snapshot("broken_example", shown(&output));
}

#[test]
fn documents_list_items_and_unreadable_parts_are_reported() {
    let list = format!("apiVersion: v1\nkind: List\nitems:\n- {}", dubious().trim_end().replace('\n', "\n  "));
    let input = format!("{GOOD}---\n---\n{}---\n{list}\n---\nname: {{{{ .Values.name }}}}\n---\nname: values\n", bad());
    let output = hostprocess(&["check", "-"], &input);
    assert_snapshot("several_documents", shown(&output));
}

/// The manifest has the format of `kubectl get controllerrevisions -o yaml`.
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
fn exit_codes_depend_on_verdicts_and_unreadable_input() {
    let (bad, dubious) = (bad(), dubious());
    for (arguments, input, expected) in [
        (&["check", "-"][..], GOOD, 0),
        (&["check", "-"], "", 2),
        (&["check", "-", "--allow-empty"], "", 0),
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
        (&["check", "-", "--fail-on", "deny"], &dubious, 0),
        (&["check", "-", "--fail-on", "deny"], &bad, 1),
        (&["check", "-", "--fail-on", "warn"], GOOD, 0),
        (&["check", "-", "--fail-on", "warn"], &dubious, 1),
        (&["check", "-", "--fail-on", "warn"], &bad, 1),
        (&["check", "-", "--fail-on", "never"], &bad, 0),
        (&["check", "-", "--fail-on", "never"], "a: [", 2),
        (&["check", "-", "--fail-on", "always"], &bad, 2),
        (&["check", "-", "--rules", "host-network"], &bad, 1),
        (&["check", "-", "--rules", "run-as-non-root,host-network"], &bad, 1),
        (&["check", "-", "--rules", "run-as-non-root"], &bad, 0),
        (&["check", "-", "--ignore-rules", "host-network"], &bad, 0),
        (&["check", "-", "--rules", "host-network", "--ignore-rules", "host-network"], &bad, 0),
        (&["check", "-", "--rules", "host-netwrok"], &bad, 2),
        (&["check", "-", "--rules", "host-network,"], &bad, 2),
        (&["check", "-", "--as-group", "ops"], GOOD, 2),
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
fn an_unreadable_file_does_not_stop_the_check() {
    let output =
        hostprocess(&["check", "--output", "json", "no-such-file.yaml", "-"], &format!("a: [\n---\n{}", bad()));
    assert_eq!(code(&output), 2);
    let objects = objects(&output);
    assert_eq!((objects.len(), &objects[0]["verdict"]), (1, &Value::from("deny")));
    let errors = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(errors.contains("no-such-file.yaml: cannot be read") && errors.contains("<stdin>:1:5: "), "{errors}");
}

#[test]
fn messages_about_a_missing_file_have_no_line() {
    for command in ["check", "fix", "grants"] {
        let output = hostprocess(&[command, "no-such-file.yaml"], "");
        assert_eq!(code(&output), 2, "{command}");
        let shown = shown(&output);
        assert!(shown.contains("no-such-file.yaml") && !shown.contains("no-such-file.yaml:1"), "{shown}");
    }
}
