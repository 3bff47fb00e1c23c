//! The sections of an outline, each as lines of text.

use crate::plan::start::{LogonPlan, StartPlan};

/// Lists are wrapped to this many characters.
const WIDTH: usize = 100;

/// A part of a start.
pub(super) struct Section {
    pub(super) title: &'static str,
    /// The lines for a start on nodes with this many processors; empty if the start does not get this far.
    pub(super) lines: fn(&StartPlan, u32) -> Vec<String>,
}

/// All sections, most important first.
pub(super) const SECTIONS: [Section; 10] = [
    Section { title: "does not start", lines: error },
    Section { title: "account", lines: account },
    Section { title: "command line", lines: |start, _| start.command_line.iter().cloned().collect() },
    Section { title: "program", lines: program },
    Section { title: "working folder", lines: |start, _| start.working_dir.iter().cloned().collect() },
    Section { title: "image at", lines: |start, _| start.rootfs.iter().cloned().collect() },
    Section { title: "mounts", lines: mounts },
    Section { title: "environment", lines: |start, _| start.env.iter().map(|text| from_image(start, text)).collect() },
    Section { title: "limits", lines: limits },
    Section {
        title: "left on host",
        lines: |start, _| start.left_behind.iter().map(|text| from_image(start, text)).collect(),
    },
];

fn error(start: &StartPlan, _: u32) -> Vec<String> {
    let by = start.by.as_deref().unwrap_or_default();
    let error = start.error.iter().map(|words| format!("{by}: {words}"));
    let panic = start.panic.iter().map(|words| format!("{by} panics: {words}"));
    error.chain(panic).chain(start.field.iter().map(|field| format!("because of {field}"))).collect()
}

fn account(start: &StartPlan, _: u32) -> Vec<String> {
    let name = |domain: &str, user: &str| match domain {
        "" => user.to_owned(),
        domain => format!("{domain}\\{user}"),
    };
    let account = start.logon.as_ref().map(|logon| match logon {
        LogonPlan::Inherit => "LocalSystem, inherited from containerd".to_owned(),
        LogonPlan::Group { group, .. } => {
            format!(
                "a temporary user in the local group '{group}', named after the first 20 digits of the container's id"
            )
        }
        LogonPlan::Service { domain, user, .. } => format!("{}, logs on as a service", name(domain, user)),
        LogonPlan::Interactive { domain, user, .. } => {
            format!("{}, logs on interactively without a password", name(domain, user))
        }
    });
    account.into_iter().collect()
}

/// Replaces the folder of the image with `IMAGE`, so that more nodes agree.
fn from_image(start: &StartPlan, text: &str) -> String {
    match start.rootfs.as_deref() {
        Some(path) if path.len() > 3 => text.replace(path, if path.ends_with('\\') { r"IMAGE\" } else { "IMAGE" }),
        _ => text.to_owned(),
    }
}

/// The searched folders, of which the working folder is the first.
fn program(start: &StartPlan, _: u32) -> Vec<String> {
    let Some((name, folders)) = start.search.last() else { return Vec::new() };
    let working_dir = start.working_dir.as_deref().unwrap_or_default();
    let rest = folders.strip_prefix(working_dir).filter(|rest| rest.starts_with(';') && !working_dir.is_empty());
    let first = rest.map(|_| "the working folder");
    let rest = from_image(start, rest.unwrap_or(folders));
    let mut lines = vec![format!("{name}, the first found in:")];
    lines.extend(wrapped(first.into_iter().chain(rest.split(';').filter(|folder| !folder.is_empty()))));
    lines
}

/// Joins items into as few lines as possible.
fn wrapped<'i>(items: impl Iterator<Item = &'i str>) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for item in items {
        match lines.last_mut().filter(|line| line.len() + item.len() < WIDTH) {
            Some(line) => *line = format!("{line}; {item}"),
            None => lines.push(item.to_owned()),
        }
    }
    lines
}

/// Bindings, or links without the bind filter. Links are never read-only.
fn mounts(start: &StartPlan, _: u32) -> Vec<String> {
    let is_image = |source: &str| source.starts_with("IMAGE:");
    let bindings = start.bindings.iter().filter(|binding| !is_image(&binding.source));
    let lines: Vec<String> = bindings
        .map(|binding| {
            let access = if binding.read_only { ", read-only" } else { "" };
            format!("{} is {}{access}", binding.at, on_host(&binding.source))
        })
        .collect();
    if !lines.is_empty() || start.links.is_empty() || start.bind_filter {
        return lines;
    }
    let links = start.links.iter().filter(|link| link.error.is_none());
    let links = links
        .map(|link| format!("{} is {}, a link, never read-only", from_image(start, &link.at), on_host(&link.source)));
    links.collect()
}

/// A path with its drive letter.
fn on_host(source: &str) -> String {
    source.strip_prefix("VOLUME:").map_or_else(|| source.to_owned(), |path| ["C:", path].concat())
}

fn limits(start: &StartPlan, processors: u32) -> Vec<String> {
    let Some(limits) = &start.limits else { return Vec::new() };
    let memory = limits.memory.map(|bytes| format!("memory: {} MiB", bytes >> 20));
    let cpu = limits.cpu.as_ref().map(|cpu| match cpu.flags {
        5 => format!("processors: {}.{:02} % of {processors}", cpu.value / 100, cpu.value % 100),
        _ => format!("processors: weight {} of 9", cpu.value),
    });
    cpu.into_iter().chain(memory).collect()
}
