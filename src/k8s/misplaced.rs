//! Fields that have no effect, because they are in the wrong place or in another case.

use crate::decode::Value;
use crate::k8s::pod::Pod;

/// The members that are searched between a pod's spec and a field.
const WITHIN: [&str; 5] = ["containers", "ephemeralContainers", "initContainers", "securityContext", "windowsOptions"];

/// ` (PATH has no effect)`, for a message about a field that is not set, if a member of the pod's spec has its name in
/// the wrong place or in another case; otherwise empty. `home` is the object in which the field belongs.
pub fn note(pod: &Pod, field: &str, home: &str) -> String {
    let found = pod.written_spec.and_then(|spec| misplaced(spec, "spec", field, home));
    found.map_or_else(String::new, |path| format!(" ({}spec{path} has no effect)", pod.prefix))
}

/// The path, below `value`, of its first member that is named `field` in any case. `place` is the key of `value`. In an
/// object named `home`, a member counts only if its case differs, because the field belongs there.
fn misplaced(value: &Value, place: &str, field: &str, home: &str) -> Option<String> {
    match value {
        Value::Object(members) => members.iter().find_map(|(name, value)| {
            let below = if WITHIN.contains(&name) {
                misplaced(value, name, field, home)?
            } else {
                let is_read = name == field && place == home;
                (name.eq_ignore_ascii_case(field) && !is_read && !value.is_null()).then(String::new)?
            };
            Some(format!(".{name}{below}"))
        }),
        Value::Array(items) => items.iter().enumerate().find_map(|(index, item)| {
            let below = misplaced(item, "", field, home)?;
            Some(format!("[{index}]{below}"))
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::parse;

    fn user_name_in(spec: &str) -> Option<String> {
        let path = misplaced(&parse(spec.as_bytes()).expect("JSON"), "spec", "runAsUserName", "windowsOptions")?;
        Some(["spec", &path].concat())
    }

    #[test]
    fn fields_in_another_case_or_place_are_found() {
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
    fn effective_fields_and_keys_of_maps_are_not_found() {
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
