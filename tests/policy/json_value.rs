//! Arbitrary JSON values for property tests.

use proptest::prelude::*;
use serde_json::Value;

/// Any value a few levels deep, whose keys match a regular expression.
pub fn json_value(keys: &'static str) -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((keys, inner), 0..5).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}
