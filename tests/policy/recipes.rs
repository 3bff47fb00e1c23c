//! `docs/recipes.md`: the policy on the page is the deployed one, the settings of its recipes are valid, and its answers are those of the policy.

use std::fs;

use generate::recipes::{DENIED, PAGE, answer, recipes, shown_answer, whole_policy};
use serde_json::{Value, json};
use windows_hostprocess_policy::check_settings;

const DEPLOYED: &str = "deploy/base/clusteradmissionpolicy.yaml";

fn read(file: &str) -> String {
    fs::read_to_string(fixtures::repository().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// With the answers that `generated_files_are_up_to_date` compares.
#[test]
fn the_page_has_seven_recipes_and_ten_denials() {
    let recipes = recipes(&read(PAGE)).expect("the page is readable");
    let answers = recipes.iter().flat_map(|recipe| &recipe.objects).map(|sent| &sent.answer);
    let denials = answers.filter(|answer| answer.starts_with(DENIED)).count();
    assert_eq!((recipes.len(), denials), (7, 10));
}

#[test]
fn the_whole_policy_is_the_deployed_one() {
    let deployed = fixtures::documents(&read(DEPLOYED), DEPLOYED).remove(0);
    assert_eq!(whole_policy(&read(PAGE)).expect("the page is readable"), deployed);
}

#[test]
fn every_recipe_is_a_policy_that_can_be_deployed() {
    let deployed = fixtures::documents(&read(DEPLOYED), DEPLOYED).remove(0);
    for recipe in recipes(&read(PAGE)).expect("the page is readable") {
        let spec = &recipe.policy["spec"];
        // A policy that changes pods receives only pods.
        let is_mutating = spec["mutating"] == true;
        assert_eq!(is_mutating, spec["rules"] != deployed["spec"]["rules"]);
        let same =
            if is_mutating { &["module", "matchConditions"][..] } else { &["module", "rules", "matchConditions"] };
        for key in same {
            assert_eq!(spec[key], deployed["spec"][key], "{key}");
        }
        check_settings(spec["settings"].to_string().as_bytes()).expect("valid settings");
    }
}

#[test]
fn a_recipe_has_the_grants_of_a_preset() {
    let (_, eks) = fixtures::presets().into_iter().find(|(name, _)| name == "eks").expect("a preset");
    let recipes = recipes(&read(PAGE)).expect("the page is readable");
    let grants: Vec<&Value> = recipes.iter().map(|recipe| &recipe.policy["spec"]["settings"]["allow"]).collect();
    assert!(grants.contains(&&eks), "no policy on the page has the grants of the preset eks");
}

/// The page leaves out some of the findings, but the lines that it shows are printed.
#[test]
fn the_denial_on_the_page_about_installing_is_that_of_the_example() {
    let page = read("docs/install.md");
    let mut blocks = page.split("```console\n").filter_map(|text| text.split("```").next());
    let console = blocks.find(|block| block.contains(DENIED)).expect("a denial");
    let answer = answer(&read("examples/broken.yaml"), &json!({})).expect("an answer");
    let mut printed = answer.lines();
    for line in shown_answer(console).lines() {
        assert!(printed.any(|printed| printed == line), "not printed, or not there: {line}");
    }
    assert_eq!(printed.next(), None, "the page ends where the denial does");
}
