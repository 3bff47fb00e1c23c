//! The rules compiled into this program.

use serde_json::{Value, json};
use windows_hostprocess_policy::cluster::host::Host;
use windows_hostprocess_policy::judge::{Unreadable, judge};
use windows_hostprocess_policy::outcome::finding::Finding;
use windows_hostprocess_policy::settings::severity::Severity;

use crate::input::object::Object;
use crate::input::source::{Place, Source};
use crate::report::{Diagnostic, UNREADABLE, Verdict};

/// Judges the creation of an object, which was read from `source`.
pub fn check(object: &Object, source: &Source, settings: &Value, host: &dyn Host) -> (Verdict, Vec<Diagnostic>) {
    let payload = json!({ "request": object.admission_request(), "settings": settings }).to_string();
    let mut diagnostics = match judge(payload.as_bytes(), host, |_, outcome| outcome.findings) {
        Ok(findings) => findings.into_iter().map(diagnostic).collect(),
        Err(error) => vec![unreadable(error)],
    };
    for diagnostic in &mut diagnostics {
        diagnostic.place = source.place(object.node.nearest(&diagnostic.path).place());
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

/// Not yet with a place. The policy rejects what it cannot read.
fn unreadable(error: Unreadable) -> Diagnostic {
    Diagnostic {
        rule: UNREADABLE.to_owned(),
        severity: Severity::Deny,
        path: error.path.strip_prefix("request.object.").unwrap_or_default().to_owned(),
        place: Place::default(),
        message: error.message,
        fix: String::new(),
        container: None,
    }
}

#[cfg(test)]
mod tests {
    use windows_hostprocess_policy::cluster::host::NoCluster;

    use super::*;
    use crate::input::manifest::File;

    #[test]
    fn an_object_that_cannot_be_read_is_denied_at_its_field() {
        let file = File::parse("x", "apiVersion: v1\nkind: Pod\nspec:\n  hostNetwork: [1]\n".to_owned());
        let (verdict, diagnostics) = check(&file.objects[0], &file.source, &json!({}), &NoCluster);
        assert_eq!(verdict, Verdict::Deny);
        let found = &diagnostics[0];
        assert_eq!((found.rule.as_str(), found.path.as_str(), found.place.line), (UNREADABLE, "spec.hostNetwork", 4));
        assert!(found.message.contains("expected a boolean"), "{}", found.message);
    }
}
