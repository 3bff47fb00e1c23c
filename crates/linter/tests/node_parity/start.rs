//! The comparison of one start.

use std::collections::BTreeSet;

use hostprocess_linter::plan::start::VALUE_FROM;
use serde_json::Value;

use super::Tally;
use super::facts::Facts;

/// Members that are compared as they are.
const MEMBERS: [&str; 10] =
    ["panic", "error", "by", "logon", "limits", "working_dir", "command_line", "rootfs", "bindings", "links"];

/// Folders that the machine had or had not, whatever the Pod: earlier ones had left them, or never made them where they belong,
/// because its current drive was another one. Windows reads the last one as `C:\pipe`.
const OF_THE_MACHINE: [&str; 3] = ["/app", "/hpc/bin", r"C:\\.\pipe\"];

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

/// The variables. A value that only the node knows is taken from the record.
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

/// The folders. Whether the source of a host path was there before is a fact of the machine: one that was made must be that of a
/// mount, in their order, and is left out.
fn made(folders: &Value, facts: &Facts) -> Value {
    let mut sources = facts.sources.iter();
    let mut is_source = |path: &str| {
        let found = sources.clone().position(|source| source == path);
        found.is_some_and(|at| sources.nth(at).is_some())
    };
    let folders = folders.as_array().into_iter().flatten().filter_map(Value::as_str);
    super::list(folders.filter(|path| !is_source(path) && !OF_THE_MACHINE.contains(path)).map(Value::from).collect())
}
