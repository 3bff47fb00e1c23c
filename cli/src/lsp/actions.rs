//! Code actions: fix a finding, waive it, or fix all.

use std::collections::HashMap;

use hostprocess_linter::report::Diagnostic as Finding;
use hostprocess_linter::{comment, fix as fix_text};
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

/// The actions for a range of a document that was checked. `is_versioned` says whether the editor takes edits of a version.
///
/// # Errors
/// The configuration or the settings are not valid.
pub fn actions(
    document: &Snapshot,
    checked: &Checked,
    params: &CodeActionParams,
    is_versioned: bool,
    setup: Result<Setup, String>,
) -> Result<Vec<CodeAction>, String> {
    let positions = Positions::new(&document.text, document.encoding);
    let workspace_edit = |edits| workspace_edit(document, edits, is_versioned);
    let only = params.context.only.as_deref();
    let mut actions = Vec::new();
    if only.is_none_or(|kinds| kinds.iter().any(|kind| includes(kind, CodeActionKind::QUICKFIX.as_str()))) {
        for (found, diagnostic) in checked.findings.iter().zip(&checked.diagnostics) {
            if share_a_line(&params.range, &diagnostic.range) {
                actions.extend(fix(found, diagnostic, &positions, workspace_edit));
                actions.extend(waive(found, diagnostic, &positions, workspace_edit));
            }
        }
    }
    if only.is_some_and(|kinds| kinds.iter().any(|kind| includes(kind, FIX_ALL))) {
        actions.extend(fix_all(document, &positions, &setup?)?.map(|edits| CodeAction {
            title: "Fix all findings with safe fixes".to_owned(),
            kind: Some(CodeActionKind::new(FIX_ALL)),
            edit: Some(workspace_edit(edits)),
            ..CodeAction::default()
        }));
    }
    Ok(actions)
}

/// Whether a kind that an editor asks for includes another one: itself, and those below it.
fn includes(asked: &CodeActionKind, kind: &str) -> bool {
    kind.strip_prefix(asked.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Whether ranges share a line: the cursor need not be on the field itself.
fn share_a_line(one: &Range, other: &Range) -> bool {
    one.start.line <= other.end.line && other.start.line <= one.end.line
}

fn fix(
    found: &Finding,
    diagnostic: &Diagnostic,
    positions: &Positions,
    workspace_edit: impl Fn(Vec<TextEdit>) -> WorkspaceEdit,
) -> Option<CodeAction> {
    let reach = found.fixable.filter(|_| !found.replacements.is_empty())?;
    let edits = found
        .replacements
        .iter()
        .map(|replacement| TextEdit { range: positions.range(&replacement.range), new_text: replacement.text.clone() });
    let is_safe = reach <= Reach::Command;
    let warning = if is_safe { "" } else { " (unsafe: drops a guarantee or affects other objects)" };
    Some(CodeAction {
        title: format!("Fix {}: {}{warning}", found.rule, escaped(&found.fix)),
        kind: Some(CodeActionKind::QUICKFIX),
        diagnostics: Some(vec![diagnostic.clone()]),
        edit: Some(workspace_edit(edits.collect())),
        is_preferred: is_safe.then_some(true),
        ..CodeAction::default()
    })
}

fn waive(
    found: &Finding,
    diagnostic: &Diagnostic,
    positions: &Positions,
    workspace_edit: impl Fn(Vec<TextEdit>) -> WorkspaceEdit,
) -> Option<CodeAction> {
    let (at, new_text) = comment::insertion(positions.source(), found)?;
    Some(CodeAction {
        title: format!("Waive {} with a comment (add the reason)", found.rule),
        kind: Some(CodeActionKind::QUICKFIX),
        diagnostics: Some(vec![diagnostic.clone()]),
        edit: Some(workspace_edit(vec![TextEdit { range: positions.range(&(at..at)), new_text }])),
        ..CodeAction::default()
    })
}

/// The edits of all safe fixes, as `hostprocess fix` makes them; `None` when there is nothing to fix.
fn fix_all(document: &Snapshot, positions: &Positions, setup: &Setup) -> Result<Option<Vec<TextEdit>>, String> {
    let settings = setup.settings.as_ref().map_err(String::clone)?;
    let tree = settings.tree();
    let linter = setup.linter(settings, &tree).map_err(|error| error.to_string())?;
    let mut waivers = setup.configuration.waivers().map_err(|error| error.to_string())?;
    let name = document.name();
    let text = positions.source().text();
    let fixed = fix_text(&linter, &name, text, Reach::Command, &mut |objects| waivers.waive(&name, objects));
    Ok((fixed.count > 0).then(|| positions.edits(&fixed.text)))
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
