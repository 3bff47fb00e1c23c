//! Hovers: the pages of the rules with findings at a position, and the plan of the HostProcess container there.

use hostprocess_linter::plan::nodes::Nodes;
use hostprocess_linter::plan::outline::{LEGEND, outline};
use hostprocess_linter::{Creation, Linter, Planner, catalogue};
use lsp_types::{Hover, HoverContents, MarkupContent, MarkupKind, Position, Range};
use windows_hostprocess_policy::wording::escaped;

use crate::lsp::check::{Checked, file};
use crate::lsp::document::Snapshot;
use crate::lsp::position::Positions;
use crate::lsp::setup::Setup;
use crate::output::markdown;
use crate::output::plan::parts;

/// Between the parts of a hover.
const RULE: &str = "\n\n---\n\n";

/// The hover at a position of a document that was checked; `None` where there is nothing to show.
pub fn hover(
    document: &Snapshot,
    checked: &Checked,
    at: Position,
    takes_markdown: bool,
    setup: Result<Setup, String>,
) -> Option<Hover> {
    let (mut shown, mut range) = pages(checked, at);
    let planned =
        setup.and_then(|setup| setup.with_linter(|linter| plan(document, at, linter, setup.creation.clone())));
    if let Ok(Some((plan, container))) = planned {
        shown.push(plan);
        range = range.or(Some(container));
    }
    if shown.is_empty() {
        return None;
    }
    let text = shown.join(RULE);
    let contents = match takes_markdown {
        true => MarkupContent { kind: MarkupKind::Markdown, value: text },
        false => MarkupContent { kind: MarkupKind::PlainText, value: markdown::render(&text, false) },
    };
    Some(Hover { contents: HoverContents::Markup(contents), range })
}

/// The pages of the rules with findings at a position, and the range of the first finding.
fn pages(checked: &Checked, at: Position) -> (Vec<String>, Option<Range>) {
    let is_there = |range: &Range| range.start <= at && at <= range.end;
    let here = checked.findings.iter().zip(&checked.diagnostics).filter(|(_, diagnostic)| is_there(&diagnostic.range));
    let mut rules: Vec<&str> = Vec::new();
    let mut first = None;
    for (found, diagnostic) in here {
        first = first.or(Some(diagnostic.range));
        if !rules.contains(&&*found.rule) {
            rules.push(&found.rule);
        }
    }
    let pages = rules.iter().filter_map(|id| catalogue::page(id).ok());
    (pages.map(|page| format!("### [{}]({})\n\n{}", page.id, page.url, page.text.trim_end())).collect(), first)
}

/// The plan of the container at a position, and its range.
fn plan(document: &Snapshot, at: Position, linter: &Linter, creation: Creation) -> Option<(String, Range)> {
    let positions = Positions::new(&document.text, document.encoding);
    let byte = positions.byte(at);
    let nodes = Nodes::of(linter.settings(), &[], None);
    let processors = nodes.processors;
    let planner = Planner { nodes, creation, ..Planner::default() };
    let file = file(document, &positions);
    let objects = file.objects.iter().enumerate().filter(|(_, object)| object.node.value.contains(&byte));
    let mut plans = objects.flat_map(|(index, object)| planner.plan(index, object, &file.source).unwrap_or_default());
    let plan = plans.find(|plan| plan.range.contains(&byte))?;
    let outline = outline(&plan, processors);
    let text = format!("{}\n{}", escaped(&outline.title), parts(&outline));
    // Values of the manifest may hold backticks.
    let longest = text.split(|letter| letter != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    let range = positions.range(&positions.source().place(plan.range.clone()).range);
    Some((format!("{fence}text\n{text}{fence}\n\n{LEGEND}"), range))
}
