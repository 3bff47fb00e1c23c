//! A plan in readable form: each part of a start once, with the names of the nodes where they differ.

use serde::Serialize;

use crate::plan::ContainerPlan;
use crate::plan::sections::{SECTIONS, Section};
use crate::plan::start::StartPlan;

/// The conventions of all outlines.
pub const LEGEND: &str = "ID is the id of the container, UID the uid of the pod, IMAGE the folder of the image. Assumptions: folders that do not exist by default and drives other than C: \
    are missing, programs are found, and accounts can log on.";

/// A plan as text.
#[derive(Debug, Serialize)]
pub struct Outline {
    /// `DaemonSet kube-system/agent, init container setup`.
    pub title: String,
    /// Its parts, most important first.
    pub parts: Vec<Part>,
}

/// A part of a plan, such as the account.
#[derive(Debug, Serialize)]
pub struct Part {
    /// Its title, in lower case.
    pub title: &'static str,
    /// One group if all nodes agree; never empty.
    pub groups: Vec<Group>,
}

/// Nodes for which a part is the same.
#[derive(Debug, Serialize)]
pub struct Group {
    /// Their names: `containerd 1.7.19 with bind filter`; `None` if all nodes agree.
    pub nodes: Option<String>,
    /// The part on these nodes.
    pub lines: Vec<String>,
}

impl Group {
    fn for_all_nodes(lines: Vec<String>) -> Vec<Group> {
        if lines.is_empty() { Vec::new() } else { vec![Group { nodes: None, lines }] }
    }
}

/// The outline of a plan for nodes with this many processors.
pub fn outline(plan: &ContainerPlan, processors: u32) -> Outline {
    let mut parts = vec![
        Part { title: "image", groups: Group::for_all_nodes(vec![image(plan)]) },
        Part { title: "kubelet", groups: Group::for_all_nodes(kubelet(plan)) },
    ];
    if plan.pod.rejected.is_empty() {
        let part = |Section { title, lines }| {
            let groups = by_nodes(&plan.starts, |start| lines(start, processors));
            Part { title, groups }
        };
        parts.extend(SECTIONS.map(part));
    }
    parts.retain(|part| !part.groups.is_empty());
    Outline { title: title(plan), parts }
}

fn title(plan: &ContainerPlan) -> String {
    let namespace = plan.namespace.as_ref().map(|namespace| format!("{namespace}/")).unwrap_or_default();
    let name = plan.name.as_deref().unwrap_or("(no name)");
    let list = match plan.list {
        "initContainers" => "init container",
        "ephemeralContainers" => "ephemeral container",
        _ => "container",
    };
    format!("{} {namespace}{name}, {list} {}", plan.kind, plan.container)
}

fn image(plan: &ContainerPlan) -> String {
    let known = if plan.is_image_known { "" } else { ", configuration unknown" };
    format!("{}{known}", plan.image.as_deref().unwrap_or("none"))
}

/// The errors before a start.
fn kubelet(plan: &ContainerPlan) -> Vec<String> {
    let rejected = plan.pod.rejected.iter().map(|words| format!("rejects the pod: {words}"));
    let volumes = plan.pod.volume_error.iter();
    let volumes = volumes.map(|(volume, words)| format!("cannot set up the volume '{volume}': {words}"));
    let sandbox = plan.pod.sandbox_error.iter().map(|words| format!("cannot create the pod's sandbox: {words}"));
    let container = plan.kubelet_error.iter().map(|words| format!("does not create the container: {words}"));
    rejected.chain(volumes).chain(sandbox).chain(container).collect()
}

/// The lines for each kind of node, with identical ones grouped.
fn by_nodes(starts: &[StartPlan], lines: impl Fn(&StartPlan) -> Vec<String>) -> Vec<Group> {
    let mut groups: Vec<(Vec<&StartPlan>, Vec<String>)> = Vec::new();
    for start in starts {
        let lines = lines(start);
        match groups.iter_mut().find(|(_, others)| *others == lines) {
            Some((nodes, _)) => nodes.push(start),
            None => groups.push((vec![start], lines)),
        }
    }
    if groups.len() == 1 {
        return groups.into_iter().flat_map(|(_, lines)| Group::for_all_nodes(lines)).collect();
    }
    let shown = groups.into_iter().filter(|(_, lines)| !lines.is_empty());
    shown.map(|(nodes, lines)| Group { nodes: Some(names(&nodes, starts)), lines }).collect()
}

/// The names of nodes, abbreviated where all nodes of a version are meant: `1.6; 1.7, 1.7.19 without bind filter`.
fn names(nodes: &[&StartPlan], all: &[StartPlan]) -> String {
    let count = |version: &str| all.iter().filter(|start| start.containerd == version).count();
    let is_whole = |version: &str| nodes.iter().filter(|node| node.containerd == version).count() == count(version);
    let mut whole: Vec<&str> = nodes.iter().map(|node| node.containerd).filter(|version| is_whole(version)).collect();
    whole.dedup();
    let mut names = if whole.is_empty() { Vec::new() } else { vec![whole.join(", ")] };
    for (has, words) in [(false, "without bind filter"), (true, "with bind filter")] {
        let parts = nodes.iter().filter(|node| node.bind_filter == has && !is_whole(node.containerd));
        let versions: Vec<&str> = parts.map(|node| node.containerd).collect();
        if !versions.is_empty() {
            names.push(format!("{} {words}", versions.join(", ")));
        }
    }
    format!("containerd {}", names.join("; "))
}
