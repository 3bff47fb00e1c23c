//! The pages of the rules, and the statements of the documentation that they check.

use std::fs;

use windows_hostprocess_policy::rules::registry;

/// Readers of a finding learn whether the command fixes it, and if not, why.
#[test]
fn every_rule_says_what_its_fix_does_or_why_there_is_none() {
    for rule in registry::all() {
        let paragraphs: Vec<&str> = rule.page.split("\n\n").filter_map(|text| text.strip_prefix("**Fix** ")).collect();
        let [fix] = paragraphs[..] else {
            panic!("{}: {} paragraphs that begin with **Fix**", rule.id, paragraphs.len())
        };
        let reason = fix.strip_prefix("None is always right: ");
        assert_eq!(reason.is_some(), rule.patches.is_none(), "{}: {fix}", rule.id);
        assert!(fix.ends_with('.'), "{}: {fix}", rule.id);
    }
}

const STATEMENTS: &str = "tests/policy/statements.yaml";

/// Each statement of the documentation is checked by rules that exist, or has a reason why none checks it.
#[test]
fn every_statement_of_the_documentation_has_an_answer() {
    let text = fs::read_to_string(fixtures::repository().join(STATEMENTS)).expect("readable statements");
    let document = fixtures::documents(&text, STATEMENTS).remove(0);
    let statements = document.as_array().expect("a list of statements");
    assert!(statements.len() > 20, "{} statements", statements.len());
    for statement in statements {
        for key in statement.as_object().expect("a statement has keys").keys() {
            let known = ["source", "section", "statement", "rules", "note", "unchecked"];
            assert!(known.contains(&key.as_str()), "unknown key {key}: {statement}");
        }
        let text = |key: &str| statement[key].as_str().filter(|text| !text.is_empty());
        assert!(text("statement").is_some(), "{statement}");
        assert!(["kubernetes", "microsoft"].map(Some).contains(&text("source")), "{statement}");
        let rules: Vec<&str> =
            statement["rules"].as_array().into_iter().flatten().map(|id| id.as_str().expect("an id")).collect();
        for id in &rules {
            assert!(registry::find(id).is_some(), "unknown rule {id}: {statement}");
        }
        assert_eq!(rules.is_empty(), text("unchecked").is_some(), "either rules or a reason: {statement}");
    }
}
