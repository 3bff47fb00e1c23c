//! `docs/recipes.md`: the settings of each policy on the page are valid, and the objects after it get the answers that
//! the page shows. With `UPDATE_DOCS` in the environment the answers on the page are renewed.

use std::path::Path;
use std::{env, fs};

use kubewarden_policy_sdk::response::ValidationResponse;
use serde_json::{Value, json};
use windows_hostprocess_policy::check_settings;
use windows_hostprocess_policy::validate;

const PAGE: &str = "docs/recipes.md";
const DEPLOYED: &str = "deploy/clusteradmissionpolicy.yaml";
const DENIED: &str = "denied the request: ";
const WARNING: &str = "Warning: ";

fn path(file: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(file)
}

fn read(file: &str) -> String {
    fs::read_to_string(path(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// What a fenced block is, by its language and kind.
enum Block {
    /// A policy.
    Policy(Value),
    /// An object that somebody sends.
    Object(String),
    /// What `kubectl` prints.
    Console(String),
    /// Anything else.
    Other,
}

fn block(language: &str, text: &str) -> Block {
    if language == "console" {
        return Block::Console(text.to_owned());
    }
    let object = fixtures::documents(text, PAGE).into_iter().next().expect("a document");
    match object["kind"].as_str() {
        Some("ClusterAdmissionPolicy") => Block::Policy(object),
        Some("Role") => Block::Other,
        Some(_) => Block::Object(text.to_owned()),
        None => panic!("a block without kind:\n{text}"),
    }
}

/// What `kubectl` would print of an answer, without what it says itself: the denial, else the warnings.
fn printed(response: &ValidationResponse) -> String {
    if let Some(message) = &response.message {
        return format!("{DENIED}{message}");
    }
    let warnings: Vec<String> =
        response.warnings.iter().flatten().map(|warning| format!("{WARNING}{warning}")).collect();
    warnings.join("\n")
}

/// The same as a page shows it after the command.
fn shown(console: &str) -> String {
    let answer = console.split_once('\n').map_or("", |(_command, answer)| answer);
    // The words of kubectl or a controller stand before the message, on the same line.
    let start = answer.lines().next().and_then(|line| line.find(DENIED)).unwrap_or_default();
    answer[start..].trim_end().to_owned()
}

fn answer(object: &str, settings: &Value) -> ValidationResponse {
    let mut payload = fixtures::payload(object, Path::new(PAGE));
    payload["settings"] = settings.clone();
    let response = validate(payload.to_string().as_bytes()).expect("an answer");
    serde_json::from_slice(&response).expect("a ValidationResponse")
}

#[test]
fn every_recipe_does_what_the_page_says() {
    let mut page = read(PAGE);
    let deployed = fixtures::documents(&read(DEPLOYED), DEPLOYED).remove(0);
    let (mut policies, mut denials) = (0, 0);
    let mut settings = Value::Null;
    let (_, eks) = fixtures::presets().into_iter().find(|(name, _)| name == "eks").expect("a preset");
    let mut has_preset = false;
    let mut object: Option<(String, String)> = None;
    let committed = page.clone();
    let mut sections = committed.split("\n```");
    sections.next();
    while let (Some(code), prose) = (sections.next(), sections.next()) {
        let (language, text) = code.split_once('\n').expect("a block");
        let block = block(language, text);
        // A block that says what is printed belongs to the object before it.
        match (&block, object.take()) {
            (Block::Console(console), Some((_, printed))) => {
                denials += usize::from(printed.contains(DENIED));
                if env::var_os("UPDATE_DOCS").is_some() {
                    page = page.replacen(console, &console.replacen(&shown(console), &printed, 1), 1);
                } else {
                    assert_eq!(shown(console), printed, "run `make docs`");
                }
            }
            (_, Some((object, printed))) => {
                assert_eq!(printed, "", "the page says nothing about this answer to\n{object}")
            }
            (_, None) => {}
        }
        match block {
            Block::Policy(policy) => {
                policies += 1;
                // One that changes pods asks for nothing else.
                let is_mutating = policy["spec"]["mutating"] == true;
                let same = if is_mutating {
                    &["module", "matchConditions"][..]
                } else {
                    &["module", "rules", "matchConditions"]
                };
                for same in same {
                    assert_eq!(policy["spec"][same], deployed["spec"][same], "{same}");
                }
                settings = policy["spec"]["settings"].clone();
                check_settings(settings.to_string().as_bytes()).expect("valid settings");
                has_preset |= settings["allow"] == eks;
            }
            Block::Object(text) => {
                let printed = printed(&answer(&text, &settings));
                object = Some((text, printed));
            }
            Block::Console(_) | Block::Other => {}
        }
        if prose.is_none() {
            break;
        }
    }
    assert!(object.is_none_or(|(_, printed)| printed.is_empty()), "the page ends before the last answer");
    assert_eq!((policies, denials), (7, 10), "policies and denials on the page");
    assert!(has_preset, "no policy on the page has the grants of presets/eks.yaml");
    if env::var_os("UPDATE_DOCS").is_some() {
        fs::write(path(PAGE), page).expect("the page is writable");
    }
}

/// The README leaves out some of the findings, but what it shows is what is printed.
#[test]
fn the_denial_in_the_readme_is_that_of_the_example() {
    let readme = read("README.md");
    let mut blocks = readme.split("```console\n").filter_map(|text| text.split("```").next());
    let console = blocks.find(|block| block.contains(DENIED)).expect("a denial");
    let printed = printed(&answer(&read("examples/broken.yaml"), &json!({})));
    let mut printed = printed.lines();
    for line in shown(console).lines() {
        assert!(printed.any(|printed| printed == line), "not printed, or not there: {line}");
    }
    assert_eq!(printed.next(), None, "the README ends where the denial does");
}
