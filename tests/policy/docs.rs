//! The pages of the rules, and a page that links to them.

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

/// `docs/statements.md` links to rules, and each of its statements has an answer.
#[test]
fn the_statements_are_checked_by_rules_that_exist() {
    let file = fixtures::repository().join("docs/statements.md");
    let text = fs::read_to_string(file).expect("docs/statements.md is readable");
    let mut links = 0;
    for link in text.split("](rules.md#").skip(1) {
        let id = link.split(')').next().expect("a link ends");
        assert!(registry::find(id).is_some(), "unknown rule {id}");
        links += 1;
    }
    // Every rule that is written there is a link, and every link says where it leads.
    let written = registry::all().map(|rule| text.matches(&format!("`{}`", rule.id)).count()).sum::<usize>();
    let shown =
        registry::all().map(|rule| text.matches(&format!("[`{0}`](rules.md#{0})", rule.id)).count()).sum::<usize>();
    assert_eq!((written, shown), (links, links));
    assert!(links > 20, "{links} links");
    let mut rows = 0;
    for row in text.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| --- ")) {
        let answer = row.trim_end_matches(" |").rsplit(" | ").next().expect("a row has cells");
        let is_answered = ["checked by", "](", "Out of reach: ", "Out of reach, ", "Nothing to check."];
        assert!(is_answered.iter().any(|text| answer.contains(text)), "{row}");
        rows += 1;
    }
    assert!(rows > 20, "{rows} rows");
}
