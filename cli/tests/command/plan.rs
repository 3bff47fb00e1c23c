//! `plan`: how nodes would start HostProcess containers. `crates/linter/tests/node_parity` compares plans with
//! recorded starts.

use jsonschema::Validator;

use super::schema::schema;
use super::*;

fn plan(arguments: &[&str], input: &str) -> Output {
    hostprocess(&[&["plan"], arguments].concat(), input)
}

/// Output of `docker image inspect` for GOOD's image, without irrelevant members.
const DOCKER: &str = r#"[{"Id": "sha256:ab", "RepoTags": ["registry.example/shell:1.0"], "RepoDigests": [], "Os": "windows",
    "Config": {"Entrypoint": ["C:\\shell\\shell.exe"], "Cmd": ["--default"], "WorkingDir": "C:\\shell", "User": "", "Env": ["A=1"]}}]"#;

/// Output of `crane config`.
const CRANE: &str = r#"{"architecture": "amd64", "os": "windows", "config": {"Cmd": ["crane.exe"]}, "rootfs": {"type": "layers", "diff_ids": []}}"#;

/// A validator that rejects members that are not in the schema.
fn strict() -> Validator {
    let mut schema = schema("plan");
    jsonschema::meta::validate(&schema).expect("a schema of its draft");
    for definition in schema["definitions"].as_object_mut().expect("definitions").values_mut() {
        if definition["type"] == "object" {
            definition["additionalProperties"] = json!(false);
        }
    }
    jsonschema::validator_for(&schema).expect("a schema")
}

#[test]
fn plan_of_the_aks_sample_matches_the_snapshot() {
    assert_snapshot("plan_aks", shown(&plan(&["examples/privileged-daemonset.yaml"], "")));
}

#[test]
fn the_readme_contains_a_part_of_the_plan() {
    let readme = std::fs::read_to_string(repository().join("README.md")).expect("README.md");
    let command = "$ hostprocess plan examples/privileged-daemonset.yaml\n";
    let (_, rest) = readme.split_once(command).expect("the command");
    let (part, _) = rest.split_once("```").expect("its end");
    let printed = shown(&plan(&["examples/privileged-daemonset.yaml"], ""));
    assert!(part.lines().count() > 4);
    for line in part.lines() {
        assert!(printed.lines().any(|printed| printed == line), "{line}");
    }
}

#[test]
fn plan_of_the_broken_example_shows_findings() {
    let arguments = ["examples/broken.yaml", "--containerd", "2.1", "--bind-filter", "true"];
    assert_snapshot("plan_broken", shown(&plan(&arguments, "")));
}

#[test]
fn image_configurations_are_used() {
    let folder = folder("plan_images");
    let (docker, crane) = (write(&folder, "docker.json", DOCKER), write(&folder, "crane.json", CRANE));
    let start = |configs: &[&str]| {
        let mut arguments = vec!["-", "-o", "json", "--containerd", "1.7", "--bind-filter", "false"];
        configs.iter().for_each(|config| arguments.extend(["--image-config", *config]));
        objects(&plan(&arguments, GOOD)).remove(0)["starts"][0].take()
    };
    assert_eq!(start(&[])["error"], "failed to generate spec: no command specified");
    let with_docker = start(&[&docker]);
    assert_eq!(with_docker["command_line"], r"C:\shell\shell.exe --default");
    assert_eq!((&with_docker["working_dir"], &with_docker["env"][0]), (&json!(r"C:\hpc\ID\shell"), &json!("A=1")));
    assert_eq!(start(&[&docker, &crane])["command_line"], r"C:\shell\shell.exe --default");
    assert_eq!(
        start(&[&format!("registry.example/shell:1.0={crane}"), &docker])["command_line"],
        with_docker["command_line"]
    );
    assert_eq!(start(&[&docker, &format!("registry.example/shell:1.0={crane}")])["command_line"], "crane.exe");

    let unused = plan(&["-", "--image-config", &format!("other:1={crane}")], GOOD);
    assert!(shown(&unused).contains("no planned container uses"), "{}", shown(&unused));
    let neither = plan(&["-", "--image-config", "examples/settings.yaml"], GOOD);
    assert_eq!(code(&neither), 2);
    assert!(shown(&neither).contains("found neither 'Config'"), "{}", shown(&neither));
}

#[test]
fn json_matches_the_schema_and_has_a_start_for_each_node() {
    let validator = strict();
    let output = plan(&["test_data", "examples", "-o", "json"], "");
    let containers: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let errors: Vec<String> = validator.iter_errors(&containers).take(5).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let containers = containers.as_array().expect("a list");
    assert!(containers.len() > 300, "{}", containers.len());
    let nodes = [("1.6", false), ("1.7", false), ("1.7", true), ("1.7.19", false), ("1.7.19", true)];
    let nodes = nodes.map(|(containerd, filter)| (json!(containerd), json!(filter)));
    for container in containers.iter().filter(|container| container.get("kubelet_error").is_none()) {
        let starts = container["starts"].as_array().expect("a list");
        let found: Vec<_> =
            starts.iter().map(|start| (start["containerd"].clone(), start["bind_filter"].clone())).collect();
        assert!(container.get("sandbox_error").is_some() || found == nodes, "{container}");
    }
    for list in ["containers", "initContainers", "ephemeralContainers"] {
        assert!(containers.iter().any(|container| container["list"] == list), "{list}");
    }
    let mut other = containers[0].clone();
    other["list"] = json!(1);
    assert!(!validator.is_valid(&json!([other])));
}

#[test]
fn settings_determine_nodes_and_groups() {
    let settings = write(&folder("plan_settings"), "settings.yaml", "containerd: '1.7.19'\nlocalGroups: [hpc-users]\n");
    let pod = GOOD
        .replace("NT AUTHORITY\\Local service", "HPC-Users")
        .replace("name: shell\n", "name: shell\n    command: [a.exe]\n");
    let starts = |arguments: &[&str]| {
        let arguments = [&["-", "-o", "json", "--settings", &settings], arguments].concat();
        objects(&plan(&arguments, &pod)).remove(0)["starts"].take()
    };
    let with_settings = starts(&[]);
    assert_eq!(with_settings.as_array().expect("a list").len(), 2);
    let group = json!({"kind": "group", "group": "HPC-Users", "user": "ID20", "domain": null, "password": true});
    assert_eq!(with_settings[0]["logon"], group);
    let of_1_6 = starts(&["--containerd", "1.6"]);
    assert_eq!((&of_1_6[0]["containerd"], &of_1_6[0]["logon"]["kind"]), (&json!("1.6"), &json!("interactive")));
    let refused = plan(&["-", "--containerd", "1.5"], GOOD);
    assert!(code(&refused) == 2 && shown(&refused).contains("need 1.6"), "{}", shown(&refused));
}

#[test]
fn without_host_process_containers_there_is_nothing_to_plan() {
    let ordinary = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: b}]}\n";
    for (format, text) in [("text", ""), ("json", "[]\n")] {
        let output = plan(&["-", "-o", format], ordinary);
        let expected =
            "--- standard error\nnote: nothing to plan: no HostProcess container was found\n--- exit code 0\n";
        assert_eq!(shown(&output), format!("{text}{expected}"));
    }
}

#[test]
fn unreadable_inputs_are_errors_and_the_rest_is_planned() {
    let wrong = "apiVersion: v1\nkind: Pod\nmetadata: {name: wrong}\nspec: {hostNetwork: [1]}\n";
    let output = plan(&["no-such-file", "-", "-o", "json"], &[wrong, GOOD].join("---\n"));
    let stderr = String::from_utf8(output.stderr.clone()).expect("UTF-8");
    assert!(stderr.contains("error: no-such-file: cannot be read: "), "{stderr}");
    assert!(stderr.contains("error: <stdin>:4:8: Pod wrong: spec.hostNetwork: found a list"), "{stderr}");
    assert_eq!((code(&output), objects(&output).len()), (2, 1));
}

#[test]
fn an_error_names_the_field_that_it_comes_from() {
    let mount = "    command: [a.exe]\n    volumeMounts: [{name: v, mountPath: 'C:\\a'}, {name: v, mountPath: 'C:'}]\n";
    let two_backslashes = "    command: [a.exe]\n    securityContext: {windowsOptions: {runAsUserName: 'a\\b\\c'}}\n";
    for (container, field) in
        [("", "command"), (mount, "volumeMounts[1]"), (two_backslashes, "securityContext.windowsOptions.runAsUserName")]
    {
        let pod = [GOOD, container].concat();
        let planned = shown(&plan(&["-", "--containerd", "2.0", "--bind-filter", "true"], &pod));
        let (_, error) = planned.split_once("  does not start ").unwrap_or_else(|| panic!("{planned}"));
        let because = error.lines().nth(1).expect("a second line").trim();
        assert_eq!(because, format!("because of {field}"), "{planned}");
    }
}
