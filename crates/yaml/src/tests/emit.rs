//! Written YAML is read back as the same values.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::value;
use crate::to_yaml;

#[test]
fn strings_that_yaml_would_read_as_other_values_are_quoted() {
    let values = json!({"on": ["off", "010", "1_000", "~", "", "<<", "- a", "a: b", "NT AUTHORITY\\SYSTEM", "*", "ü"]});
    let expected = "'on':\n- 'off'\n- '010'\n- '1_000'\n- '~'\n- ''\n- '<<'\n- '- a'\n- 'a: b'\n- NT AUTHORITY\\SYSTEM\n- '*'\n- ü\n";
    assert_eq!(to_yaml(&values).expect("YAML"), expected);
    assert_eq!(
        to_yaml(&json!({"a": [], "b": {}, "c": null, "d": 1.5})).expect("YAML"),
        "a: []\nb: {}\nc: null\nd: 1.5\n"
    );
}

fn any_value() -> impl Strategy<Value = Value> {
    let text = prop_oneof!["[ -~]{0,12}", "[a-z:#\\n '\"-]{0,12}", "\\PC{0,12}"];
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        text.clone().prop_map(Value::from),
    ];
    scalar.prop_recursive(4, 32, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::hash_map(text.clone(), inner, 0..6).prop_map(|members| members.into_iter().collect()),
        ]
    })
}

proptest! {
    #[test]
    fn written_values_are_read_back_unchanged(content in any_value()) {
        let content = json!({ "a": content });
        let text = to_yaml(&content).expect("YAML");
        prop_assert_eq!(value(&text), content, "{}", text);
    }
}
