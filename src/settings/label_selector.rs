//! `LabelSelector`, as in Kubernetes, but for what a template that rendered nothing would make of it.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;

use crate::cluster::Labels;
use crate::decode::{List, Text};

/// Selects what has all the labels and meets all the requirements.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct LabelSelector<'a> {
    #[serde(borrow)]
    match_labels: BTreeMap<Text<'a>, Text<'a>>,
    #[serde(borrow)]
    match_expressions: Vec<Requirement<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Requirement<'a> {
    #[serde(borrow)]
    key: Text<'a>,
    operator: Operator,
    #[serde(borrow, default)]
    values: List<Text<'a>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
enum Operator {
    In,
    NotIn,
    Exists,
    DoesNotExist,
}

impl LabelSelector<'_> {
    /// Whether it selects what has these labels.
    pub fn selects(&self, labels: &Labels) -> bool {
        let has_label = |(key, value): (&Text, &Text)| labels.get(&**key).is_some_and(|found| **found == **value);
        self.match_labels.iter().all(has_label) && self.match_expressions.iter().all(|r| r.admits(labels))
    }

    /// What is wrong with it, if anything.
    pub(super) fn mistake(&self) -> Option<&'static str> {
        if self.match_labels.is_empty() && self.match_expressions.is_empty() {
            return Some("an empty selector would select every namespace; leave the key out for that");
        }
        self.match_expressions.iter().find_map(Requirement::mistake)
    }
}

impl Requirement<'_> {
    fn admits(&self, labels: &Labels) -> bool {
        let value = labels.get(&*self.key);
        let is_listed = value.is_some_and(|value| self.values.iter().any(|wanted| **wanted == **value));
        match self.operator {
            Operator::In => is_listed,
            // As in Kubernetes, also what lacks the label.
            Operator::NotIn => !is_listed,
            Operator::Exists => value.is_some(),
            Operator::DoesNotExist => value.is_none(),
        }
    }

    fn mistake(&self) -> Option<&'static str> {
        match self.operator {
            Operator::In | Operator::NotIn if self.values.is_empty() => Some("In and NotIn need values"),
            Operator::Exists | Operator::DoesNotExist if !self.values.is_empty() => {
                Some("Exists and DoesNotExist take no values")
            }
            _ => None,
        }
    }
}

/// As `kubectl --selector` takes it: `tier=system, env notin (dev, test)`.
impl fmt::Display for LabelSelector<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let labels = self.match_labels.iter().map(|(key, value)| format!("{key}={value}"));
        let expressions = self.match_expressions.iter().map(ToString::to_string);
        f.write_str(&labels.chain(expressions).collect::<Vec<_>>().join(", "))
    }
}

impl fmt::Display for Requirement<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values = || self.values.iter().map(|value| &**value).collect::<Vec<_>>().join(", ");
        match self.operator {
            Operator::In => write!(f, "{} in ({})", self.key, values()),
            Operator::NotIn => write!(f, "{} notin ({})", self.key, values()),
            Operator::Exists => write!(f, "{}", self.key),
            Operator::DoesNotExist => write!(f, "!{}", self.key),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(r#"{"matchLabels": {"tier": "system"}}"#, true, "tier=system")]
    #[case(r#"{"matchLabels": {"tier": "other"}}"#, false, "tier=other")]
    #[case(r#"{"matchLabels": {"absent": ""}}"#, false, "absent=")]
    #[case(
        r#"{"matchExpressions": [{"key": "tier", "operator": "In", "values": ["a", "system"]}]}"#,
        true,
        "tier in (a, system)"
    )]
    #[case(r#"{"matchExpressions": [{"key": "absent", "operator": "In", "values": ["a"]}]}"#, false, "absent in (a)")]
    #[case(
        r#"{"matchExpressions": [{"key": "tier", "operator": "NotIn", "values": ["system"]}]}"#,
        false,
        "tier notin (system)"
    )]
    #[case(
        r#"{"matchExpressions": [{"key": "absent", "operator": "NotIn", "values": ["a"]}]}"#,
        true,
        "absent notin (a)"
    )]
    #[case(r#"{"matchExpressions": [{"key": "tier", "operator": "Exists"}]}"#, true, "tier")]
    #[case(r#"{"matchExpressions": [{"key": "tier", "operator": "DoesNotExist"}]}"#, false, "!tier")]
    #[case(
        r#"{"matchLabels": {"tier": "system"}, "matchExpressions": [{"key": "absent", "operator": "Exists"}]}"#,
        false,
        "tier=system, absent"
    )]
    fn selectors(#[case] json: &str, #[case] expected: bool, #[case] text: &str) {
        let selector: LabelSelector = serde_json::from_str(json).expect("valid");
        let labels = Labels::from([("tier".to_owned(), "system".to_owned())]);
        assert_eq!((selector.selects(&labels), selector.to_string()), (expected, text.to_owned()));
        assert_eq!(selector.mistake(), None);
    }

    #[rstest]
    #[case("{}")]
    #[case(r#"{"matchLabels": {}, "matchExpressions": []}"#)]
    #[case(r#"{"matchExpressions": [{"key": "a", "operator": "In"}]}"#)]
    #[case(r#"{"matchExpressions": [{"key": "a", "operator": "Exists", "values": ["b"]}]}"#)]
    fn mistakes(#[case] json: &str) {
        let selector: LabelSelector = serde_json::from_str(json).expect("readable");
        assert!(selector.mistake().is_some());
    }

    #[rstest]
    #[case(r#"{"matchLabels": null}"#)]
    #[case(r#"{"matchLabels": {"a": null}}"#)]
    #[case(r#"{"matchExpressions": null}"#)]
    #[case(r#"{"matchExpressions": [{"key": "a", "operator": "Gt", "values": ["1"]}]}"#)]
    fn unreadable(#[case] json: &str) {
        assert!(serde_json::from_str::<LabelSelector>(json).is_err());
    }
}
