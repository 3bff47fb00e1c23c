//! Plans, for people: each part of a start once, with the nodes on which it is so where they differ.

mod sections;

use std::fmt::Write;

use anstyle::{Effects, Style};
use hostprocess_linter::plan::start::StartPlan;
use hostprocess_linter::plan::{ContainerPlan, FilePlan};
use hostprocess_linter::report::{Diagnostic, ObjectReport};
use windows_hostprocess_policy::wording::escaped;

use crate::output::plan::sections::{SECTIONS, Section};

/// The width of the titles with the space after them.
const INDENT: usize = 17;

/// The plans of all files, each object with its findings.
pub fn render(files: &[FilePlan], processors: u32, is_styled: bool) -> String {
    let bold = if is_styled { Style::new().effects(Effects::BOLD) } else { Style::new() };
    let mut text = String::new();
    for file in files {
        for containers in file.containers.chunk_by(|one, next| one.object == next.object) {
            for plan in containers {
                let title = escaped(&title(plan)).to_string();
                // Writing to a string cannot fail.
                let _ = writeln!(text, "{bold}{title}{bold:#}");
                text += &container(plan, processors);
                text += "\n";
            }
            let report = containers.first().and_then(|plan| file.report.objects.get(plan.object));
            text += &report.map(findings).unwrap_or_default();
        }
    }
    if text.is_empty() { text } else { text + LEGEND }
}

const LEGEND: &str = "ID is the id of the container, UID that of the pod, IMAGE the folder of the image. Folders that are not there by default, and drives other than C:, are \
    taken to be missing, programs to be found, and accounts to be able to log on.\n";

/// A line for each object that the rules could not read.
pub fn unreadable(files: &[FilePlan]) -> String {
    let mut text = String::new();
    for object in files.iter().flat_map(|file| &file.report.objects).filter(|object| object.is_unreadable()) {
        for found in &object.findings {
            let (line, column) = (found.place.line, found.place.column);
            let message = format!("{}:{line}:{column}: {}: {}", object.file, object.title(), found.summary());
            let _ = writeln!(text, "error: {}", escaped(&message));
        }
    }
    text
}

fn title(plan: &ContainerPlan) -> String {
    let namespace = plan.namespace.as_ref().map(|namespace| format!("{namespace}/")).unwrap_or_default();
    let name = plan.name.as_deref().unwrap_or("(no name)");
    let list = match plan.list {
        "initContainers" => "init container",
        "ephemeralContainers" => "ephemeral container",
        _ => "container",
    };
    format!("{}:{}: {} {namespace}{name}, {list} {}", plan.file, plan.line, plan.kind, plan.container)
}

fn container(plan: &ContainerPlan, processors: u32) -> String {
    let mut text = String::new();
    let known = if plan.is_image_known { "" } else { ", whose configuration is not known (--image-config)" };
    push(&mut text, "image", &[format!("{}{known}", plan.image.as_deref().unwrap_or("none"))]);
    push(&mut text, "kubelet", &kubelet(plan));
    if !plan.pod.rejected.is_empty() {
        return text;
    }
    for Section { title, lines } in SECTIONS {
        push(&mut text, title, &by_nodes(&plan.starts, |start| lines(start, processors)));
    }
    text
}

/// Why it does not come to a start.
fn kubelet(plan: &ContainerPlan) -> Vec<String> {
    let rejected = plan.pod.rejected.iter().map(|words| format!("rejects the pod: {words}"));
    let volumes = plan.pod.volume_error.iter();
    let volumes = volumes.map(|(volume, words)| format!("cannot set up the volume '{volume}': {words}"));
    let sandbox = plan.pod.sandbox_error.iter().map(|words| format!("cannot make the pod's sandbox: {words}"));
    let container = plan.kubelet_error.iter().map(|words| format!("does not make the container: {words}"));
    rejected.chain(volumes).chain(sandbox).chain(container).collect()
}

/// Lines with a title before the first; nothing where there are none.
fn push(text: &mut String, title: &str, lines: &[String]) {
    let mut title = title;
    for line in lines {
        let _ = writeln!(text, "  {title:width$}{}", escaped(line), width = INDENT - 2);
        title = "";
    }
}

/// The lines of each kind of node; those that agree are shown once, below the names of the nodes unless all agree.
fn by_nodes(starts: &[StartPlan], lines: impl Fn(&StartPlan) -> Vec<String>) -> Vec<String> {
    let mut groups: Vec<(Vec<&StartPlan>, Vec<String>)> = Vec::new();
    for start in starts {
        let lines = lines(start);
        match groups.iter_mut().find(|(_, others)| *others == lines) {
            Some((nodes, _)) => nodes.push(start),
            None => groups.push((vec![start], lines)),
        }
    }
    if let [(_, lines)] = &mut groups[..] {
        return std::mem::take(lines);
    }
    let mut all = Vec::new();
    for (nodes, lines) in groups.into_iter().filter(|(_, lines)| !lines.is_empty()) {
        all.push(format!("[{}]", names(&nodes, starts)));
        all.extend(lines);
    }
    all
}

/// The names of nodes among those that are planned for: `1.6; 1.7, 1.7.19 without bind filter`.
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

/// The findings of an object that count, at their lines.
fn findings(object: &ObjectReport) -> String {
    let counting = object.findings.iter().filter(|found| found.waived.is_none());
    let line = |found: &Diagnostic| {
        let fix = if found.fix.is_empty() { String::new() } else { format!("; {}", found.fix) };
        let place = format!("{}:{}:{}", object.file, found.place.line, found.place.column);
        format!("{place}: {}: {}{fix} [{}]", found.severity.name(), found.summary(), found.rule)
    };
    let lines: String = counting.map(|found| format!("{}\n", escaped(&line(found)))).collect();
    if lines.is_empty() { lines } else { lines + "\n" }
}
