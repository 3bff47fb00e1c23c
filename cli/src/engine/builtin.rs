//! The rules compiled into this program.

use kubernetes_yaml::Located;
use serde_json::{Value, json};
use windows_hostprocess_policy::cluster::host::Host;
use windows_hostprocess_policy::judge::{Unreadable, judge};
use windows_hostprocess_policy::outcome::finding::Finding;
use windows_hostprocess_policy::settings::severity::Severity;

use crate::input::source::{Place, Source};
use crate::report::{Diagnostic, UNREADABLE, Verdict};

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
    for diagnostic in &mut diagnostics {
        diagnostic.place = source.place(node.nearest(&diagnostic.path).place());
    }
    (verdict(&diagnostics), diagnostics)
}

fn verdict(diagnostics: &[Diagnostic]) -> Verdict {
    match diagnostics.iter().map(|diagnostic| diagnostic.severity).max() {
        Some(Severity::Deny) => Verdict::Deny,
        Some(Severity::Warn) => Verdict::Warn,
        Some(Severity::Off) | None => Verdict::Accept,
    }
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
    }
}

/// Not yet with a place. The policy rejects what it cannot read. Only the object has paths of its own.
fn unreadable(error: Unreadable) -> Diagnostic {
    let (path, message) = match error.path.strip_prefix("request.object.") {
        Some(path) => (path.to_owned(), error.message),
        None => (String::new(), error.to_string()),
    };
    Diagnostic {
        rule: UNREADABLE.to_owned(),
        severity: Severity::Deny,
        path,
        place: Place::default(),
        message,
        fix: String::new(),
        container: None,
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
    fn what_cannot_be_read_of_a_request_is_denied_at_its_object() {
        let request = "operation: UPDATE\nkind: {version: v1, kind: Pod}\nobject:\n  spec: {}\noldObject:\n  spec: {hostNetwork: [1]}\n";
        let (verdict, diagnostics) = check_first(request);
        assert_eq!(verdict, Verdict::Deny);
        let found = &diagnostics[0];
        assert_eq!((found.rule.as_str(), found.path.as_str(), found.place.line), (UNREADABLE, "", 3));
        assert!(found.message.contains("request.oldObject.spec.hostNetwork: found a list"), "{}", found.message);
    }
}
