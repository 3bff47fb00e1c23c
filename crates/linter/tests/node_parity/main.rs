//! Compares the planned start of every container with the recorded one, member by member.
//! `tests/parity/node/README.md` describes the recordings and their limits.

use std::collections::BTreeMap;

use fixtures::parity::lines;
use hostprocess_linter::document::Document;
use hostprocess_linter::plan::images::Images;
use hostprocess_linter::plan::nodes::Nodes;
use hostprocess_linter::{File, Planner};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use windows_hostprocess_policy::node::Node;
use windows_hostprocess_policy::node::era::{Containerd, Era};

mod facts;
mod start;

use facts::Facts;

#[derive(Deserialize)]
struct Record {
    id: String,
    object: Box<RawValue>,
    images: BTreeMap<String, Box<RawValue>>,
    groups: Vec<String>,
    #[serde(default)]
    rejected: Vec<String>,
    #[serde(default)]
    volume_error: Value,
    sandbox_error: Option<String>,
    containers: Vec<RecordedContainer>,
}

#[derive(Deserialize)]
struct RecordedContainer {
    name: String,
    list: String,
    kubelet_error: Option<String>,
    starts: Vec<Box<RawValue>>,
}

/// Properties of the machine that ran the Pods of a file, which are not in the recording.
struct Machine {
    folders: Vec<&'static str>,
    /// Local groups in addition to the recorded ones.
    groups: &'static [&'static str],
}

impl Machine {
    fn with(folders: &[&'static str], groups: &'static [&'static str]) -> Machine {
        Machine { folders: Node::FOLDERS.iter().chain(folders).copied().collect(), groups }
    }

    fn generated() -> Machine {
        Machine::with(&[r"C:\k"], &[])
    }

    /// The machine of the handwritten Pods. The recording lacks its local groups, and earlier Pods had left folders
    /// there.
    fn by_hand() -> Machine {
        const GROUPS: &[&str] = &["Administrators", "Backup Operators", "Hyper-V Administrators", "hpc-operators"];
        let folders = [
            r"C:\etc",
            r"C:\k",
            r"C:\var\run\secrets\kubernetes.io",
            r"C:\windows\ID\dev",
            r"C:\windows\ID\var\run\secrets\kubernetes.io",
            r"C:\windows\system32\drivers",
        ];
        Machine::with(&folders, GROUPS)
    }
}

/// The eras of the recorded nodes. 1.6.0 is older than the model's oldest era.
const NODES: [(&str, Containerd); 3] =
    [("1.6.39", Containerd::V1_6), ("1.7.0", Containerd::V1_7), ("1.7.34", Containerd::V1_7_19)];

fn eras(recorded: &Value) -> Vec<Era> {
    let nodes = recorded["nodes"].as_array().expect("nodes");
    let bind_filter = recorded["bind_filter"].as_bool().expect("a boolean");
    let has = |name: &str| nodes.iter().any(|node| node == name);
    NODES
        .iter()
        .filter(|(name, _)| has(name))
        .map(|(_, containerd)| Era { containerd: *containerd, bind_filter })
        .collect()
}

/// Whether containerd passed on the annotations of a Pod. The other Pods in the recording ran with its defaults.
fn passes_annotations(id: &str) -> bool {
    id.starts_with("iso-") && !id.ends_with("-default")
}

/// Fields in which the recording depends on more than the Pod, with the reason.
const EXCEPTIONS: [(&str, &str, &str); 7] = [
    ("12-702", "volume_error", "an earlier Pod had left a folder where a file is to be made"),
    ("vol-block", "kubelet_error", "no block volume was set up for the Pod"),
    ("x-hp-type-file-c", "volume_error", "a file of Windows; the model knows no files"),
    ("env-ref", "command_line", "the address of a Service, which only the cluster knows"),
    ("id-container-0", "made", "the first Pod of the file, which left the folder of the token to the others"),
    ("x-plant-hpc", "made", "the first Pod on another machine, likewise"),
    ("var-cmd-7", "made", "the Pod before it had left its working directory, which differs in case only"),
];

/// The id of a container that the recording does not abbreviate, because it is in the middle of a word.
const WHOLE_ID: &str = "9ff2fa26706fb9bf8d47e6e0da4108751a980d546ff08d964f1d89741b7a4cd4";

#[derive(Default)]
struct Tally {
    starts: usize,
    left_out: usize,
    fields: BTreeMap<&'static str, usize>,
    differences: Vec<String>,
}

impl Tally {
    fn compare(&mut self, place: &str, field: &'static str, mut recorded: Value, mut model: Value) {
        if EXCEPTIONS.iter().any(|(id, name, _)| place.split(' ').next() == Some(id) && *name == field) {
            return;
        }
        *self.fields.entry(field).or_default() += 1;
        if ["bindings", "links", "error"].contains(&field) {
            ignore_case(&mut recorded);
            ignore_case(&mut model);
        }
        if recorded != model {
            self.differences.push(format!("{place}: {field}\n  recorded {recorded}\n  model    {model}"));
        }
    }
}

/// Normalises case. The sources of mounts have the case in which their folders were created, possibly by an earlier
/// Pod.
fn ignore_case(value: &mut Value) {
    match value {
        Value::String(text) => *text = text.to_lowercase(),
        Value::Array(values) => values.iter_mut().for_each(ignore_case),
        Value::Object(members) => members.values_mut().for_each(ignore_case),
        _ => {}
    }
}

#[test]
fn planned_starts_match_the_recorded_starts() {
    let mut tally = Tally::default();
    for (file, machine) in
        [("node/starts.jsonl.gz", Machine::generated()), ("node/edge-cases.jsonl.gz", Machine::by_hand())]
    {
        for record in lines::<Record>(file) {
            Measured::of(&record, &machine).compare(&mut tally);
        }
    }
    let fields: usize = tally.fields.values().sum();
    println!("{} starts, {fields} fields: {:?}; {} left out", tally.starts, tally.fields, tally.left_out);
    let shown: Vec<&str> = tally.differences.iter().take(20).map(String::as_str).collect();
    assert_eq!((tally.starts, tally.left_out), (14_635, 40), "every comparable start is compared");
    assert!(tally.differences.is_empty(), "{} differences\n{}", tally.differences.len(), shown.join("\n"));
}

/// A recorded Pod and the inputs for its plan.
struct Measured<'r> {
    record: &'r Record,
    machine: &'r Machine,
    file: File,
    images: Images,
    groups: Vec<&'r str>,
}

impl<'r> Measured<'r> {
    fn of(record: &'r Record, machine: &'r Machine) -> Measured<'r> {
        let mut images = Images::default();
        for (image, config) in &record.images {
            let document = Document::parse(image, &format!("{{\"config\": {config}}}")).expect("JSON");
            images.add(Some(image), &document).expect("a configuration");
        }
        let groups = record.groups.iter().map(String::as_str).chain(machine.groups.iter().copied()).collect();
        let file = File::parse(&record.id, record.object.get().to_owned());
        Measured { record, machine, file, images, groups }
    }

    /// The plans for the containers on these nodes, in the output format of the command.
    fn plans(&self, eras: Vec<Era>, missing_programs: &[&str]) -> Vec<Value> {
        let nodes = Nodes {
            eras,
            groups: self.groups.clone(),
            folders: &self.machine.folders,
            passes_annotations: passes_annotations(&self.record.id),
            missing_programs,
            ..Nodes::default()
        };
        let planner = Planner { nodes, images: self.images.clone(), ..Planner::default() };
        let plans = planner.plan(0, &self.file.objects[0], &self.file.source).expect("a pod");
        plans.iter().map(|plan| serde_json::to_value(plan).expect("JSON")).collect()
    }

    fn compare(&self, tally: &mut Tally) {
        let plans = self.plans(Vec::new(), &[]);
        if let Some(plan) = plans.first() {
            self.compare_pod(plan, tally);
        }
        for recorded in &self.record.containers {
            let is = |plan: &Value| plan["container"] == recorded.name && plan["list"] == recorded.list;
            let Some(plan) = plans.iter().find(|plan| is(plan)) else { continue };
            let place = format!("{} {}", self.record.id, recorded.name);
            tally.compare(&place, "kubelet_error", json!(recorded.kubelet_error), plan["kubelet_error"].clone());
            let facts = Facts::of(self.record, recorded);
            for start in &recorded.starts {
                let start: Value = serde_json::from_str(&start.get().replace(WHOLE_ID, "ID")).expect("JSON");
                let missing = missing_programs(&start);
                for plan in self.plans(eras(&start), &missing).iter().filter(|plan| is(plan)) {
                    for planned in plan["starts"].as_array().expect("a list") {
                        let place = format!("{place} {} {}", planned["containerd"], planned["bind_filter"]);
                        start::compare(&place, &facts, (&start, planned), tally);
                    }
                }
            }
        }
    }

    fn compare_pod(&self, plan: &Value, tally: &mut Tally) {
        let is_comparable = |text: &&String| !NODE_REJECTIONS.iter().any(|start| text.starts_with(start));
        let rejected: Vec<Value> = self.record.rejected.iter().filter(is_comparable).map(|text| json!(text)).collect();
        let id = &self.record.id;
        tally.compare(id, "rejected", list(rejected), plan["rejected"].clone());
        tally.compare(id, "sandbox_error", json!(self.record.sandbox_error), plan["sandbox_error"].clone());
        let elsewhere = facts::volumes_elsewhere(self.record);
        let errors = |errors: &Value| {
            let mut errors = errors.clone();
            errors
                .as_object_mut()
                .into_iter()
                .for_each(|errors| errors.retain(|volume, _| !elsewhere.contains(volume)));
            if errors.as_object().is_some_and(|errors| !errors.is_empty()) { errors } else { Value::Null }
        };
        tally.compare(id, "volume_error", errors(&self.record.volume_error), errors(&plan["volume_error"]));
    }
}

/// Prefixes of rejections that depend on the node's size and labels.
const NODE_REJECTIONS: [&str; 2] = ["OutOf", "NodeAffinity: "];

/// The programs that were not found: all recorded candidates except the last one, unless that is missing too.
fn missing_programs(recorded: &Value) -> Vec<&str> {
    let searches = recorded["search"].as_array().map(Vec::as_slice).unwrap_or_default();
    let is_missing = recorded["error"].as_str().is_some_and(|error| error.contains("failed to find executable"));
    let tried = if is_missing { searches.len() } else { searches.len().saturating_sub(1) };
    searches[..tried].iter().filter_map(|search| search[0].as_str()).collect()
}

/// A list, or null if it is empty: the recording omits empty lists.
fn list(values: Vec<Value>) -> Value {
    if values.is_empty() { Value::Null } else { Value::Array(values) }
}
