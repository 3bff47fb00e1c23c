//! Hovers: the pages of the rules with findings at a position, else the plan of the HostProcess container there.

use hostprocess_linter::plan::ContainerPlan;
use hostprocess_linter::plan::nodes::Nodes;
use hostprocess_linter::plan::outline::{LEGEND, outline};
use hostprocess_linter::{Planner, catalogue};
use lsp_types::{Hover, HoverContents, MarkupContent, MarkupKind, Position, Range};

use crate::lsp::check::{Checked, file};
use crate::lsp::document::Snapshot;
use crate::lsp::position::Positions;
use crate::lsp::setup::Setup;
use crate::output::plan::parts;

/// The hover at a position of a document that was checked; `None` where there is nothing to show.
pub fn hover(document: &Snapshot, checked: &Checked, at: Position, setup: Result<Setup, String>) -> Option<Hover> {
    pages(checked, at).or_else(|| plan(document, at, &setup.ok()?))
}

fn pages(checked: &Checked, at: Position) -> Option<Hover> {
    let is_there = |range: &Range| range.start <= at && at <= range.end;
    let here = checked.findings.iter().zip(&checked.diagnostics).filter(|(_, diagnostic)| is_there(&diagnostic.range));
    let mut rules: Vec<&str> = Vec::new();
    let mut range = None;
    for (found, diagnostic) in here {
        range = range.or(Some(diagnostic.range));
        if !rules.contains(&&*found.rule) {
            rules.push(&found.rule);
        }
    }
    let pages = rules.iter().filter_map(|id| catalogue::page(id).ok());
    let pages: Vec<String> =
        pages.map(|page| format!("### [{}]({})\n\n{}", page.id, page.url, page.text.trim_end())).collect();
    (!pages.is_empty()).then(|| shown(pages.join("\n\n---\n\n"), range))
}

fn plan(document: &Snapshot, at: Position, setup: &Setup) -> Option<Hover> {
    let settings = setup.settings.as_ref().ok()?;
    let tree = settings.tree();
    let linter = setup.linter(settings, &tree).ok()?;
    let positions = Positions::new(&document.text, document.encoding);
    let byte = positions.byte(at);
    let nodes = Nodes::of(linter.settings(), &[], None);
    let processors = nodes.processors;
    let planner = Planner { nodes, creation: setup.creation.clone(), ..Planner::default() };
    let file = file(document, &positions);
    let objects = file.objects.iter().enumerate().filter(|(_, object)| object.node.value.contains(&byte));
    let mut plans = objects.flat_map(|(index, object)| planner.plan(index, object, &file.source).unwrap_or_default());
    let plan: ContainerPlan = plans.find(|plan| plan.range.contains(&byte))?;
    let outline = outline(&plan, processors);
    let text = parts(&outline);
    // Values of the manifest may hold backticks.
    let longest = text.split(|letter| letter != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    let range = positions.range(&positions.source().place(plan.range.clone()).range);
    Some(shown(format!("{}\n\n{fence}text\n{text}{fence}\n\n{LEGEND}", outline.title), Some(range)))
}

fn shown(value: String, range: Option<Range>) -> Hover {
    Hover { contents: HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value }), range }
}
