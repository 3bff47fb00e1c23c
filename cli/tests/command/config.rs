//! The configuration: search, effects and errors.

use super::*;

const FILE: &str = ".hostprocess.yaml";
const LOCAL_SYSTEM: &str = "settings: {rules: {local-system: deny}}\n";

/// A pod that the default settings accept.
fn local_system() -> String {
    GOOD.replace("Local service", "SYSTEM")
}

/// A repository, so that no configuration in parent folders is found.
fn a_repository(name: &str) -> PathBuf {
    let folder = folder(name);
    std::fs::create_dir(folder.join(".git")).expect("a folder");
    write(&folder, "deploy/agent.yaml", &local_system());
    folder
}

fn check(folder: &Path, arguments: &[&str]) -> Output {
    hostprocess_in(folder, &[&["check", "--output", "json"], arguments].concat())
}

fn error(folder: &Path, arguments: &[&str]) -> String {
    let output = hostprocess_in(folder, arguments);
    assert!(code(&output) == 2 && output.stdout.is_empty(), "{arguments:?}: {}", shown(&output));
    String::from_utf8(output.stderr).expect("UTF-8")
}

#[test]
fn the_configuration_is_searched_from_the_folder_of_the_first_path_upwards() {
    let folder = a_repository("config-found");
    write(&folder, FILE, LOCAL_SYSTEM);
    write(&folder, "other/.git", "gitdir: elsewhere");
    write(&folder, "other/agent.yaml", &local_system());
    let deploy = folder.join("deploy");
    for (place, arguments, expected) in [
        (&folder, &["."][..], 1),
        (&folder, &["deploy"], 1),
        (&folder, &["deploy/agent.yaml"], 1),
        (&deploy, &["."], 1),
        (&deploy, &["agent.yaml"], 1),
        // `other` is the root of another repository.
        (&folder, &["other"], 0),
        // Each run has only one configuration.
        (&folder, &["other", "deploy"], 0),
        (&folder, &["deploy", "other"], 1),
        (&folder, &["deploy", "--no-config"], 0),
        (&folder, &["other", "--config", FILE], 1),
    ] {
        let output = check(place, arguments);
        assert_eq!(code(&output), expected, "{arguments:?}: {}", shown(&output));
    }
    write(&folder, "deploy/.hostprocess.yaml", "# The nearest one counts, and says nothing.\n");
    assert_eq!(code(&check(&folder, &["deploy"])), 0);
    assert_eq!(code(&check(&folder, &["."])), 1);
}

#[test]
fn for_standard_input_the_search_starts_in_the_current_folder() {
    let folder = a_repository("config-stdin");
    write(&folder, FILE, LOCAL_SYSTEM);
    let mut command = Command::new(env!("CARGO_BIN_EXE_hostprocess"));
    let manifest = std::fs::File::open(folder.join("deploy/agent.yaml")).expect("a file");
    let output = command.args(["check", "-"]).current_dir(folder.join("deploy")).stdin(manifest).output();
    assert_eq!(code(&output.expect("starts")), 1);
}

#[test]
fn settings_may_be_in_a_file_relative_to_the_configuration() {
    let folder = a_repository("config-settings");
    write(&folder, FILE, "settings: policy/settings.yaml\n");
    write(&folder, "policy/settings.yaml", "rules: {local-system: deny}\n");
    let deploy = folder.join("deploy");
    assert_eq!(code(&check(&deploy, &["."])), 1);
    assert_eq!(code(&hostprocess_in(&deploy, &["fix", "."])), 0);
    write(&folder, "lax.yaml", "rules: {local-system: 'off'}\n");
    assert_eq!(code(&check(&folder, &["deploy", "--settings", "lax.yaml", "--fail-on", "warn"])), 0);

    write(&folder, "policy/settings.yaml", "rules:\n  local-sytem: deny\n");
    let misspelt = "policy/settings.yaml:2:3: rules.local-sytem: unknown rule, did you mean 'local-system'?";
    assert_eq!(error(&folder, &["check", "deploy"]), format!("error: {misspelt}\n"));
    assert_eq!(error(&folder, &["fix", "deploy"]), format!("error: {misspelt}\n"));
    write(&folder, "policy/settings.yaml", "profile: strict\n---\nprofile: default\n");
    let two = "policy/settings.yaml:3:1: a second document; only one is read from this file";
    assert_eq!(error(&folder, &["check", "deploy"]), format!("error: {FILE}:1:1: settings: {two}\n"));
    assert_eq!(error(&folder, &["check", "deploy", "--settings", "policy/settings.yaml"]), format!("error: {two}\n"));
    std::fs::remove_file(folder.join("policy/settings.yaml")).expect("removed");
    let unreadable = error(&folder, &["check", "deploy"]);
    let expected = format!("error: {FILE}:1:1: settings: policy/settings.yaml: cannot be read: ");
    assert!(unreadable.starts_with(&expected), "{unreadable}");
}

#[test]
fn exclude_is_relative_to_the_configuration() {
    let folder = a_repository("config-exclude");
    write(&folder, FILE, "exclude: [/vendor/, '*.gen.yaml', '!kept.gen.yaml', deploy/*/old]\n");
    for name in [
        "vendor/a.yaml",
        "b.gen.yaml",
        "kept.gen.yaml",
        "deploy/x/old/c.yaml",
        "deploy/x/new.yaml",
        "deploy/vendor/d.yaml",
    ] {
        write(&folder, name, GOOD);
    }
    let expected = ["./deploy/agent.yaml", "./deploy/vendor/d.yaml", "./deploy/x/new.yaml", "./kept.gen.yaml"];
    assert_eq!(files(&check(&folder, &["."])), expected);
    let deploy = folder.join("deploy");
    assert_eq!(files(&check(&deploy, &["."])), ["./agent.yaml", "./vendor/d.yaml", "./x/new.yaml"]);
    assert_eq!(files(&check(&deploy, &["x"])), ["x/new.yaml"]);
    assert_eq!(files(&check(&deploy, &[".", "--exclude", "vendor"])), ["./agent.yaml", "./x/new.yaml"]);
    // Paths on the command line are not excluded.
    assert_eq!(files(&check(&folder, &["b.gen.yaml", "vendor"])), ["b.gen.yaml", "vendor/a.yaml"]);
    // Globs do not match outside the folder of the configuration.
    assert_eq!(
        files(&check(&deploy, &["../vendor", "--config", "../deploy/x/../../.hostprocess.yaml"])),
        ["../vendor/a.yaml"]
    );
    write(&folder, "vendor/a.yaml", &bad());
    assert_eq!(code(&hostprocess_in(&folder, &["fix", "."])), 0);
    assert_eq!(code(&hostprocess_in(&folder, &["fix", ".", "--no-config"])), 1);
    let grants = hostprocess_in(&folder, &["grants", "."]);
    assert!(!shown(&grants).contains("b.gen.yaml") && shown(&grants).contains("kept.gen.yaml"), "{}", shown(&grants));
}

#[test]
fn the_configuration_is_not_checked_as_a_manifest() {
    let folder = a_repository("config-itself");
    write(&folder, FILE, "failOn: deny\n");
    let output = check(&folder, &["--strict-input", "."]);
    assert_eq!((code(&output), files(&output)), (0, vec!["./deploy/agent.yaml".to_owned()]));
}

#[test]
fn the_fail_on_option_overrides_the_configuration() {
    let folder = a_repository("config-fail-on");
    write(&folder, "deploy/dubious.yaml", &dubious());
    write(&folder, FILE, "failOn: warn\n");
    assert_eq!(code(&check(&folder, &["deploy"])), 1);
    assert_eq!(code(&check(&folder, &["deploy", "--fail-on", "deny"])), 0);
    write(&folder, FILE, "failOn: never\nsettings: {profile: strict}\n");
    assert_eq!(code(&check(&folder, &["deploy"])), 0);
    assert_eq!(code(&check(&folder, &["deploy", "--fail-on", "deny"])), 1);
}

#[test]
fn errors_in_the_configuration_have_a_place() {
    let folder = a_repository("config-wrong");
    for (text, expected) in [
        ("# a comment\nfailon: deny\n", "2:1: failon: unknown field `failon`, did you mean 'failOn'?"),
        (
            "failOn: wran\n",
            "1:1: failOn: unknown value 'wran', expected one of deny, warn, never, did you mean 'warn'?",
        ),
        ("exclude: vendor\n", "1:1: exclude: found a string, expected a list"),
        ("exclude:\n- a\n- 7\n", "3:3: exclude[1]: found a number, expected a string"),
        (
            "exclude: [a, 'b{']\n",
            "1:14: exclude[1]: error parsing glob 'b{': unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?)",
        ),
        (
            "exclude: [./vendor]\n",
            "1:11: exclude[0]: './vendor' matches nothing: write '/vendor' for files in the folder itself",
        ),
        (
            "waivers:\n- {rules: [host-network], reason: x, paths: [../a]}\n",
            "2:46: waivers[0].paths[0]: '../a' matches nothing: globs cannot match outside their folder",
        ),
        ("settings: [strict]\n", "1:1: settings: found a list, expected the policy's settings or the path of a file"),
        ("settings:\n  profil: strict\n", "2:3: settings.profil: unknown field `profil`, did you mean 'profile'?"),
        ("failOn: warn\nfailOn: deny\n", "2:1: duplicate key \"failOn\""),
        ("failOn: warn\n---\nfailOn: deny\n", "3:1: a second document; only one is read from this file"),
        ("- failOn\n", "1:3: found a list, expected an object"),
        ("failOn: [\n", "1:10: not valid YAML: did not find expected node content"),
    ] {
        write(&folder, FILE, text);
        for command in [&["check", "deploy"][..], &["config"]] {
            assert_eq!(error(&folder, command), format!("error: {FILE}:{expected}\n"), "{text}");
        }
    }
    let none = error(&folder, &["check", "deploy", "--config", "none.yaml"]);
    assert!(none.starts_with("error: none.yaml: cannot be read: "), "{none}");
    let both = hostprocess_in(&folder, &["check", "deploy", "--config", FILE, "--no-config"]);
    assert!(code(&both) == 2 && shown(&both).contains("cannot be used with"), "{}", shown(&both));
}

#[test]
fn the_configuration_in_effect_is_printed() {
    let folder = a_repository("config-printed");
    let config = |arguments: &[&str]| {
        let output = hostprocess_in(&folder, &[&["config"], arguments].concat());
        assert_eq!(code(&output), 0, "{}", shown(&output));
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    let none = "# No configuration is in effect: these are the defaults.\nexclude: []\nfailOn: deny\nsettings: {}\nwaivers: []\n";
    assert_eq!(config(&[]), none);
    write(&folder, FILE, "failOn: warn\nsettings: settings.yaml\n");
    write(&folder, "settings.yaml", "localGroups: ['on']\n");
    let merged = "exclude: []\nfailOn: warn\nsettings:\n  localGroups:\n  - 'on'\nwaivers: []\n";
    assert_eq!(config(&["deploy"]), format!("# {FILE}\n{merged}"));
    assert_eq!(config(&["--no-config"]), none);
    // The output is a valid configuration.
    write(&folder, "again.yaml", merged);
    assert_eq!(config(&["--config", "again.yaml"]), format!("# again.yaml\n{merged}"));
    let absolute = folder.join("deploy").display().to_string();
    let elsewhere = hostprocess(&["config", &absolute], "");
    assert!(shown(&elsewhere).starts_with("# ") && shown(&elsewhere).contains("config-printed/.hostprocess.yaml\n"));
}

#[cfg(unix)]
#[test]
fn a_broken_link_is_not_a_missing_configuration() {
    let folder = a_repository("config-dangling");
    std::os::unix::fs::symlink("nowhere.yaml", folder.join(FILE)).expect("a link");
    for command in [&["check", "deploy"][..], &["config"], &["fix", "deploy"]] {
        let message = error(&folder, command);
        assert!(message.starts_with("error: .hostprocess.yaml: cannot be read: "), "{message}");
    }
}
