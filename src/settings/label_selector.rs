//! `LabelSelector`, as in Kubernetes, but for what a template that rendered nothing would make of it.

use std::collections::BTreeMap;
use std::fmt;

use crate::cluster::Labels;
use crate::decode::{List, Read, Text, record};
use crate::json::{Reader, Result};

record! {
    /// Selects what has all the labels and meets all the requirements.
    #[derive(Debug, Default)]
    pub struct LabelSelector<'a>: strict {
        match_labels: BTreeMap<Text<'a>, Text<'a>> = "matchLabels",
        match_expressions: Vec<Requirement<'a>> = "matchExpressions",
    }
}

record! {
    #[derive(Debug, Default)]
    struct Requirement<'a>: strict {
        key: Text<'a> = "key" required,
        operator: Operator = "operator" required,
        values: List<Text<'a>> = "values",
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Operator {
    #[default]
    In,
    NotIn,
    Exists,
    DoesNotExist,
}

impl Read<'_> for Operator {
    fn read(&mut self, reader: &mut Reader) -> Result<()> {
        *self = reader.one_of(&[
            ("In", Operator::In),
            ("NotIn", Operator::NotIn),
            ("Exists", Operator::Exists),
            ("DoesNotExist", Operator::DoesNotExist),
        ])?;
        Ok(())
    }
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
    use crate::decode::from_json;
    use crate::json::Document;
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
        let document = Document::new(json.as_bytes());
        let selector: LabelSelector = from_json(&document).expect("valid");
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
        let document = Document::new(json.as_bytes());
        let selector: LabelSelector = from_json(&document).expect("readable");
        assert!(selector.mistake().is_some());
    }

    #[rstest]
    #[case(r#"{"matchLabels": null}"#)]
    #[case(r#"{"matchLabels": {"a": null}}"#)]
    #[case(r#"{"matchExpressions": null}"#)]
    #[case(r#"{"matchExpressions": [{"key": "a", "operator": "Gt", "values": ["1"]}]}"#)]
    fn unreadable(#[case] json: &str) {
        assert!(from_json::<LabelSelector>(&Document::new(json.as_bytes())).is_err());
    }
}
