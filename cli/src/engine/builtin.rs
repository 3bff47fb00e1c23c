//! The rules compiled into this program.

use serde_json::Value;
use windows_hostprocess_policy::cluster::host::Host;
use windows_hostprocess_policy::decode::Value as Tree;
use windows_hostprocess_policy::judge::{Unreadable, judge_tree};
use windows_hostprocess_policy::outcome::finding::Finding;
use windows_hostprocess_policy::settings::severity::Severity;

use crate::engine::policies;
use crate::input::object::{Object, tree};
use crate::input::source::{Place, Source};
use crate::report::{Diagnostic, INVALID_SETTINGS, UNREADABLE, Verdict};

/// Judges the admission request of an object in `source`.
pub fn check(
    object: &Object,
    request: Tree,
    settings: &Value,
    source: &Source,
    host: &dyn Host,
) -> (Verdict, Vec<Diagnostic>) {
    let payload = Tree::Object(vec![("request", request), ("settings", tree(settings))].into());
    let mut diagnostics = match judge_tree(&payload, host, |_, outcome| outcome.findings) {
        Ok(findings) => findings.into_iter().map(diagnostic).collect(),
        Err(error) => vec![unreadable(error)],
    };
    diagnostics.extend(policies::check(object));
    for diagnostic in &mut diagnostics {
        diagnostic.place = source.place(object.node.nearest(&diagnostic.path).place());
        if [UNREADABLE, INVALID_SETTINGS].contains(&&*diagnostic.rule) && diagnostic.fix.is_empty() {
            diagnostic.fix = quotes(&diagnostic.message, &diagnostic.place);
        }
    }
    (Verdict::of(&diagnostics), diagnostics)
}

/// Not yet with a place.
fn diagnostic(finding: Finding) -> Diagnostic {
    Diagnostic {
        rule: finding.rule.to_owned(),
        severity: finding.severity,
        path: finding.path,
        place: Place::default(),
        message: finding.message,
        fix: finding.fix,
        container: finding.container,
        patch: finding.patch,
        fixable: None,
        replacements: Vec::new(),
        waived: None,
    }
}

/// Not yet with a place. The policy rejects what it cannot read. Only the object has paths of its own.
fn unreadable(error: Unreadable) -> Diagnostic {
    let (path, message) = match error.path.strip_prefix("request.object.") {
        Some(path) => (path.to_owned(), error.message),
        None => (String::new(), error.to_string()),
    };
    diagnostic_without_place(UNREADABLE, Severity::Deny, path, message)
}

/// A diagnostic that no rule of the policy reports.
pub fn diagnostic_without_place(id: &str, severity: Severity, path: String, message: String) -> Diagnostic {
    Diagnostic {
        rule: id.to_owned(),
        severity,
        path,
        place: Place::default(),
        message,
        fix: String::new(),
        container: None,
        patch: None,
        fixable: None,
        replacements: Vec::new(),
        waived: None,
    }
}

/// What to write where quotes make the difference between the type found and the one expected; else empty.
fn quotes(message: &str, place: &Place) -> String {
    let written = place.underlined_text();
    let value = written.rsplit_once(':').map_or(written, |(_, value)| value).trim_start_matches([' ', '-']).trim_end();
    let unquoted = value.trim_matches(['"', '\'']);
    let read = kubernetes_yaml::documents(unquoted).pop().and_then(Result::ok).map(|document| document.value);
    let is_quoted = unquoted != value;
    match (message, read) {
        ("found a number, expected a string", Some(Value::Number(_))) if !is_quoted => {
            format!("write \"{value}\" with the quotes, without them it is a number")
        }
        ("found a boolean, expected a string", Some(Value::Bool(_))) if !is_quoted => {
            format!("write \"{value}\" with the quotes, without them it is a boolean")
        }
        ("found a string, expected a boolean", Some(Value::Bool(_)))
        | ("found a string, expected an integer", Some(Value::Number(_)))
            if is_quoted =>
        {
            format!("write {unquoted} without the quotes")
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use windows_hostprocess_policy::cluster::host::NoCluster;
    use windows_hostprocess_policy::judge::judge;

    use super::*;
    use crate::input::creation::Creation;
    use crate::input::manifest::File;

    /// The result for the first object of a file.
    fn check_first(text: &str) -> (Verdict, Vec<Diagnostic>) {
        let file = File::parse("x", text.to_owned());
        let object = &file.objects[0];
        let creation = Creation::default();
        let request = object.admission_request(&creation);
        check(object, request, &json!({}), &file.source, &NoCluster)
    }

    #[test]
    fn an_object_that_cannot_be_read_is_denied_at_its_field() {
        let (verdict, diagnostics) = check_first("apiVersion: v1\nkind: Pod\nspec:\n  hostNetwork: [1]\n");
        assert_eq!(verdict, Verdict::Deny);
        let found = &diagnostics[0];
        assert_eq!((found.rule.as_str(), found.path.as_str(), found.place.line), (UNREADABLE, "spec.hostNetwork", 4));
        assert!(found.message.contains("expected a boolean"), "{}", found.message);
    }

    #[test]
    fn what_yaml_does_not_refuse_for_its_depth_the_module_can_parse() {
        let nested = |depth: usize| {
            let text = format!("apiVersion: v1\nkind: Pod\nx: {}{}", "[".repeat(depth), "]".repeat(depth));
            File::parse("x", text)
        };
        let deepest = (0..200).map(nested).take_while(|file| file.problems.is_empty()).last().expect("some are read");
        let creation = Creation::default();
        let request = Value::from(deepest.objects[0].admission_request(&creation));
        let payload = json!({ "request": request, "settings": {} }).to_string();
        assert!(judge(payload.as_bytes(), &NoCluster, |_, _| ()).is_ok());
    }

    #[test]
    fn quotes_that_are_missing_or_too_many_are_named() {
        let fix = |spec: &str| {
            let (_, diagnostics) = check_first(&format!("apiVersion: v1\nkind: Pod\nspec:\n  {spec}\n"));
            diagnostics[0].fix.clone()
        };
        let account = |value: &str| fix(&format!("securityContext: {{windowsOptions: {{runAsUserName: {value}}}}}"));
        assert_eq!(account("1000"), r#"write "1000" with the quotes, without them it is a number"#);
        assert_eq!(account("yes"), r#"write "yes" with the quotes, without them it is a boolean"#);
        assert_eq!(account("[a]"), "");
        assert_eq!(fix("hostNetwork: 'true'"), "write true without the quotes");
        assert_eq!(fix("{\"hostNetwork\":\"true\"}"), "write true without the quotes");
        assert_eq!(fix("hostNetwork: 'maybe'"), "");
        assert_eq!(fix("hostNetwork: on a Sunday"), "");
        assert_eq!(
            fix("containers: [{name: a, args: [8080]}]"),
            r#"write "8080" with the quotes, without them it is a number"#
        );
        assert_eq!(fix("containers:\n  - name: a\n    ports:\n    - hostPort: \"80\""), "write 80 without the quotes");
    }

    #[test]
    fn what_cannot_be_read_of_a_request_is_denied_at_its_object() {
        let request = "operation: UPDATE\nkind: {version: v1, kind: Pod}\nobject:\n  spec: {}\noldObject:\n  spec: {hostNetwork: [1]}\n";
        let (verdict, diagnostics) = check_first(request);
        assert_eq!(verdict, Verdict::Deny);
        let found = &diagnostics[0];
        assert_eq!((found.rule.as_str(), found.path.as_str(), found.place.line), (UNREADABLE, "", 3));
        assert!(found.message.contains("request.oldObject.spec.hostNetwork: found a list"), "{}", found.message);
    }
}
