//! Requirements on labels: a single table of operators for node affinity and label selectors, as in Kubernetes'
//! `labels.Requirement.Matches`.

/// The known state of a node's label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label<'v> {
    /// Its value.
    Value(&'v str),
    /// It is set, but its value is not known.
    AnyValue,
    /// It is not set.
    Absent,
    /// Nothing is known about it.
    Unknown,
}

impl<'v> From<Option<&'v str>> for Label<'v> {
    fn from(value: Option<&'v str>) -> Self {
        value.map_or(Label::Absent, Label::Value)
    }
}

/// Whether a label satisfies a requirement. `None` if too little is known about the label, or if the operator is
/// unknown to Kubernetes.
pub fn is_satisfied(operator: &str, values: &[&str], label: Label) -> Option<bool> {
    match (operator, label) {
        (_, Label::Unknown) => None,
        ("In", Label::Value(value)) => Some(values.contains(&value)),
        ("NotIn", Label::Value(value)) => Some(!values.contains(&value)),
        ("In" | "Gt" | "Lt", Label::Absent) => Some(false),
        ("NotIn", Label::Absent) => Some(true),
        ("Exists", label) => Some(label != Label::Absent),
        ("DoesNotExist", label) => Some(label == Label::Absent),
        ("Gt", Label::Value(value)) => Some(compares(value, values, |label, bound| label > bound)),
        ("Lt", Label::Value(value)) => Some(compares(value, values, |label, bound| label < bound)),
        _ => None,
    }
}

/// Compares as integers. False unless both sides are integers and there is exactly one value.
fn compares(label: &str, values: &[&str], compare: fn(i64, i64) -> bool) -> bool {
    let [bound] = values else { return false };
    match (label.parse(), bound.parse()) {
        (Ok(label), Ok(bound)) => compare(label, bound),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("In", &["a", "b"], &[Some("a"), Some("b")], &[Some("c"), Some(""), None])]
    #[case("In", &[], &[], &[Some("a"), None])]
    #[case("NotIn", &["a", "b"], &[Some("c"), Some(""), None], &[Some("a"), Some("b")])]
    #[case("Exists", &[], &[Some("a"), Some("")], &[None])]
    #[case("DoesNotExist", &[], &[None], &[Some("a"), Some("")])]
    #[case("Gt", &["20348"], &[Some("20349"), Some("026100")], &[Some("20348"), Some("-1"), Some("x"), Some(""), None])]
    #[case("Lt", &["20348"], &[Some("20347"), Some("-1")], &[Some("20348"), Some("99999999999999999999"), None])]
    #[case("Gt", &["1", "2"], &[], &[Some("3")])]
    #[case("Gt", &["one"], &[], &[Some("3")])]
    #[case("Gt", &[], &[], &[Some("3")])]
    fn operators(
        #[case] operator: &str,
        #[case] values: &[&str],
        #[case] satisfy: &[Option<&str>],
        #[case] fail: &[Option<&str>],
    ) {
        for value in satisfy {
            assert_eq!(is_satisfied(operator, values, Label::from(*value)), Some(true), "{value:?}");
        }
        for value in fail {
            assert_eq!(is_satisfied(operator, values, Label::from(*value)), Some(false), "{value:?}");
        }
    }

    #[test]
    fn unknown_labels_and_operators_are_undecided() {
        for operator in ["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"] {
            assert_eq!(is_satisfied(operator, &["a"], Label::Unknown), None, "{operator}");
        }
        for operator in ["In", "NotIn", "Gt", "Lt"] {
            assert_eq!(is_satisfied(operator, &["1"], Label::AnyValue), None, "{operator}");
        }
        for operator in ["in", "", "Sideways"] {
            assert_eq!(is_satisfied(operator, &["a"], Label::Value("a")), None, "{operator}");
        }
    }
}
