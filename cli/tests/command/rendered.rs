//! `--helm` and `--kustomize`, with programs that stand in for helm and kubectl.

use std::os::unix::fs::PermissionsExt;

use super::*;

/// Runs the command in a folder where only the programs in its `bin` are installed, beside a shell.
fn check(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hostprocess"));
    command.arg("check").args(arguments).current_dir(folder).env("NO_COLOR", "1").env("PATH", folder.join("bin"));
    output_schema::checked(&[&["check"], arguments].concat(), command.output().expect("starts"))
}

fn install(folder: &Path, program: &str, script: &str) {
    let path = write(folder, &format!("bin/{program}"), &format!("#!/bin/sh\n{script}\n"));
    std::fs::set_permissions(path, PermissionsExt::from_mode(0o755)).expect("executable");
}

/// Prints a manifest, but only for these arguments.
fn print(arguments: &str, manifest: &str) -> String {
    format!("[ \"$*\" = '{arguments}' ] || exit 1\n/bin/cat <<'END'\n{manifest}END")
}

/// A chart with a chart inside, a library chart, and two kustomizations of which one is a component.
fn a_repository(name: &str) -> PathBuf {
    let folder = folder(name);
    write(&folder, "charts/agent/Chart.yaml", "name: agent\n");
    write(&folder, "charts/agent/templates/agent.yaml", "kind: {{ .Values.kind }}\n");
    write(&folder, "charts/agent/templates/plain.yaml", &bad());
    write(&folder, "charts/agent/charts/part/Chart.yaml", "name: part\n");
    write(&folder, "charts/agent/charts/part/templates/part.yaml", "kind: {{ .Values.kind }}\n");
    write(&folder, "charts/agent/crds/crd.yaml", &GOOD.replace("name: good", "name: crd"));
    write(&folder, "charts/common/Chart.yaml", "name: common\ntype: library\n");
    write(&folder, "overlay/kustomization.yaml", "resources: [../base/pod.yaml]\npatches: [{path: patch.yaml}]\n");
    write(
        &folder,
        "overlay/patch.yaml",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: patch}\nspec: {hostNetwork: '1'}\n",
    );
    write(&folder, "overlay/other.yaml", &GOOD.replace("name: good", "name: other"));
    write(&folder, "component/Kustomization", "kind: Component\n");
    write(&folder, "base/pod.yaml", &bad());
    folder
}

#[test]
fn charts_and_kustomizations_are_judged_as_they_are_rendered() {
    let folder = a_repository("rendered");
    install(&folder, "helm", &print("template ./charts/agent", &dubious()));
    install(&folder, "kubectl", &print("kustomize ./overlay", GOOD));
    let output = check(&folder, &["--helm", "--kustomize", "."]);
    assert_snapshot("rendered", shown(&output));
    let output = check(&folder, &["--helm", "--kustomize", "-o", "json", "."]);
    assert_eq!(files(&output), ["./charts/agent", "./charts/agent/crds/crd.yaml", "./overlay", "./overlay/other.yaml"]);
}

#[test]
fn without_the_options_nothing_is_run() {
    let folder = a_repository("not-rendered");
    for program in ["helm", "kubectl", "kustomize"] {
        install(&folder, program, "exit 1");
    }
    let output = check(&folder, &["-o", "json", "."]);
    let expected = [
        "./base/pod.yaml",
        "./charts/agent/crds/crd.yaml",
        "./charts/agent/templates/plain.yaml",
        "./overlay/other.yaml",
        "./overlay/patch.yaml",
    ];
    assert_eq!(files(&output), expected);
}

#[test]
fn a_program_that_is_missing_is_named_with_where_to_get_it() {
    let folder = a_repository("no-programs");
    let output = check(&folder, &["--helm", "--kustomize", "-o", "json", "."]);
    assert_eq!(code(&output), 2);
    assert_eq!(files(&output), ["./charts/agent/crds/crd.yaml", "./overlay/other.yaml"]);
    assert_snapshot(
        "rendered_by_nobody",
        shown(&output).lines().filter(|line| line.starts_with("error")).collect::<Vec<_>>().join("\n"),
    );
}

#[test]
fn kustomize_stands_in_for_kubectl() {
    let folder = a_repository("kustomize");
    install(&folder, "kustomize", &print("build overlay", GOOD));
    let output = check(&folder, &["--kustomize", "-o", "json", "overlay"]);
    assert_eq!((code(&output), files(&output)), (0, vec!["overlay".to_owned(), "overlay/other.yaml".to_owned()]));
}

#[test]
fn what_a_program_says_when_it_fails_is_shown() {
    let folder = a_repository("failing-programs");
    install(&folder, "helm", "echo 'Error: no values' >&2; exit 1");
    let output = check(&folder, &["--helm", "charts"]);
    assert_eq!(code(&output), 2);
    assert!(shown(&output).contains("cannot be read: helm template: Error: no values"), "{}", shown(&output));
}
