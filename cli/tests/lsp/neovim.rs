//! Neovim, which `make test` installs.

use super::*;

const SCRIPT: &str = include_str!("neovim.lua");

#[test]
fn neovim_shows_the_findings_of_check_and_applies_a_fix() {
    let folder = folder("neovim");
    let broken = read(&repository().join("examples/broken.yaml"));
    let path = write(&folder, "broken.yaml", &broken);
    let script = write(&folder, "script.lua", SCRIPT);
    let objects: Vec<Value> =
        serde_json::from_str(&hostprocess(&folder, &["check", "broken.yaml", "-o", "json"])).expect("JSON");
    let findings = objects[0]["findings"].as_array().expect("findings");
    let mut expected: Vec<String> =
        findings.iter().map(|found| format!("{} {}", found["line"], found["rule"].as_str().expect("a rule"))).collect();
    expected.sort();

    let mut command = Command::new("nvim");
    command.args(["--headless", "-u", "NONE", "-i", "NONE", "-n", "broken.yaml", "-c"]);
    command.arg(format!("luafile {}", script.display()));
    command.env("HOSTPROCESS", env!("CARGO_BIN_EXE_hostprocess")).current_dir(&folder);
    let output = command.output().expect("Neovim is not installed: run `hack/need.sh nvim`, as `make test` does");
    // Neovim prints on standard error.
    let shown = String::from_utf8(output.stderr).expect("UTF-8").replace('\r', "");
    let sections: Vec<&str> = shown.split("== ").collect();
    let lines = |title: &str| {
        let section = sections.iter().find_map(|section| section.strip_prefix(title));
        let mut lines: Vec<String> =
            section.unwrap_or_else(|| panic!("{title}: {shown}")).lines().skip(1).map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(lines("opened"), expected, "{shown}");
    assert_eq!(lines("chosen"), [r"Fix nt-authority-spelling: write NT AUTHORITY\Local service"], "{shown}");
    let fixed = read(&path);
    assert_eq!(fixed, broken.replace(r"nt authority\local service", r"NT AUTHORITY\Local service"), "saved: {shown}");
    expected.retain(|found| !found.ends_with(" nt-authority-spelling"));
    assert_eq!(lines("fixed"), expected, "{shown}");
    assert!(output.status.success(), "{shown}");
}
