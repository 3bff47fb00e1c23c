//! Plans the starts of an object's containers, like `hostprocess plan`.

use hostprocess_linter::plan::images::Images;
use hostprocess_linter::plan::nodes::Nodes;
use hostprocess_linter::plan::outline::{LEGEND, Outline, outline};
use hostprocess_linter::plan::{ContainerPlan, Planner};
use hostprocess_linter::{File, Linter, Settings};
use serde::Serialize;

use crate::Input;
use crate::cluster::no_cluster;
use crate::judged::{MANIFEST, MAX_SHOWN, creation};
use crate::units::{Span, Units};

/// The plans for an input; empty if the settings are not valid.
#[derive(Debug, Default, Serialize)]
pub struct Planned {
    /// The output of `hostprocess plan -o json`.
    plans: Vec<ContainerPlan>,
    /// The plans as text.
    outlines: Vec<PlacedOutline>,
    legend: &'static str,
}

#[derive(Debug, Serialize)]
struct PlacedOutline {
    #[serde(flatten)]
    outline: Outline,
    /// The line of the container.
    range: Span,
}

/// Plans the starts of the containers of an input. An unreadable object has a finding instead.
pub fn plan(input: &Input) -> Planned {
    let settings = Settings::parse("settings", &input.settings).unwrap_or_default();
    let tree = settings.tree();
    let Ok(linter) = Linter::new(&tree, no_cluster()) else { return Planned::default() };
    let nodes = Nodes::of(linter.settings(), &[], None);
    let processors = nodes.processors;
    let planner = Planner { nodes, images: Images::default(), creation: creation(input) };
    let file = File::parse(MANIFEST, input.manifest.clone());
    let objects = file.objects.iter().take(MAX_SHOWN).enumerate();
    let plans: Vec<ContainerPlan> =
        objects.flat_map(|(index, object)| planner.plan(index, object, &file.source).unwrap_or_default()).collect();
    let units = Units::of(&input.manifest);
    let placed = |plan: &ContainerPlan| {
        let range = units.rest_of_line(plan.line, 1);
        PlacedOutline { outline: outline(plan, processors), range }
    };
    Planned { outlines: plans.iter().map(placed).collect(), plans, legend: LEGEND }
}
