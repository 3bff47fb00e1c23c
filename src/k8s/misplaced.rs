//! Fields that somebody wrote where Kubernetes does not look for them, or in another case.

use serde_json_borrow::Value;

use crate::k8s::pod::Pod;

/// The objects between a pod's spec and the fields that are looked for.
const WITHIN: [&str; 5] = ["containers", "ephemeralContainers", "initContainers", "securityContext", "windowsOptions"];

/// ` (PATH has no effect)`, for a message about a field that is not set, when a member of the pod's spec has its name in the
/// wrong place or in another case; otherwise nothing. `home` is the object in which Kubernetes looks for the field.
pub fn note(pod: &Pod, field: &str, home: &str) -> String {
    let place = [pod.prefix, "spec"].concat();
    let found = pod.written_spec.and_then(|spec| misplaced(spec, &place, field, home));
    found.map_or_else(String::new, |path| format!(" ({path} has no effect)"))
}

/// The path, below `place`, of the first member of `value` that is named `field` in any case. One in an object named
/// `home` counts only if it is spelt otherwise, because Kubernetes looks there.
fn misplaced(value: &Value, place: &str, field: &str, home: &str) -> Option<String> {
    match value {
        Value::Object(members) => members.iter().find_map(|(name, value)| {
            let path = format!("{place}.{name}");
            if WITHIN.contains(&name) {
                return misplaced(value, &path, field, home);
            }
            let is_read = name == field && place.ends_with(home);
            (name.eq_ignore_ascii_case(field) && !is_read && !value.is_null()).then_some(path)
        }),
        Value::Array(items) => {
            let mut items = items.iter().enumerate();
            items.find_map(|(index, item)| misplaced(item, &format!("{place}[{index}]"), field, home))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::parse;

    fn user_name_in(spec: &str) -> Option<String> {
        misplaced(&parse(spec.as_bytes()).expect("JSON"), "spec", "runAsUserName", "windowsOptions")
    }

    #[test]
    fn in_another_case_or_another_place() {
        for (spec, path) in [
            (
                r#"{"securityContext": {"windowsOptions": {"runAsUsername": "x"}}}"#,
                "spec.securityContext.windowsOptions.runAsUsername",
            ),
            (r#"{"securityContext": {"runAsUserName": "x"}}"#, "spec.securityContext.runAsUserName"),
            (r#"{"containers": [{}, {"RunAsUserName": "x"}]}"#, "spec.containers[1].RunAsUserName"),
        ] {
            assert_eq!(user_name_in(spec).as_deref(), Some(path));
        }
    }

    #[test]
    fn not_where_kubernetes_looks_and_not_in_what_is_no_field() {
        for spec in [
            r#"{"securityContext": {"windowsOptions": {"runAsUserName": "x"}}}"#,
            r#"{"securityContext": {"runAsUserName": null}}"#,
            r#"{"nodeSelector": {"runAsUserName": "x"}}"#,
            r#"{"containers": [{"env": [{"name": "runAsUserName", "runAsUserName": "x"}]}]}"#,
            "[[7]]",
        ] {
            assert_eq!(user_name_in(spec), None, "{spec}");
        }
    }
}
