//! `--helm` and `--kustomize`, with scripts instead of helm and kubectl.

use std::os::unix::fs::PermissionsExt;

use super::*;

/// Runs the command in a folder with only the folder's `bin` on the PATH.
fn check(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hostprocess"));
    command.arg("check").args(arguments).current_dir(folder).env("NO_COLOR", "1").env("PATH", folder.join("bin"));
    output_schema::checked(&[&["check"], arguments].concat(), command.output().expect("starts"))
}

fn install(folder: &Path, program: &str, script: &str) {
    let path = write(folder, &format!("bin/{program}"), &format!("#!/bin/sh\n{script}\n"));
    std::fs::set_permissions(path, PermissionsExt::from_mode(0o755)).expect("executable");
}

/// A script that prints a manifest for exactly these arguments.
fn print(arguments: &str, manifest: &str) -> String {
    format!("[ \"$*\" = '{arguments}' ] || exit 1\n/bin/cat <<'END'\n{manifest}END")
}

/// A chart with a subchart, a library chart, a kustomization and a component.
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
fn rendered_charts_and_kustomizations_are_judged() {
    let folder = a_repository("rendered");
    install(&folder, "helm", &print("template ./charts/agent", &dubious()));
    install(&folder, "kubectl", &print("kustomize ./overlay", GOOD));
    let output = check(&folder, &["--helm", "--kustomize", "."]);
    assert_snapshot("rendered", shown(&output));
    let output = check(&folder, &["--helm", "--kustomize", "-o", "json", "."]);
    assert_eq!(files(&output), ["./charts/agent", "./charts/agent/crds/crd.yaml", "./overlay", "./overlay/other.yaml"]);
}

#[test]
fn programs_are_only_run_with_the_options() {
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
fn the_error_about_a_missing_program_has_its_download_address() {
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
fn kustomize_is_used_without_kubectl() {
    let folder = a_repository("kustomize");
    install(&folder, "kustomize", &print("build overlay", GOOD));
    let output = check(&folder, &["--kustomize", "-o", "json", "overlay"]);
    assert_eq!((code(&output), files(&output)), (0, vec!["overlay".to_owned(), "overlay/other.yaml".to_owned()]));
}

#[test]
fn messages_of_a_failing_program_are_shown() {
    let folder = a_repository("failing-programs");
    install(&folder, "helm", "echo 'Error: no values' >&2; exit 1");
    let output = check(&folder, &["--helm", "charts"]);
    assert_eq!(code(&output), 2);
    assert!(shown(&output).contains("cannot be read: helm template: Error: no values"), "{}", shown(&output));
}
