//! Runs the compiled-in rules on the objects of a file.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use recorded_cluster::Session;
use windows_hostprocess_policy::cluster::host::Host;
use windows_hostprocess_policy::decode::Value as Tree;
use windows_hostprocess_policy::finding::patch::Reach;
use windows_hostprocess_policy::finding::severity::Severity;
use windows_hostprocess_policy::judge::{Unreadable, judge_request};
use windows_hostprocess_policy::read_settings;
use windows_hostprocess_policy::rules::registry;
use windows_hostprocess_policy::rules::rule::Rule;
use windows_hostprocess_policy::settings::Settings;
use windows_hostprocess_policy::settings::profile::{Profile, configured};
use windows_hostprocess_policy::settings::validation::Invalid;

use crate::catalogue::UNREADABLE;
use crate::comment::Comments;
use crate::creation::Creation;
use crate::edit;
use crate::embedded::{self, unjudged};
use crate::kubewarden::check;
use crate::manifest::{File, Problem};
use crate::object::Object;
use crate::quotes::quotes;
use crate::recorded::RecordedCluster;
use crate::report::{Diagnostic, FileReport, ObjectReport, Verdict};
use crate::source::Source;

/// A cluster, or its absence, shared between engines.
pub type SharedHost = Arc<dyn Host + Send + Sync>;

/// Judges objects by the compiled-in rules, with the same settings for all of them.
pub struct Linter<'s> {
    settings: Settings<'s>,
    host: SharedHost,
    session: Option<Session>,
    creation: Creation,
    shown_fixes: Option<Reach>,
    judged_rules: BTreeSet<&'static str>,
}

impl fmt::Debug for Linter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Linter").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl<'s> Linter<'s> {
    /// A linter with these settings; `host` answers the rules' queries about the cluster.
    ///
    /// # Errors
    /// The settings are not valid.
    pub fn new(settings: &'s Tree<'s>, host: SharedHost) -> Result<Linter<'s>, Invalid> {
        let settings = read_settings(settings)?;
        let judged_rules = judged_rules(&settings);
        let creation = Creation::default();
        Ok(Linter { settings, host, session: None, creation, shown_fixes: None, judged_rules })
    }

    /// Sets assumptions about the creation of objects.
    #[must_use]
    pub fn assuming(self, creation: Creation) -> Linter<'s> {
        Linter { creation, ..self }
    }

    /// Answers the rules' cluster queries from a recorded session, which restarts for each object.
    #[must_use]
    pub fn replaying(self, session: Session) -> Linter<'s> {
        Linter { session: Some(session), ..self }
    }

    /// Sets the fixes, by their reach, for which reports include [`Diagnostic::replacements`].
    #[must_use]
    pub fn showing_fixes(self, shown_fixes: Option<Reach>) -> Linter<'s> {
        Linter { shown_fixes, ..self }
    }

    /// The settings in use.
    pub fn settings(&self) -> &Settings<'s> {
        &self.settings
    }

    /// The rules whose unused waivers can be reported, because these settings report every finding of theirs. Rules of
    /// the group `cluster` are left out: their findings depend on the cluster.
    pub fn judged_rules(&self) -> &BTreeSet<&'static str> {
        &self.judged_rules
    }

    /// Judges every object of a file.
    pub fn check(&self, file: File) -> FileReport {
        let found: Vec<Vec<Diagnostic>> = file.objects.iter().map(|object| self.judge(object)).collect();
        let mut file = if found.iter().all(Vec::is_empty) { file } else { file.written() };
        let mut objects: Vec<ObjectReport> =
            file.objects.iter().zip(found).map(|(object, found)| placed(object, &file.source, found)).collect();
        edit::mark_fixable(&mut file, &mut objects, self.shown_fixes);
        report(file, objects, Some(&self.judged_rules))
    }

    /// Judges every object of a file, ignoring comments.
    pub(crate) fn check_objects(&self, file: &File) -> Vec<ObjectReport> {
        file.objects.iter().map(|object| placed(object, &file.source, self.judge(object))).collect()
    }

    /// The diagnostics of an object, without places yet.
    fn judge(&self, object: &Object) -> Vec<Diagnostic> {
        let mut request = object.admission_request(&self.creation);
        let mut found = self.judge_request(&request);
        for template in embedded::templates(object) {
            template.replace(object, &mut request);
            let in_template = self.judge_request(&request);
            found.extend(in_template.into_iter().map(|found| template.placed(found)));
        }
        found.extend(check::check(object));
        found
    }

    fn judge_request(&self, request: &Tree) -> Vec<Diagnostic> {
        let replayed = self.session.as_ref().map(|session| RecordedCluster(session.rewound()));
        let host = replayed.as_ref().map_or(&*self.host as &dyn Host, |replayed| replayed);
        let judged = judge_request(request, &self.settings, host, |_, outcome| outcome.findings);
        match judged {
            Ok(findings) => findings.into_iter().map(Diagnostic::from).collect(),
            Err(error) => vec![unreadable(&error)],
        }
    }
}

/// The report on a file whose objects were judged by a linter or a module. Applies waivers in comments, and warns about
/// unused ones if every finding of the rules `judged` is known.
pub fn report(file: File, mut objects: Vec<ObjectReport>, judged: Option<&BTreeSet<&'static str>>) -> FileReport {
    let File { source, mut problems, mut warnings, skipped, chart, refuses_unjudged, .. } = file;
    let mut not_judged: Vec<Problem> = objects.iter_mut().filter_map(|object| object.not_judged.take()).collect();
    if refuses_unjudged {
        problems.append(&mut not_judged);
    }
    // A part that could not be read may hold the finding that a comment waives.
    warnings.extend(Comments::of(&source).waive(&mut objects, judged.filter(|_| problems.is_empty())));
    let points_nowhere =
        problems.is_empty() && warnings.is_empty() && objects.iter().all(|object| object.findings.is_empty());
    // Drop texts that nothing points into: together they may be large.
    let source = if points_nowhere { Source::new(source.name, String::new()) } else { source };
    FileReport { source, objects, problems, warnings, not_judged, skipped, chart }
}

fn placed(object: &Object, source: &Source, mut found: Vec<Diagnostic>) -> ObjectReport {
    for diagnostic in &mut found {
        diagnostic.place = source.place(object.node.nearest(&diagnostic.path).place());
        if let (Some(wrong_type), true) = (&diagnostic.wrong_type, diagnostic.fix.is_empty()) {
            diagnostic.fix = quotes(wrong_type, source.at(&diagnostic.place));
        }
    }
    let not_judged = unjudged(object, source, true);
    ObjectReport { verdict: Verdict::of(&found), findings: found, not_judged, ..ObjectReport::new(object, source) }
}

/// The diagnostic for a request that the policy cannot read, and therefore denies; without a place yet. Only errors
/// inside the object keep their path.
fn unreadable(error: &Unreadable) -> Diagnostic {
    let (path, message) = match error.path.strip_prefix("request.object.") {
        Some(path) => (path.to_owned(), error.message.clone()),
        None => (String::new(), error.to_string()),
    };
    Diagnostic { wrong_type: error.wrong_type.clone(), ..Diagnostic::new(UNREADABLE, Severity::Deny, path, message) }
}

fn judged_rules(settings: &Settings) -> BTreeSet<&'static str> {
    let groups = registry::groups().filter(|group| group.name != "cluster");
    let rules = groups.flat_map(|group| group.rules.iter().copied());
    rules.filter(|rule| reports_everything(rule, settings)).map(|rule| rule.id).collect()
}

/// Whether no finding of a rule is off. A rule whose severity varies may report only some of its findings.
fn reports_everything(rule: &Rule, settings: &Settings) -> bool {
    let is_same_for_all = rule.severity_varies.is_empty() || settings.rules.get(rule.id).is_some();
    configured(settings, rule.id, rule.severity) != Severity::Off
        && (is_same_for_all || settings.profile == Profile::Strict)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use windows_hostprocess_policy::cluster::host::NoCluster;
    use windows_hostprocess_policy::judge::judge;

    use super::*;
    use crate::Settings;

    /// The result for the first object of a file.
    fn check_first(text: &str) -> (Verdict, Vec<Diagnostic>) {
        let settings = Settings::default();
        let tree = settings.tree();
        let linter = Linter::new(&tree, Arc::new(NoCluster)).expect("valid");
        let object = linter.check(File::parse("x", text.to_owned())).objects.remove(0);
        (object.verdict, object.findings)
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
    fn yaml_depth_limit_is_below_the_module_limit() {
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
    fn missing_and_superfluous_quotes_are_reported() {
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
    fn an_unreadable_request_is_denied_at_its_object() {
        let request = "operation: UPDATE\nkind: {version: v1, kind: Pod}\nobject:\n  spec: {}\noldObject:\n  spec: {hostNetwork: [1]}\n";
        let (verdict, diagnostics) = check_first(request);
        assert_eq!(verdict, Verdict::Deny);
        let found = &diagnostics[0];
        assert_eq!((found.rule.as_str(), found.path.as_str(), found.place.line), (UNREADABLE, "", 3));
        assert!(found.message.contains("request.oldObject.spec.hostNetwork: found a list"), "{}", found.message);
    }
}
