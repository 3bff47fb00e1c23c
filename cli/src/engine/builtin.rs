//! The rules compiled into this program.

use kubernetes_yaml::Located;
use serde_json::{Value, json};
use windows_hostprocess_policy::cluster::host::Host;
use windows_hostprocess_policy::judge::{Unreadable, judge};
use windows_hostprocess_policy::outcome::finding::Finding;
use windows_hostprocess_policy::settings::severity::Severity;

use crate::engine::policies;
use crate::input::source::{Place, Source};
use crate::report::{Diagnostic, INVALID_SETTINGS, UNREADABLE, Verdict};

/// Judges an admission request. `node` is the place of its object in `source`.
pub fn check(
    request: &Value,
    settings: &Value,
    node: &Located,
    source: &Source,
    host: &dyn Host,
) -> (Verdict, Vec<Diagnostic>) {
    let payload = json!({ "request": request, "settings": settings }).to_string();
    let mut diagnostics = match judge(payload.as_bytes(), host, |_, outcome| outcome.findings) {
        Ok(findings) => findings.into_iter().map(diagnostic).collect(),
        Err(error) => vec![unreadable(error)],
    };
    diagnostics.extend(policies::check(&request["object"]));
    for diagnostic in &mut diagnostics {
        diagnostic.place = source.place(node.nearest(&diagnostic.path).place());
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
    use windows_hostprocess_policy::cluster::host::NoCluster;

    use super::*;
    use crate::input::creation::Creation;
    use crate::input::manifest::File;

    /// The result for the first object of a file.
    fn check_first(text: &str) -> (Verdict, Vec<Diagnostic>) {
        let file = File::parse("x", text.to_owned());
        let object = &file.objects[0];
        let request = object.admission_request(&Creation::default());
        check(&request, &json!({}), &object.node, &file.source, &NoCluster)
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
