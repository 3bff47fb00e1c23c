//! Judges an input for the page.

use hostprocess_linter::document::DocumentError;
use hostprocess_linter::manifest::Problem;
use hostprocess_linter::object::Object;
use hostprocess_linter::report::{Diagnostic, ObjectReport};
use hostprocess_linter::settings::SettingsError;
use hostprocess_linter::{Creation, File, Linter, Settings};
use serde::Serialize;
use serde_json::{Value, json};
use windows_hostprocess_policy::finding::patch::Reach;

use crate::Input;
use crate::cluster::{self, no_cluster};
use crate::units::{Span, Units};

/// The name of the manifest in messages.
pub const MANIFEST: &str = "manifest";
/// The limit for objects that are shown and sent to the module.
pub const MAX_SHOWN: usize = 100;

/// The result for an input.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Judged {
    /// `null` if they are not valid.
    settings: Option<ReadSettings>,
    settings_problem: Option<Mark>,
    session_problem: Option<Mark>,
    before_problems: Vec<Mark>,
    /// Problems with the text of the manifest, apart from findings.
    problems: Vec<Mark>,
    /// Empty while the settings or the session are not valid.
    objects: Vec<JudgedObject>,
    /// The number of omitted objects.
    not_shown: usize,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ReadSettings {
    value: Value,
    /// Whether the text is a whole policy that contains these settings.
    is_policy: bool,
}

/// A problem with a text.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Mark {
    range: Span,
    message: String,
    /// Whether a part could not be read; otherwise it probably does not mean what its author intended.
    is_error: bool,
}

#[derive(Debug, Serialize)]
struct JudgedObject {
    /// The object in the output of `hostprocess check -o json`.
    report: ObjectReport,
    title: String,
    operation: String,
    range: Span,
    /// Details for the page, one for each finding.
    details: Vec<Detail>,
    /// The request to the module about the object, in JSON.
    question: String,
}

#[derive(Debug, Serialize)]
struct Detail {
    range: Span,
    container: Option<String>,
    /// Whether `hostprocess fix` fixes it by default.
    fixable: bool,
}

/// Judges an input.
pub fn judge(input: &Input) -> Judged {
    let units = Units::of(&input.manifest);
    let file = File::parse(MANIFEST, input.manifest.clone());
    let before = File::parse("before", input.before.clone());
    let mut judged =
        Judged { before_problems: problems(&Units::of(&input.before), &before.problems, true), ..Judged::default() };
    judged.before_problems.extend(problems(&Units::of(&input.before), &before.warnings, false));
    judged.problems = problems(&units, &file.problems, true);
    match judge_objects(input, file, &units, &mut judged) {
        Ok(()) => {}
        Err(NotJudged::Settings(error)) => judged.settings_problem = Some(settings_mark(&input.settings, &error)),
        Err(NotJudged::Session(message)) => judged.session_problem = Some(session_mark(&input.session, message)),
    }
    judged
}

/// The reason why no object is judged.
enum NotJudged {
    Settings(SettingsError),
    Session(String),
}

fn judge_objects(input: &Input, file: File, units: &Units, judged: &mut Judged) -> Result<(), NotJudged> {
    let refused = NotJudged::Settings;
    let settings = Settings::parse("settings", &input.settings).map_err(|error| refused(error.into()))?;
    let tree = settings.tree();
    let linter = Linter::new(&tree, no_cluster()).map_err(|invalid| refused(settings.error(invalid)))?;
    judged.settings = Some(ReadSettings { value: settings.value.clone(), is_policy: !settings.path().is_empty() });
    let creation = creation(input);
    let asked: Vec<Asked> =
        file.objects.iter().take(MAX_SHOWN).map(|object| Asked::about(object, &creation, &settings, units)).collect();
    let mut linter = linter.assuming(creation);
    if let Some(session) = cluster::session(&input.session).map_err(NotJudged::Session)? {
        linter = linter.replaying(session);
    }
    let report = linter.check(file);
    judged.problems.extend(problems(units, &report.warnings, false));
    judged.problems.extend(problems(units, &report.not_judged, false));
    judged.not_shown = report.objects.len() - asked.len();
    judged.objects =
        report.objects.into_iter().zip(asked).map(|(report, asked)| asked.answered(report, units)).collect();
    Ok(())
}

/// How the manifest's objects are created. Objects with an old version are updated.
pub fn creation(input: &Input) -> Creation {
    let before = File::parse("before", input.before.clone());
    // The first of several objects with the same name counts.
    let objects = before.objects.iter().rev().filter_map(|object| Some((object.identity(), object.value()?.clone())));
    Creation { before: objects.collect(), ..input.circumstances.creation() }
}

/// An object before it is judged.
struct Asked {
    operation: String,
    range: Span,
    question: String,
}

impl Asked {
    fn about(object: &Object, creation: &Creation, settings: &Settings, units: &Units) -> Asked {
        let request = Value::from(object.admission_request(creation));
        Asked {
            operation: request["operation"].as_str().unwrap_or_default().to_owned(),
            range: units.span(&object.node.place()),
            question: json!({ "request": request, "settings": settings.value }).to_string(),
        }
    }

    fn answered(self, report: ObjectReport, units: &Units) -> JudgedObject {
        let Asked { operation, range, question } = self;
        let detail = |found: &Diagnostic| Detail {
            range: units.span(&found.place.range),
            container: found.container.clone(),
            fixable: found.waived.is_none() && found.fixable.is_some_and(|reach| reach <= Reach::Command),
        };
        let details = report.findings.iter().map(detail).collect();
        JudgedObject { title: report.title(), report, operation, range, details, question }
    }
}

fn problems(units: &Units, problems: &[Problem], is_error: bool) -> Vec<Mark> {
    let mark = |problem: &Problem| {
        let range = problem.place.as_ref().map(|place| units.span(&place.range)).unwrap_or_default();
        Mark { range, message: problem.message.clone(), is_error }
    };
    problems.iter().map(mark).collect()
}

fn settings_mark(text: &str, error: &SettingsError) -> Mark {
    match error {
        SettingsError::Written(DocumentError { line, column, reason, .. }) => {
            Mark { range: Units::of(text).rest_of_line(*line, *column), message: reason.to_string(), is_error: true }
        }
        SettingsError::Unwritten(invalid) => {
            Mark { range: Span::default(), message: invalid.to_string(), is_error: true }
        }
    }
}

fn session_mark(text: &str, message: String) -> Mark {
    Mark { range: Units::of(text).rest_of_line(1, 1), message, is_error: true }
}
