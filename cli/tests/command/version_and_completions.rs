//! Version, completions and manual pages.

use super::*;

#[test]
fn the_version_matches_the_package() {
    let output = hostprocess(&["--version"], "");
    // A release build adds the commit.
    let version = String::from_utf8(output.stdout).expect("UTF-8");
    let version = version.trim_end().strip_prefix("hostprocess ").expect("the name");
    assert_eq!(version.split(" (").next(), Some(env!("CARGO_PKG_VERSION")));
}

#[test]
fn completions_for_every_shell_contain_subcommands_and_formats() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = hostprocess(&["completions", shell], "");
        let script = shown(&output);
        assert_eq!(code(&output), 0, "{script}");
        for word in ["explain", "stdin-filename"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
        // Completions for Elvish and PowerShell lack the values of options.
        assert_eq!(script.contains("azure-devops"), !["powershell", "elvish"].contains(&shell), "{shell}");
    }
    assert_eq!(code(&hostprocess(&["completions", "csh"], "")), 2);
}

#[test]
fn bash_completes_formats() {
    let script = String::from_utf8(hostprocess(&["completions", "bash"], "").stdout).expect("UTF-8");
    let ask = "COMP_WORDS=(hostprocess check --output az); COMP_CWORD=3; _hostprocess hostprocess az --output; echo \"${COMPREPLY[@]}\"";
    let output = Command::new("bash").args(["-c", &format!("{script}\n{ask}")]).output().expect("bash");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "azure-devops\n", "{}", shown(&output));
}

#[test]
fn every_command_has_a_manual_page() {
    let page = |arguments: &[&str]| shown(&hostprocess(&[&["man"], arguments].concat(), ""));
    let (all, check) = (page(&[]), page(&["check"]));
    assert!(all.contains(".TH hostprocess 1") && all.contains("hostprocess\\-check(1)"), "{all}");
    assert!(check.contains(".TH hostprocess-check 1") && check.contains("fail\\-on"), "{check}");
    assert!(page(&["chekc"]).contains("unknown subcommand 'chekc'"));
}

#[cfg(unix)]
#[test]
fn help_of_the_kubectl_plugin_has_its_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let plugin = folder.path().join("kubectl-hostprocess");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_hostprocess"), &plugin).expect("a link");
    let output = Command::new(plugin).arg("check").output().expect("starts");
    assert_eq!(code(&output), 2);
    assert!(String::from_utf8_lossy(&output.stderr).contains("Usage: kubectl hostprocess check"), "{}", shown(&output));
}
