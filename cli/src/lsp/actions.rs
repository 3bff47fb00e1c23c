//! Code actions: fix a finding, waive it, or fix all.

use std::collections::{BTreeSet, HashMap};

use hostprocess_linter::comment::Insertions;
use hostprocess_linter::fix as fix_text;
use hostprocess_linter::report::{Diagnostic as Finding, ObjectReport};
use lsp_types::{
    CodeAction, CodeActionKind, CodeActionParams, Diagnostic, DocumentChanges, OneOf,
    OptionalVersionedTextDocumentIdentifier, Range, TextDocumentEdit, TextEdit, WorkspaceEdit,
};
use windows_hostprocess_policy::finding::patch::Reach;
use windows_hostprocess_policy::wording::escaped;

use crate::lsp::check::Checked;
use crate::lsp::document::Snapshot;
use crate::lsp::position::Positions;
use crate::lsp::setup::Setup;

/// The kind of the action that applies all safe fixes of a document.
pub const FIX_ALL: &str = "source.fixAll.hostprocess";

/// How many findings a request gets actions for. Editors ask whenever the selection changes, and each waiver is tried on the text.
const MAX_FINDINGS: usize = 10;

/// The actions for a range of a document that was checked. `is_versioned` says whether the editor takes edits of a version.
pub fn actions(
    document: &Snapshot,
    checked: &Checked,
    params: &CodeActionParams,
    is_versioned: bool,
    setup: Result<Setup, String>,
) -> Vec<CodeAction> {
    let only = params.context.only.as_deref();
    let is_asked = |kind: &str| only.is_some_and(|kinds| kinds.iter().any(|asked| includes(asked, kind)));
    let positions = Positions::new(&document.text, document.encoding);
    let workspace_edit = |edits| workspace_edit(document, edits, is_versioned);
    let mut actions = Vec::new();
    if only.is_none() || is_asked(CodeActionKind::QUICKFIX.as_str()) {
        actions = quick_fixes(checked, &params.range, &positions, workspace_edit);
    }
    if checked.has_manifests && is_asked(FIX_ALL) {
        let edits = setup.ok().and_then(|setup| fix_all(document, &positions, &setup));
        actions.extend(edits.map(|edits| CodeAction {
            title: "Fix all findings with safe fixes".to_owned(),
            kind: Some(CodeActionKind::new(FIX_ALL)),
            edit: Some(workspace_edit(edits)),
            ..CodeAction::default()
        }));
    }
    actions
}

/// Whether a kind that an editor asks for includes another one: itself, and those below it.
fn includes(asked: &CodeActionKind, kind: &str) -> bool {
    kind.strip_prefix(asked.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn quick_fixes(
    checked: &Checked,
    range: &Range,
    positions: &Positions,
    workspace_edit: impl Fn(Vec<TextEdit>) -> WorkspaceEdit,
) -> Vec<CodeAction> {
    // The cursor need not be on the field itself, but on a line with many findings that is likely.
    let share_a_line = |found: &Range| found.start.line <= range.end.line && range.start.line <= found.end.line;
    let is_elsewhere = |found: &Range| found.start > range.end || found.end < range.start;
    let all = checked.findings.iter().zip(&checked.diagnostics);
    let mut found: Vec<(&Finding, &Diagnostic)> = all.filter(|(_, shown)| share_a_line(&shown.range)).collect();
    found.sort_by_key(|(_, shown)| is_elsewhere(&shown.range));
    found.truncate(MAX_FINDINGS);
    let insertions = if found.is_empty() { None } else { Insertions::into(positions.source()) };
    let mut waived = BTreeSet::new();
    let mut actions = Vec::new();
    for (found, diagnostic) in found {
        let action = |title, edits, is_preferred: bool| CodeAction {
            title,
            kind: Some(CodeActionKind::QUICKFIX),
            diagnostics: Some(vec![diagnostic.clone()]),
            edit: Some(workspace_edit(edits)),
            is_preferred: is_preferred.then_some(true),
            ..CodeAction::default()
        };
        actions.extend(fix(found, positions).map(|(title, edits, is_safe)| action(title, edits, is_safe)));
        // One comment waives all findings of a rule in the line below it.
        if waived.insert((found.place.line, &found.rule)) {
            let waiver = insertions.as_ref().and_then(|insertions| insertions.waiver(found));
            actions.extend(waiver.map(|(at, new_text)| {
                let edit = TextEdit { range: positions.range(&(at..at)), new_text };
                action(format!("Waive {} with a comment (add the reason)", found.rule), vec![edit], false)
            }));
        }
    }
    actions
}

/// The title and the edits of a fix, and whether it is safe.
fn fix(found: &Finding, positions: &Positions) -> Option<(String, Vec<TextEdit>, bool)> {
    let reach = found.fixable.filter(|_| !found.replacements.is_empty())?;
    let edits = found
        .replacements
        .iter()
        .map(|replacement| TextEdit { range: positions.range(&replacement.range), new_text: replacement.text.clone() });
    let is_safe = reach <= Reach::Command;
    let warning = if is_safe { "" } else { " (unsafe: drops a guarantee or affects other objects)" };
    Some((format!("Fix {}: {}{warning}", found.rule, escaped(&found.fix)), edits.collect(), is_safe))
}

/// The edits of all safe fixes, as `hostprocess fix` makes them; `None` when there is nothing to fix.
fn fix_all(document: &Snapshot, positions: &Positions, setup: &Setup) -> Option<Vec<TextEdit>> {
    let mut waivers = setup.configuration.waivers().ok()?;
    let name = document.name();
    let text = positions.source().text();
    let mut waive = |objects: &mut [ObjectReport]| waivers.waive(&name, objects);
    let fixed = setup.with_linter(|linter| fix_text(linter, &name, text, Reach::Command, &mut waive)).ok()?;
    (fixed.count > 0).then(|| positions.edits(&fixed.text))
}

fn workspace_edit(document: &Snapshot, edits: Vec<TextEdit>, is_versioned: bool) -> WorkspaceEdit {
    let (uri, version) = (document.uri.clone(), Some(document.version));
    if !is_versioned {
        return WorkspaceEdit { changes: Some(HashMap::from([(uri, edits)])), ..WorkspaceEdit::default() };
    }
    let text_document = OptionalVersionedTextDocumentIdentifier { uri, version };
    let edits = edits.into_iter().map(OneOf::Left).collect();
    let changes = DocumentChanges::Edits(vec![TextDocumentEdit { text_document, edits }]);
    WorkspaceEdit { document_changes: Some(changes), ..WorkspaceEdit::default() }
}
