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

/// The file of each object.
fn files(output: &Output) -> Vec<String> {
    objects(output).iter().map(|object| object["file"].as_str().expect("a text").to_owned()).collect()
}

/// Runs the command in a folder.
fn hostprocess_in(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hostprocess"));
    command.args(arguments).current_dir(folder).env("NO_COLOR", "1").output().expect("starts")
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
    hostprocess_in(&folder, &["check", "--output", format, "./100% a,b.yaml"])
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
    let output = hostprocess_in(&folder, &["check", "--output", "json", "."]);
    assert_eq!(files(&output), ["./a/d.json", "./a/deep/c.yml", "./b.yaml"]);
    assert_eq!(code(&output), 1);
}

/// A repository with manifests among other files.
fn a_repository(name: &str) -> PathBuf {
    let folder = folder(name);
    write(&folder, "deploy/agent.yaml", GOOD);
    write(&folder, "deploy/kustomization.yaml", "resources: [agent.yaml]\n");
    write(&folder, ".gitlab-ci.yml", "test: {script: [make test]}\n---\ninclude: !reference [a]\n");
    write(&folder, "tsconfig.json", "{\n  // JSON with comments\n  \"strict\": true,\n}\n");
    write(&folder, "charts/agent/Chart.yaml", "apiVersion: v2\nname: agent\nversion: 1.0.0\n");
    write(&folder, "charts/agent/values.yaml", "kind: DaemonSet\nimage: x\n");
    write(&folder, "charts/agent/crds/crd.yaml", &GOOD.replace("name: good", "name: plain"));
    write(&folder, "charts/agent/templates/agent.yaml", "{{- if .Values.agent }}\nkind: Pod\n{{- end }}\n");
    write(&folder, "charts/agent/templates/deep/pod.yaml", &GOOD.replace("good", "'{{ .Values.name }}'"));
    folder
}

#[test]
fn what_else_is_in_a_repository_is_skipped_and_counted() {
    let folder = a_repository("repository");
    for format in ["text", "json"] {
        let output = hostprocess_in(&folder, &["check", "--output", format, "."]);
        assert_snapshot(&format!("repository_{format}"), shown(&output));
    }
}

#[test]
fn strict_input_makes_everything_else_an_error() {
    let folder = a_repository("strict-repository");
    let output = hostprocess_in(&folder, &["check", "--strict-input", "."]);
    assert_eq!(code(&output), 2);
    let shown = shown(&output);
    for file in
        ["deploy/kustomization.yaml", ".gitlab-ci.yml", "tsconfig.json", "agent/Chart.yaml", "templates/agent.yaml"]
    {
        assert!(shown.contains(&format!("{file}:")), "{file}: {shown}");
    }
    assert!(!shown.contains("note: "), "{shown}");
}

#[test]
fn a_file_that_is_named_must_hold_objects_also_when_a_folder_holds_it() {
    let folder = a_repository("named");
    for arguments in [&["check", "deploy/kustomization.yaml"][..], &["check", ".", "deploy/kustomization.yaml"]] {
        let output = hostprocess_in(&folder, arguments);
        assert_eq!(code(&output), 2, "{arguments:?}: {}", shown(&output));
        assert!(shown(&output).contains("not a Kubernetes object"), "{}", shown(&output));
    }
    let output = hostprocess_in(&folder, &["check", "charts/agent/templates/agent.yaml"]);
    assert!(code(&output) == 2 && shown(&output).contains("looks like a template"), "{}", shown(&output));
}

#[test]
fn a_broken_manifest_in_a_folder_is_an_error() {
    let folder = folder("broken-manifest");
    write(&folder, "a.yaml", "apiVersion: v1\nkind: Pod\nspec: [\n");
    write(&folder, "b.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: {{ .Release.Name }}}\n");
    let output = hostprocess_in(&folder, &["check", "."]);
    assert_eq!(code(&output), 2);
    assert!(shown(&output).contains("2 parts could not be read"), "{}", shown(&output));
}

#[test]
fn gitignore_and_exclude_select_what_folders_hold() {
    let folder = folder("gitignore");
    std::fs::create_dir(folder.join(".git")).expect("a folder");
    write(&folder, ".gitignore", "vendor/\n*.gen.yaml\n!kept.gen.yaml\n");
    for name in ["a.yaml", "a.gen.yaml", "kept.gen.yaml", "vendor/b.yaml", "sub/c.yaml", "sub/deep/d.yaml"] {
        write(&folder, name, GOOD);
    }
    let check = |arguments: &[&str]| {
        let output = hostprocess_in(&folder, &[&["check", "--output", "json"], arguments].concat());
        assert_eq!(code(&output), 0, "{}", shown(&output));
        files(&output)
    };
    assert_eq!(check(&["."]), ["./a.yaml", "./kept.gen.yaml", "./sub/c.yaml", "./sub/deep/d.yaml"]);
    assert_eq!(check(&[".", "--exclude", "sub"]), ["./a.yaml", "./kept.gen.yaml"]);
    assert_eq!(check(&["sub", "--exclude", "sub/*/d.yaml"]), ["sub/c.yaml"]);
    let absolute = folder.join("sub").display().to_string();
    assert_eq!(check(&[&absolute, "--exclude", "/sub/deep"]), [format!("{absolute}/c.yaml")]);
    assert_eq!(check(&[".", "--exclude", "sub", "--exclude", "*.gen.yaml"]), ["./a.yaml"]);
    // What is named is meant.
    assert_eq!(check(&["vendor/b.yaml", "a.gen.yaml", "--exclude", "vendor"]), ["vendor/b.yaml", "a.gen.yaml"]);
    let output = hostprocess_in(&folder, &["check", ".", "--exclude", "a{b"]);
    assert!(code(&output) == 2 && shown(&output).contains("error: --exclude: "), "{}", shown(&output));
}

#[test]
fn paths_that_overlap_are_judged_once() {
    let folder = folder("overlap");
    write(&folder, "a/b.yaml", GOOD);
    write(&folder, "a/c.yaml", &dubious());
    let absolute = folder.join("a").display().to_string();
    let arguments = ["check", "--output", "json", "a/c.yaml", "a", ".", "a/../a/b.yaml", &absolute];
    assert_eq!(files(&hostprocess_in(&folder, &arguments)), ["a/c.yaml", "a/b.yaml"]);
}

#[test]
fn many_files_are_reported_in_their_order() {
    let folder = folder("many");
    for number in 0..200 {
        // Long ones and short ones take turns.
        write(&folder, &format!("{number:03}.yaml"), &format!("{}---\n", bad()).repeat(1 + number % 7 * 3));
    }
    let check = || hostprocess_in(&folder, &["check", "--output", "json", "."]);
    let output = check();
    let mut names = files(&output);
    names.dedup();
    let expected: Vec<String> = (0..200).map(|number| format!("./{number:03}.yaml")).collect();
    assert_eq!(names, expected);
    assert_eq!(output.stdout, check().stdout);
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
fn a_rule_that_is_off_warns_where_it_is_named() {
    let folder = folder("named-rules");
    let off = write(&folder, "off.yaml", "rules:\n  host-network: off\n");
    let empty = write(&folder, "empty.yaml", "rules:\n");
    for (arguments, expected) in [
        (&["--rules", "resource-limits"][..], &["warn resource-limits"][..]),
        (&["--rules", "resource-limits", "--profile", "strict"], &["warn resource-limits"]),
        (&["--rules", "resource-limits", "--settings", &empty], &["warn resource-limits"]),
        (&["--rules", "host-network", "--settings", &off], &["warn host-network"]),
        (&["--rules", "host-network,resource-limits"], &["deny host-network", "warn resource-limits"]),
        (&["--settings", &off], &[]),
    ] {
        let output = hostprocess(&[&["check", "-", "--output", "json"], arguments].concat(), &bad());
        let objects = objects(&output);
        let findings = objects[0]["findings"].as_array().expect("findings").iter();
        let text = |finding: &Value, key: &str| finding[key].as_str().expect("a text").to_owned();
        let found: Vec<String> =
            findings.map(|finding| format!("{} {}", text(finding, "severity"), text(finding, "rule"))).collect();
        assert_eq!(found, expected, "{arguments:?}");
    }
}

/// No finding gets past the settings, through which rules are left out.
#[test]
fn every_rule_can_be_ignored() {
    let ids: Vec<&str> = windows_hostprocess_policy::rules::registry::all().map(|rule| rule.id).collect();
    let arguments = ["check", "test_data", "examples", "--fail-on", "warn", "--output", "json", "--ignore-rules"];
    let output = hostprocess(&[&arguments[..], &[&ids.join(",")]].concat(), "");
    let mut reported = objects(&output);
    reported
        .retain(|object| object["findings"].as_array().expect("findings").iter().any(|f| f["rule"] != "unreadable"));
    assert!(reported.is_empty(), "{reported:#?}");
}

#[test]
fn a_misspelt_rule_is_refused_with_a_suggestion() {
    assert_snapshot("misspelt_rule", shown(&hostprocess(&["check", "-", "--ignore-rules", "host-netwrok"], "")));
}

#[test]
fn grants_know_the_namespace_and_the_requester_on_the_command_line() {
    let folder = folder("who-and-where");
    let namespace = write(&folder, "namespace.yaml", "allow:\n- namespaces: [monitoring]\n");
    let users = write(&folder, "users.yaml", "allow:\n- requesters: {users: [jane]}\n");
    let groups = write(&folder, "groups.yaml", "allow:\n- requesters: {groups: [ops]}\n");
    let authenticated = write(&folder, "any.yaml", "allow:\n- requesters: {groups: ['system:authenticated']}\n");
    let elsewhere = GOOD.replace("name: good", "name: good\n  namespace: elsewhere");
    for (settings, arguments, input, verdict) in [
        (&namespace, &[][..], GOOD, "deny"),
        (&namespace, &["--namespace", "monitoring"], GOOD, "accept"),
        (&namespace, &["--namespace", "monitoring"], &elsewhere, "deny"),
        (&users, &[], GOOD, "warn"),
        (&users, &["--as", "jane"], GOOD, "accept"),
        (&users, &["--as", "joe", "--as-group", "jane"], GOOD, "deny"),
        (&groups, &["--as", "joe", "--as-group", "dev", "--as-group", "ops"], GOOD, "accept"),
        (&groups, &["--as", "ops"], GOOD, "deny"),
        (&authenticated, &["--as", "joe"], GOOD, "accept"),
    ] {
        let check = ["check", "-", "--output", "json", "--rules", "not-allowed", "--settings", settings];
        let output = hostprocess(&[&check, arguments].concat(), input);
        assert_eq!(objects(&output)[0]["verdict"], verdict, "{settings} {arguments:?}: {}", shown(&output));
    }
}

/// An AdmissionRequest by jane in the namespace monitoring, whose objects are given as manifests.
fn request(operation: &str, object: Option<&str>, old_object: Option<&str>) -> Value {
    let value = |text: Option<&str>| {
        text.map_or(Value::Null, |text| kubernetes_yaml::documents(text).remove(0).expect("YAML").value)
    };
    json!({"uid": "1", "kind": {"group": "", "version": "v1", "kind": "Pod"}, "name": "asked", "namespace": "monitoring",
        "operation": operation, "userInfo": {"username": "jane"}, "object": value(object), "oldObject": value(old_object)})
}

#[test]
fn an_admission_request_is_judged_as_the_request_that_it_is() {
    let grant = "allow:\n- {namespaces: [monitoring], requesters: {users: [jane]}}\n";
    let settings = write(&folder("requests"), "settings.yaml", grant);
    let bad = bad();
    let changed = bad.replace("spec:\n", "spec:\n  terminationGracePeriodSeconds: 5\n");
    for (operation, object, old_object, verdict) in [
        ("CREATE", Some(GOOD), None, "accept"),
        ("CREATE", Some(&*bad), None, "deny"),
        ("UPDATE", Some(&bad), Some(&*bad), "accept"),
        ("UPDATE", Some(&changed), Some(&bad), "warn"),
        ("UPDATE", Some(&changed), Some(GOOD), "deny"),
        ("DELETE", None, Some(&bad), "accept"),
    ] {
        let request = request(operation, object, old_object);
        let review = json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request});
        for input in [request, review] {
            // These are for manifests.
            let ignored = ["--namespace", "elsewhere", "--as", "joe"];
            let check = ["check", "-", "--output", "json", "--settings", &settings];
            let output = hostprocess(&[&check[..], &ignored].concat(), &input.to_string());
            let object = &objects(&output)[0];
            assert_eq!(object["verdict"], verdict, "{operation}: {}", shown(&output));
            assert_eq!(code(&output), i32::from(verdict == "deny"));
            let title = ["kind", "namespace", "name"].map(|key| object[key].as_str().unwrap_or_default());
            assert_eq!(title, ["Pod", "monitoring", "asked"]);
        }
    }
}

#[test]
fn a_diagnostic_points_into_an_admission_review() {
    let request = request("CREATE", Some(&bad()), None);
    let review = json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request});
    assert_snapshot("admission_review", shown(&hostprocess(&["check", "-"], &format!("{review:#}"))));
}

/// A module that logs what it is asked, and accepts it.
const LOGGING_MODULE: &str = r#"(module
    (import "wapc" "__guest_request" (func $request (param i32 i32)))
    (import "wapc" "__guest_response" (func $respond (param i32 i32)))
    (import "wapc" "__host_call" (func $call_host (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 2)
    (data (i32.const 0) "kubewardentracinglog{\"valid\":true,\"accepted\":true}")
    (func (export "__guest_call") (param $operation i32) (param $payload i32) (result i32)
        (call $request (i32.const 1000) (i32.const 2000))
        (drop (call $call_host (i32.const 0) (i32.const 10) (i32.const 10) (i32.const 7) (i32.const 17) (i32.const 3)
            (i32.const 2000) (local.get $payload)))
        (call $respond (i32.const 20) (i32.const 30)) (i32.const 1)))"#;

/// The payload of the last call that the module logged.
fn asked(arguments: &[&str], input: &str) -> Value {
    let module = write(&folder("logging-module"), "module.wat", LOGGING_MODULE);
    let output = hostprocess(&[&["check", "-", "--wasm", &module], arguments].concat(), input);
    assert_eq!(code(&output), 0, "{}", shown(&output));
    let log = String::from_utf8(output.stderr).expect("UTF-8");
    let payload = log.lines().last().and_then(|line| line.strip_prefix("policy: ")).expect("a logged payload");
    // The log is escaped as Rust escapes texts, which here is only what JSON escapes, too.
    let payload: String = serde_json::from_str(&format!("\"{payload}\"")).expect("a text");
    serde_json::from_str(&payload).expect("JSON")
}

#[test]
fn a_module_is_asked_the_same() {
    let payload = asked(&["--namespace", "monitoring", "--as", "jane", "--as-group", "ops"], GOOD);
    assert_eq!((&payload["request"]["namespace"], &payload["settings"]), (&json!("monitoring"), &json!({})));
    let user = json!({"username": "jane", "groups": ["ops", "system:authenticated"]});
    assert_eq!(payload["request"]["userInfo"], user);

    let severities = &asked(&["--rules", "host-network"], GOOD)["settings"]["rules"];
    assert_eq!((&severities["host-network"], &severities["run-as-non-root"]), (&Value::Null, &json!("off")));
    let severities = &asked(&["--ignore-rules", "host-network"], GOOD)["settings"]["rules"];
    assert_eq!(*severities, json!({"host-network": "off"}));

    let request = request("UPDATE", Some(GOOD), Some(&bad()));
    assert_eq!(asked(&["--as", "joe"], &request.to_string())["request"], request);
}

#[test]
fn what_is_not_a_module_is_refused_with_what_to_pass_instead() {
    let run = |policy: &str| {
        let output = hostprocess(&["run", policy, "-r", "test_data/requests/broken.json"], "");
        format!("=== {policy}\n{}", shown(&output))
    };
    let policies = [
        "registry://ghcr.io/kubewarden/policies/windows-hostprocess:v0.1.0",
        "https://example.com/policy.wasm",
        "ghcr.io/kubewarden/policies/windows-hostprocess:v0.1.0",
        "deploy/clusteradmissionpolicy.yaml",
    ];
    assert_snapshot("not_a_module", policies.map(run).concat());
    let output = hostprocess(&["check", "-", "--wasm", "deploy/clusteradmissionpolicy.yaml"], GOOD);
    assert_eq!(code(&output), 2);
    assert!(shown(&output).contains("this is YAML, not a module"), "{}", shown(&output));
}

#[test]
fn the_readme_lists_the_flags_of_run() {
    let readme = std::fs::read_to_string(repository().join("README.md")).expect("README.md").replace('\n', " ");
    let (_, list) = readme.split_once("Of the flags of `kwctl run` it has ").expect("a list");
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
