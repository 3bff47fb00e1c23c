//! Compares one start.

use std::collections::BTreeSet;

use hostprocess_linter::plan::start::VALUE_FROM;
use serde_json::Value;

use super::Tally;
use super::facts::Facts;

/// Members that are compared without adjustment.
const MEMBERS: [&str; 10] =
    ["panic", "error", "by", "logon", "limits", "working_dir", "command_line", "rootfs", "bindings", "links"];

/// Folders whose existence depended on the machine instead of the Pod: earlier Pods had left them, or had created them
/// on another current drive. Windows reads the last one as `C:\pipe`.
const MACHINE_FOLDERS: [&str; 3] = ["/app", "/hpc/bin", r"C:\\.\pipe\"];

/// Compares a recorded start with the planned one.
pub fn compare(place: &str, facts: &Facts, (recorded, planned): (&Value, &Value), tally: &mut Tally) {
    if facts.is_unknowable {
        tally.left_out += 1;
        return;
    }
    tally.starts += 1;
    for member in MEMBERS {
        tally.compare(place, member, recorded[member].clone(), planned[member].clone());
    }
    if !facts.is_random {
        tally.compare(place, "search", recorded["search"].clone(), planned["search"].clone());
        tally.compare(place, "env", recorded["env"].clone(), env(&planned["env"], &recorded["env"]));
    }
    tally.compare(place, "made", made(&recorded["made"], facts), made(&planned["made"], facts));
}

/// The variables. Values that only the node knows are taken from the recording.
fn env(planned: &Value, recorded: &Value) -> Value {
    let Some(planned) = planned.as_array() else { return planned.clone() };
    let texts = |list: &Value| -> Vec<String> {
        list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let recorded = texts(recorded);
    let known = |text: String| match text.strip_suffix(VALUE_FROM) {
        Some(start) => recorded.iter().find(|text| text.starts_with(start)).cloned().unwrap_or(text),
        None => text,
    };
    texts(&Value::from(planned.clone())).into_iter().map(known).collect::<BTreeSet<_>>().into_iter().collect()
}

/// The created folders without sources of host paths, whose prior existence depended on the machine. Created sources
/// must be those of mounts, in order.
fn made(folders: &Value, facts: &Facts) -> Value {
    let mut sources = facts.sources.iter();
    let mut is_source = |path: &str| {
        let found = sources.clone().position(|source| source == path);
        found.is_some_and(|at| sources.nth(at).is_some())
    };
    let folders = folders.as_array().into_iter().flatten().filter_map(Value::as_str);
    super::list(folders.filter(|path| !is_source(path) && !MACHINE_FOLDERS.contains(path)).map(Value::from).collect())
}
