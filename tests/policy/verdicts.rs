//! Every rule's fixtures, run natively: the verdict, and snapshots of the messages.

use std::collections::BTreeMap;
use std::fmt::Write;

use fixtures::session::Session;
use fixtures::{Expectation, Fixture, fixtures, rule_folders};
use kubewarden_policy_sdk::response::ValidationResponse;
use windows_hostprocess_policy::rules::registry;
use windows_hostprocess_policy::{decide, validate};

fn respond(fixture: &Fixture) -> ValidationResponse {
    let payload = serde_json::to_vec(&fixture.payload).expect("serialisable");
    let response = match &fixture.session {
        None => validate(&payload),
        Some(file) => {
            let session = Session::load(file);
            let response = decide(&payload, &session);
            assert_eq!(session.left_over(), 0, "{}/{}: recorded but not requested", fixture.rule, fixture.name);
            response
        }
    };
    let response = response.expect("the policy always answers");
    serde_json::from_slice(&response).expect("a ValidationResponse")
}

fn names_rule(response: &ValidationResponse, annotation: &str, rule: &str) -> bool {
    let rules = response.audit_annotations.as_ref().and_then(|annotations| annotations.get(annotation));
    rules.is_some_and(|rules| rules.split(',').any(|id| id == rule))
}

#[test]
fn every_fixture_gets_the_verdict_in_its_name() {
    let mut wrong = Vec::new();
    for fixture in fixtures() {
        let response = respond(&fixture);
        let found = if names_rule(&response, "denied-rules", &fixture.rule) {
            Expectation::Deny
        } else if names_rule(&response, "warned-rules", &fixture.rule) {
            Expectation::Warn
        } else {
            Expectation::Accept
        };
        if found != fixture.expectation {
            wrong.push(format!("{}/{}: {found:?}, {:?}", fixture.rule, fixture.name, response.message));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn messages_match_their_snapshots() {
    let mut pages: BTreeMap<String, String> = BTreeMap::new();
    for fixture in fixtures() {
        let response = respond(&fixture);
        let page = pages.entry(fixture.rule.clone()).or_default();
        writeln!(page, "# {}", fixture.name).expect("a string takes it");
        if let Some(message) = response.message {
            writeln!(page, "{message}").expect("a string takes it");
        }
        for warning in response.warnings.unwrap_or_default() {
            writeln!(page, "Warning: {warning}").expect("a string takes it");
        }
        page.push('\n');
    }
    for (rule, page) in pages {
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(rule, page);
        });
    }
}

/// The sections that every rule page has, in this order.
const SECTIONS: [&str; 6] = ["Reads", "What happens", "Before", "After", "Fix", "False positives"];

#[test]
fn every_rule_has_a_page_with_all_sections() {
    for rule in registry::all() {
        let openers = rule.page.lines().filter_map(|line| line.strip_prefix("**")?.split_once("**"));
        let sections: Vec<&str> = openers.map(|(name, _)| name).filter(|name| SECTIONS.contains(name)).collect();
        assert_eq!(sections, SECTIONS, "{}", rule.id);
    }
}

#[test]
fn every_rule_has_fixtures_that_fire_and_near_misses() {
    let fixtures = fixtures();
    for rule in registry::all() {
        let of_rule = |accept: bool| {
            fixtures.iter().filter(|f| f.rule == rule.id && (f.expectation == Expectation::Accept) == accept).count()
        };
        assert!(of_rule(false) >= 2, "test_data/{}: two fixtures that fire", rule.id);
        assert!(of_rule(true) >= 2, "test_data/{}: two near misses that do not fire", rule.id);
    }
    for folder in rule_folders() {
        let id = fixtures::file_name(&folder);
        assert!(registry::find(&id).is_some(), "test_data/{id} belongs to a rule");
    }
}
