//! Comments are found, and do not change values.

use proptest::prelude::*;

use super::ODD;
use crate::{comments, documents};

fn comments_in(text: &str) -> Vec<&str> {
    comments(text).into_iter().map(|at| &text[at]).collect()
}

#[test]
fn comments_are_found_wherever_yaml_allows_them() {
    let text = "# a\n%YAML 1.1 # b\n--- # c\nd: e # f # g\nh#i: 'j # k'  # l\r\n\"m # n\": [o, # p\n  q#r] # s\n# t";
    assert_eq!(comments_in(text), ["# a", "# b", "# c", "# f # g", "# l", "# p", "# s", "# t"]);
    assert!(comments_in("").is_empty() && comments_in("a: b#c\n").is_empty());
}

#[test]
fn a_block_scalar_has_comments_only_before_and_after_it() {
    let text = "a: | # b\n  c # d\n  # e\n # f\ng:\n- !!str &h >- # i\n  # j\n\n  k\n# l\nm: |\n# n\no: p\n";
    assert_eq!(comments_in(text), ["# b", "# f", "# i", "# l", "# n"]);
}

#[test]
fn comments_end_where_a_document_cannot_be_parsed() {
    assert_eq!(comments_in("a: b # c\n- d\n# e\n---\nf: g # h\n"), ["# c", "# h"]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, max_global_rejects: 20_000, ..ProptestConfig::default() })]

    #[test]
    fn empty_comments_do_not_change_values(parts in proptest::collection::vec(proptest::sample::select(ODD), 0..30)) {
        let text = parts.concat();
        let mut emptied = text.clone();
        for comment in comments(&text) {
            prop_assert!(text[comment.clone()].starts_with('#'));
            emptied.replace_range(comment.clone(), &format!("{:1$}", "#", comment.len()));
        }
        let values = |text: &str| documents(text).into_iter().map(|document| Some(document.ok()?.value)).collect::<Option<Vec<_>>>();
        let with_comments = values(&text);
        prop_assume!(with_comments.is_some());
        prop_assert_eq!(values(&emptied), with_comments);
    }
}
