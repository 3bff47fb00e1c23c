//! Requirements on labels, decided for known labels as Kubernetes does (`labels.Requirement.Matches`).

use crate::pod::NodeSelectorRequirement;

impl NodeSelectorRequirement<'_> {
    /// Whether the value of the label under its key, or the lack of one, satisfies the requirement. An operator that
    /// Kubernetes does not know is never satisfied.
    pub fn is_satisfied_by(&self, value: Option<&str>) -> bool {
        let lists = |value: &str| self.values.iter().any(|v| &**v == value);
        match self.operator.as_deref().unwrap_or_default() {
            "In" => value.is_some_and(lists),
            "NotIn" => !value.is_some_and(lists),
            "Exists" => value.is_some(),
            "DoesNotExist" => value.is_none(),
            "Gt" => self.compares(value, |label, bound| label > bound),
            "Lt" => self.compares(value, |label, bound| label < bound),
            _ => false,
        }
    }

    /// Both sides must be integers, and there must be exactly one to compare with.
    fn compares(&self, value: Option<&str>, compare: fn(i64, i64) -> bool) -> bool {
        let ([bound], Some(label)) = (&*self.values, value) else { return false };
        match (label.parse(), bound.parse()) {
            (Ok(label), Ok(bound)) => compare(label, bound),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("In", "[\"a\", \"b\"]", &[Some("a"), Some("b")], &[Some("c"), Some(""), None])]
    #[case("In", "[]", &[], &[Some("a"), None])]
    #[case("NotIn", "[\"a\", \"b\"]", &[Some("c"), Some(""), None], &[Some("a"), Some("b")])]
    #[case("Exists", "[]", &[Some("a"), Some("")], &[None])]
    #[case("DoesNotExist", "null", &[None], &[Some("a"), Some("")])]
    #[case("Gt", "[\"20348\"]", &[Some("20349"), Some("026100")], &[Some("20348"), Some("-1"), Some("x"), Some(""), None])]
    #[case("Lt", "[\"20348\"]", &[Some("20347"), Some("-1")], &[Some("20348"), Some("99999999999999999999"), None])]
    #[case("Gt", "[\"1\", \"2\"]", &[], &[Some("3")])]
    #[case("Gt", "[\"one\"]", &[], &[Some("3")])]
    #[case("Gt", "[]", &[], &[Some("3")])]
    #[case("in", "[\"a\"]", &[], &[Some("a"), None])]
    #[case("", "[\"a\"]", &[], &[Some("a"), None])]
    fn operators(
        #[case] operator: &str,
        #[case] values: &str,
        #[case] satisfy: &[Option<&str>],
        #[case] fail: &[Option<&str>],
    ) {
        let json = format!(r#"{{"key": "k", "operator": "{operator}", "values": {values}}}"#);
        let document = crate::json::Document::new(json.as_bytes());
        let requirement: NodeSelectorRequirement = crate::decode::from_json(&document).expect("a requirement");
        for value in satisfy {
            assert!(requirement.is_satisfied_by(*value), "{json} {value:?}");
        }
        for value in fail {
            assert!(!requirement.is_satisfied_by(*value), "{json} {value:?}");
        }
    }
}
