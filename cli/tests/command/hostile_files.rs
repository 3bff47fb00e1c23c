//! Hostile repositories: endless files, links out of the repository, and outputs that would overwrite inputs.

use super::*;

/// Links to `/dev/zero` instead of a file. Without a limit, the command would read until memory is exhausted.
#[cfg(target_os = "linux")]
#[test]
fn single_documents_are_read_with_a_limit() {
    let folder = folder("endless");
    let file = write(&folder, "good.yaml", GOOD);
    let (zero, module) = ("/dev/zero", write(&folder, "module.wat", inputs::LOGGING_MODULE));
    std::os::unix::fs::symlink(zero, folder.join(".hostprocess.yaml")).expect("a link");
    let (elsewhere, settings) = (super::folder("endless-settings"), "settings: /dev/zero\n");
    let configured = write(&elsewhere, ".hostprocess.yaml", settings);
    for arguments in [
        &["check", "--config", zero, &file][..],
        &["check", "--no-config", "--settings", zero, &file],
        &["check", "--no-config", "--baseline", zero, &file],
        &["check", "--no-config", "--wasm", zero, &file],
        &["run", zero, "-r", &file],
        &["run", &module, "-r", zero],
        &["fix", "--no-config", "--settings", zero, &file],
    ] {
        let output = hostprocess_in(&folder, arguments);
        assert_ne!(code(&output), 0, "{arguments:?}");
        assert!(shown(&output).contains("it is larger than 32 MiB"), "{arguments:?}: {}", shown(&output));
    }
    // A repository names these. They could as well be a pipe, or this program's own input.
    for arguments in
        [&["check", &file][..], &["check", "--config", &configured, &file], &["grants", &file], &["config", &file]]
    {
        let output = hostprocess_in(&folder, arguments);
        assert_ne!(code(&output), 0, "{arguments:?}");
        assert!(shown(&output).contains("it is not a regular file"), "{arguments:?}: {}", shown(&output));
    }
    let mut scan = Command::new(env!("CARGO_BIN_EXE_hostprocess"));
    let output = scan.args(["scan", "--no-config"]).env("KUBECONFIG", zero).output().expect("starts");
    assert!(shown(&output).contains("kubeconfig: /dev/zero: it is larger than 32 MiB"), "{}", shown(&output));
}

/// An endless pipe, and a device passed as a file.
#[cfg(target_os = "linux")]
#[test]
fn manifests_are_read_with_a_limit() {
    for arguments in [&["check", "/dev/zero"][..], &["check", "-"], &["fix", "-"], &["grants", "-"], &["plan", "-"]] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hostprocess"));
        let endless = std::fs::File::open("/dev/zero").expect("a device");
        let output = command.args(arguments).stdin(endless).output().expect("starts");
        let name = if arguments[1] == "-" { "<stdin>" } else { "/dev/zero" };
        let words = errors(&output);
        let is_clear = words.contains("cannot be read: it is larger than 512 MiB") && words.contains(name);
        assert!(code(&output) == 2 && is_clear, "{arguments:?}: {}", shown(&output));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_endless_gitignore_is_not_read() {
    let folder = folder("endless-gitignore");
    std::fs::create_dir(folder.join(".git")).expect("a folder");
    write(&folder, "good.yaml", GOOD);
    write(&folder, "sub/good.yaml", GOOD);
    let gitignore = |path: &str| std::os::unix::fs::symlink("/dev/zero", folder.join(path)).expect("a link");
    gitignore("sub/.gitignore");
    let output = hostprocess_in(&folder, &["check", "."]);
    assert!(shown(&output).contains("note: left out: 1 folder (.gitignore)"), "{}", shown(&output));
    gitignore(".gitignore");
    for path in [".", "sub"] {
        let output = hostprocess_in(&folder, &["check", path]);
        let message = ".gitignore: it is larger than 32 MiB";
        assert!(code(&output) == 2 && shown(&output).contains(message), "{}", shown(&output));
    }
}

#[cfg(unix)]
#[test]
fn fix_write_does_not_follow_links_out_of_the_folder() {
    let outside = folder("fix-outside");
    let file = write(&outside, "bad.yaml", &bad());
    let inside = folder("fix-inside");
    let own = write(&inside, "own.yaml", &bad());
    std::os::unix::fs::symlink(&file, inside.join("link.yaml")).expect("a link");
    std::os::unix::fs::symlink("own.yaml", inside.join("own-link.yaml")).expect("a link");
    let output = hostprocess_in(&inside, &["fix", "--write", "."]);
    assert_eq!(code(&output), 2, "{}", shown(&output));
    assert!(
        shown(&output).contains("error: ./link.yaml: not written, because it is a link out of the folder"),
        "{}",
        shown(&output)
    );
    assert_eq!(std::fs::read_to_string(&file).expect("is there"), bad());
    assert_ne!(std::fs::read_to_string(&own).expect("is there"), bad());
    // Links on the command line are followed.
    assert_eq!(code(&hostprocess_in(&inside, &["fix", "--write", "link.yaml"])), 0);
    assert_ne!(std::fs::read_to_string(&file).expect("is there"), bad());
}

#[cfg(unix)]
#[test]
fn outputs_are_not_written_through_links() {
    let outside = folder("outputs-outside");
    let precious = write(&outside, "precious", "keep me");
    let inside = folder("outputs-inside");
    write(&inside, "good.yaml", GOOD);
    std::os::unix::fs::symlink(&precious, inside.join("report.json")).expect("a link");
    std::os::unix::fs::symlink(&outside, inside.join("reports")).expect("a link");
    std::os::unix::fs::symlink("nowhere", inside.join("new.json")).expect("a link");
    for (arguments, message) in [
        (["-o", "json=report.json"], "report.json: cannot be written: it is a link"),
        (["-o", "json=new.json"], "new.json: cannot be written: it is a link"),
        (
            ["-o", "json=reports/precious"],
            "reports/precious: cannot be written: a link leads out of the current folder",
        ),
        (["--write-baseline", "report.json"], "report.json: cannot be written: it is a link"),
    ] {
        let output = hostprocess_in(&inside, &[&["check", "good.yaml"][..], &arguments].concat());
        assert!(code(&output) == 2 && shown(&output).contains(message), "{arguments:?}: {}", shown(&output));
    }
    assert_eq!(std::fs::read_to_string(&precious).expect("is there"), "keep me");
    assert!(!inside.join("nowhere").exists());
    let output = hostprocess_in(&inside, &["check", "good.yaml", "-o", "json=/dev/null"]);
    assert_eq!(code(&output), 0, "{}", shown(&output));
}

#[test]
fn two_outputs_to_one_file_are_an_error_in_every_spelling() {
    let folder = folder("one-output");
    write(&folder, "good.yaml", GOOD);
    write(&folder, "there.json", "");
    std::fs::hard_link(folder.join("there.json"), folder.join("same.json")).expect("a link");
    let absolute = format!("sarif={}", folder.join("x").display());
    for (one, other) in [
        ("json=x", "sarif=./x"),
        ("json=x", "sarif=../one-output/x"),
        ("json=x", &absolute),
        ("json=there.json", "sarif=same.json"),
    ] {
        let output = hostprocess_in(&folder, &["check", "good.yaml", "-o", one, "-o", other]);
        assert!(code(&output) == 2 && shown(&output).contains("is named twice"), "{one} {other}: {}", shown(&output));
    }
    let output = hostprocess_in(&folder, &["check", "good.yaml", "-o", "json=x", "--write-baseline", "./x"]);
    assert!(code(&output) == 2 && shown(&output).contains("is named twice"), "{}", shown(&output));
    assert!(!folder.join("x").exists());
}

#[test]
fn an_output_never_overwrites_an_input() {
    let folder = folder("output-is-input");
    write(&folder, "sub/good.yaml", GOOD);
    write(&folder, "settings.yaml", "profile: strict\n");
    write(&folder, "inline/settings.yaml", "profile: strict\n");
    write(&folder, "inline/.hostprocess.yaml", "settings: settings.yaml\n");
    write(&folder, "baseline.json", r#"{"version": 1, "findings": []}"#);
    for (arguments, input) in [
        (&["-o", "json=sub/good.yaml"][..], "sub/good.yaml"),
        (&["-o", "json=sub/../sub/good.yaml"], "sub/good.yaml"),
        (&["--write-baseline", "sub/good.yaml"], "sub/good.yaml"),
        (&["--settings", "settings.yaml", "-o", "json=./settings.yaml"], "settings.yaml"),
        (&["--config", "inline/.hostprocess.yaml", "-o", "json=inline/.hostprocess.yaml"], "inline/.hostprocess.yaml"),
        (&["--config", "inline/.hostprocess.yaml", "-o", "json=inline/settings.yaml"], "inline/settings.yaml"),
        (&["--baseline", "baseline.json", "-o", "json=baseline.json"], "baseline.json"),
    ] {
        let before = std::fs::read(folder.join(input)).expect("is there");
        let output = hostprocess_in(&folder, &[&["check", "sub"], arguments].concat());
        let message = format!("{input}: is an input, and would be overwritten by an output");
        assert!(code(&output) == 2 && shown(&output).contains(&message), "{arguments:?}: {}", shown(&output));
        assert_eq!(std::fs::read(folder.join(input)).expect("is there"), before, "{arguments:?}");
    }
}
