//! `LabelSelector` of Kubernetes, except that `null` and an empty selector are errors: a template that rendered nothing
//! leaves either behind.

use std::collections::BTreeMap;
use std::fmt;

use crate::decode::{List, Read, Reader, Result, Value, one_of, record};
use crate::k8s::requirement::{Label, is_satisfied};

record! {
    /// Selects objects that have all labels and meet all requirements.
    #[derive(Debug, Default)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(default, deny_unknown_fields, rename_all = "camelCase"))]
    pub struct LabelSelector<'a>: strict {
        match_labels: BTreeMap<String, String> = "matchLabels",
        match_expressions: Vec<Requirement<'a>> = "matchExpressions",
    }
}

record! {
    #[derive(Debug, Default)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(deny_unknown_fields, rename_all = "camelCase"))]
    struct Requirement<'a>: strict {
        key: &'a str = "key" required,
        operator: Operator = "operator" required,
        #[cfg_attr(feature = "schema", schemars(default))]
        values: List<&'a str> = "values",
    }
}

/// The name of an operator of label selectors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Operator(&'static str);

pub(super) const OPERATORS: [&str; 4] = ["In", "NotIn", "Exists", "DoesNotExist"];

impl<'t> Read<'t> for Operator {
    fn read(&mut self, value: &'t Value<'t>, _: &mut Reader) -> Result<()> {
        self.0 = one_of(value, &OPERATORS.map(|name| (name, name)))?;
        Ok(())
    }
}

impl LabelSelector<'_> {
    /// Whether it selects an object with these labels.
    pub fn selects(&self, labels: &BTreeMap<String, String>) -> bool {
        let label = |key: &str| Label::from(labels.get(key).map(String::as_str));
        self.match_labels.iter().all(|(key, value)| label(key) == Label::Value(value.as_str()))
            && self.match_expressions.iter().all(|r| is_satisfied(r.operator.0, &r.values, label(r.key)) == Some(true))
    }

    /// Why it is invalid; `None` if it is valid.
    pub(super) fn lint(&self) -> Option<&'static str> {
        if self.match_labels.is_empty() && self.match_expressions.is_empty() {
            return Some("an empty selector would select every namespace: leave the key out for that");
        }
        self.match_expressions.iter().find_map(Requirement::lint)
    }
}

impl Requirement<'_> {
    fn lint(&self) -> Option<&'static str> {
        match self.operator.0 {
            "In" | "NotIn" if self.values.is_empty() => Some("In and NotIn need values"),
            "Exists" | "DoesNotExist" if !self.values.is_empty() => Some("Exists and DoesNotExist take no values"),
            _ => None,
        }
    }
}

/// Formats the selector as for `kubectl --selector`: `tier=system, env notin (dev, test)`.
impl fmt::Display for LabelSelector<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let labels = self.match_labels.iter().map(|(key, value)| format!("{key}={value}"));
        let expressions = self.match_expressions.iter().map(ToString::to_string);
        f.write_str(&labels.chain(expressions).collect::<Vec<_>>().join(", "))
    }
}

impl fmt::Display for Requirement<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values = || self.values.join(", ");
        match self.operator.0 {
            "In" => write!(f, "{} in ({})", self.key, values()),
            "NotIn" => write!(f, "{} notin ({})", self.key, values()),
            "DoesNotExist" => write!(f, "!{}", self.key),
            _ => write!(f, "{}", self.key),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    use crate::decode::{parse, read};

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
        let tree = parse(json.as_bytes()).expect("JSON");
        let selector: LabelSelector = read(&tree).expect("valid");
        let labels = BTreeMap::from([("tier".to_owned(), "system".to_owned())]);
        assert_eq!((selector.selects(&labels), selector.to_string()), (expected, text.to_owned()));
        assert_eq!(selector.lint(), None);
    }

    #[rstest]
    #[case("{}")]
    #[case(r#"{"matchLabels": {}, "matchExpressions": []}"#)]
    #[case(r#"{"matchExpressions": [{"key": "a", "operator": "In"}]}"#)]
    #[case(r#"{"matchExpressions": [{"key": "a", "operator": "Exists", "values": ["b"]}]}"#)]
    fn lints(#[case] json: &str) {
        let tree = parse(json.as_bytes()).expect("JSON");
        let selector: LabelSelector = read(&tree).expect("readable");
        assert!(selector.lint().is_some());
    }

    #[rstest]
    #[case(r#"{"matchLabels": null}"#)]
    #[case(r#"{"matchLabels": {"a": null}}"#)]
    #[case(r#"{"matchExpressions": null}"#)]
    #[case(r#"{"matchExpressions": [{"key": "a", "operator": "Gt", "values": ["1"]}]}"#)]
    fn unreadable(#[case] json: &str) {
        assert!(read::<LabelSelector>(&parse(json.as_bytes()).expect("JSON")).is_err());
    }
}
