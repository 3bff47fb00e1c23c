//! Folders: selection and order of files.

use super::*;

#[test]
fn folders_are_searched_recursively() {
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
fn other_documents_in_a_repository_are_skipped_and_counted() {
    let folder = a_repository("repository");
    for format in ["text", "json"] {
        let output = hostprocess_in(&folder, &["check", "--output", format, "."]);
        assert_snapshot(&format!("repository_{format}"), shown(&output));
    }
}

#[test]
fn strict_input_makes_other_documents_errors() {
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
fn a_file_on_the_command_line_must_hold_objects_even_if_a_folder_contains_it() {
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
fn gitignore_and_exclude_filter_files_in_folders() {
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
    // Paths on the command line are not excluded.
    assert_eq!(check(&["vendor/b.yaml", "a.gen.yaml", "--exclude", "vendor"]), ["vendor/b.yaml", "a.gen.yaml"]);
    for glob in ["a{b", "./sub", "../sub"] {
        let output = hostprocess_in(&folder, &["check", ".", "--exclude", glob]);
        assert!(code(&output) == 2 && shown(&output).contains("error: --exclude: "), "{}", shown(&output));
    }
}

#[test]
fn overlapping_paths_are_judged_once() {
    let folder = folder("overlap");
    write(&folder, "a/b.yaml", GOOD);
    write(&folder, "a/c.yaml", &dubious());
    let absolute = folder.join("a").display().to_string();
    let arguments = ["check", "--output", "json", "a/c.yaml", "a", ".", "a/../a/b.yaml", &absolute];
    assert_eq!(files(&hostprocess_in(&folder, &arguments)), ["a/c.yaml", "a/b.yaml"]);
}

#[test]
fn many_files_are_reported_in_order() {
    let folder = folder("many");
    for number in 0..200 {
        // Alternate long and short files.
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
fn the_last_value_of_a_duplicate_key_counts_with_a_warning() {
    let folder = folder("twice");
    write(&folder, "pod.yaml", &format!("{GOOD}    image: registry.example/shell:2.0\n"));
    let output = hostprocess_in(&folder, &["check", "."]);
    assert_eq!(code(&output), 0);
    let warning = "warning: ./pod.yaml:16:5: duplicate key \"image\"; the last value counts, as for kubectl\n";
    assert_eq!(String::from_utf8_lossy(&output.stderr), warning);
}
