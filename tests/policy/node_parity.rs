//! Parity with the node: for every recorded start, the model's [`Start`] is the measured one, part by part.
//! `tests/parity/node/README.md` says where the record comes from and what it cannot know.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use windows_hostprocess_policy::admission::workload::Workload;
use windows_hostprocess_policy::decode;
use windows_hostprocess_policy::k8s::pod::ContainerView;
use windows_hostprocess_policy::node::Node;
use windows_hostprocess_policy::node::era::{Containerd, Era};
use windows_hostprocess_policy::node::image::ImageConfig;
use windows_hostprocess_policy::node::launch::Launch;
use windows_hostprocess_policy::node::limits::{Limits, Processor};
use windows_hostprocess_policy::node::logon::Logon;
use windows_hostprocess_policy::node::start::{Binding, Folder, MadeFor, Process, Start};

use crate::parity::lines;

mod kubelet;

#[derive(Deserialize)]
struct Record {
    id: String,
    object: Box<RawValue>,
    images: BTreeMap<String, Box<RawValue>>,
    groups: Vec<String>,
    #[serde(default)]
    rejected: Vec<String>,
    #[serde(default)]
    volume_error: BTreeMap<String, String>,
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

/// Facts about the machine that ran the Pods of a file, which the record does not hold.
struct Machine {
    folders: Vec<&'static str>,
    /// Beside those of the record.
    groups: &'static [&'static str],
}

impl Machine {
    fn with(folders: &[&'static str], groups: &'static [&'static str]) -> Machine {
        Machine { folders: Node::FOLDERS.iter().chain(folders).copied().collect(), groups }
    }

    fn generated() -> Machine {
        Machine::with(&[r"C:\k"], &[])
    }

    /// Its local groups are not in the record, and earlier Pods had left folders there.
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

/// The eras of the recorded nodes. 1.6.0 is older than what the model knows.
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

/// Pods whose annotations containerd let through. The other pods of the record ran with its defaults.
fn passes_annotations(id: &str) -> bool {
    id.starts_with("iso-") && !id.ends_with("-default")
}

/// Fields of a Pod in which the record depends on more than the Pod, and why.
const EXCEPTIONS: [(&str, &str, &str); 7] = [
    ("12-702", "volume_error", "an earlier Pod had left a folder where a file is to be made"),
    ("vol-block", "kubelet_error", "no block volume was set up for the Pod"),
    ("x-hp-type-file-c", "volume_error", "a file of Windows; the model knows no files"),
    ("env-ref", "command_line", "the address of a Service, which only the cluster knows"),
    ("id-container-0", "made", "the first Pod of the file, which left the folder of the token to the others"),
    ("x-plant-hpc", "made", "the first Pod on another machine, likewise"),
    ("var-cmd-7", "made", "the Pod before it had left its working directory, which differs in case only"),
];

/// The id of a container that the record does not abbreviate, because it stands in the middle of a word.
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
        if EXCEPTIONS.iter().any(|(id, of, _)| place.split(' ').next() == Some(id) && *of == field) {
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

/// Sources of mounts are in the case in which their folders were once made, maybe by an earlier Pod.
fn ignore_case(value: &mut Value) {
    match value {
        Value::String(text) => *text = text.to_lowercase(),
        Value::Array(values) => values.iter_mut().for_each(ignore_case),
        Value::Object(members) => members.values_mut().for_each(ignore_case),
        _ => {}
    }
}

#[test]
fn starts_are_the_measured_ones() {
    let mut tally = Tally::default();
    for (file, machine) in
        [("node/starts.jsonl.gz", Machine::generated()), ("node/edge-cases.jsonl.gz", Machine::by_hand())]
    {
        for record in lines::<Record>(file) {
            compare_pod(&record, &machine, &mut tally);
        }
    }
    let fields: usize = tally.fields.values().sum();
    println!("{} starts, {fields} fields: {:?}; {} left out", tally.starts, tally.fields, tally.left_out);
    let shown: Vec<&str> = tally.differences.iter().take(20).map(String::as_str).collect();
    assert_eq!((tally.starts, tally.left_out), (14_635, 40), "every start is compared but those that cannot be");
    assert!(tally.differences.is_empty(), "{} differences\n{}", tally.differences.len(), shown.join("\n"));
}

fn compare_pod(record: &Record, machine: &Machine, tally: &mut Tally) {
    let object = decode::parse(record.object.get().as_bytes()).expect("JSON");
    let workload = Workload::read("", "Pod", &object).expect("a pod").expect("a pod");
    kubelet::compare_pod(record, &workload.pod, machine, tally);
    for recorded in &record.containers {
        let is = |view: &ContainerView| view.name() == recorded.name && view.list.field() == recorded.list;
        let view = workload.pod.containers().find(is).expect("the container");
        if view.is_host_process() {
            compare_container(record, recorded, view, machine, tally);
        }
    }
}

fn compare_container(
    record: &Record,
    recorded: &RecordedContainer,
    view: ContainerView,
    machine: &Machine,
    tally: &mut Tally,
) {
    let config = view.raw.image.and_then(|image| record.images.get(image)).map_or("{}", |config| config.get());
    kubelet::compare_container(&record.id, recorded, &view, config, tally);
    let tree = decode::parse(config.as_bytes()).expect("JSON");
    let image: ImageConfig = decode::read(&tree).expect("a configuration");
    let groups: Vec<&str> = record.groups.iter().map(String::as_str).chain(machine.groups.iter().copied()).collect();
    for start in &recorded.starts {
        let start: Value = serde_json::from_str(&start.get().replace(WHOLE_ID, "ID")).expect("JSON");
        for era in eras(&start) {
            let node = Node {
                groups: &groups,
                folders: &machine.folders,
                passes_annotations: passes_annotations(&record.id),
                ..Node::new(era)
            };
            let launch = Launch::new(&node, view, &image);
            let place = format!("{} {} {} {}", record.id, recorded.name, era.containerd.name(), era.bind_filter);
            compare_start(&place, &start, &launch, tally);
        }
    }
}

/// Whether Windows takes two mounts for one place that the record keeps apart: it strips dots and spaces at the end of a name.
fn is_unknowable(launch: &Launch) -> bool {
    let place = |path: &str| path.trim_end_matches(['/', '\\']).to_owned();
    let places: Vec<String> = launch.mounts().iter().map(|mount| place(&mount.place)).collect();
    let ends_in_dot = |path: &String| path.ends_with(['.', ' ']) && !path.ends_with(":.");
    let name = |path: &str| {
        path.to_lowercase().replace('/', "\\").trim_start_matches("c:").trim_end_matches(['.', ' ']).to_owned()
    };
    places
        .iter()
        .filter(|path| ends_in_dot(path))
        .any(|odd| places.iter().any(|path| path != odd && name(path) == name(odd)))
}

fn compare_start(place: &str, recorded: &Value, launch: &Launch, tally: &mut Tally) {
    if is_unknowable(launch) {
        tally.left_out += 1;
        return;
    }
    tally.starts += 1;
    let searches = recorded["search"].as_array().map(Vec::as_slice).unwrap_or_default();
    let is_missing = recorded["error"].as_str().is_some_and(|error| error.contains("failed to find executable"));
    // Which programs are on the disk, the record shows: the last candidate is the one that was found.
    let is_last = |name: &str| searches.last().is_none_or(|search| search[0] == name);
    let start = launch.start(&|name, _| !is_missing && is_last(name));
    let mut compare = |field, model: Value| tally.compare(place, field, recorded[field].clone(), model);
    let process = start.process.as_ref();
    let is_random = !launch.ambiguous_variables().is_empty();

    let words = start.error.as_ref().map(|error| json!(error.to_string()));
    let is_panic = start.error.as_ref().is_some_and(|error| error.is_panic());
    compare("panic", words.clone().filter(|_| is_panic).unwrap_or_default());
    compare("error", words.filter(|_| !is_panic).unwrap_or_default());
    compare("by", json!(start.error.as_ref().map(|error| error.by().to_string())));
    compare("logon", start.logon.as_ref().map_or(Value::Null, logon));
    compare("limits", limits(&start.limits));
    compare("working_dir", json!(process.map(|process| &process.working_dir)));
    compare("command_line", json!(process.map(|process| &process.command_line)));
    if !recorded["rootfs"].is_null() {
        compare("rootfs", json!(start.rootfs));
    }
    if !is_random {
        let search = start.search.iter().map(|(name, folders)| json!([name, folders])).collect();
        compare("search", list(search));
        compare("env", process.map_or(Value::Null, |process| environment(process, &recorded["env"])));
    }
    compare("bindings", bindings(&start));
    compare("links", links(&start, &recorded["links"]));
    let (recorded, model) = made(launch, &start.made, &recorded["made"]);
    tally.compare(place, "made", recorded, model);
}

/// An empty list is left out of the record.
fn list(values: Vec<Value>) -> Value {
    if values.is_empty() { Value::Null } else { Value::Array(values) }
}

fn logon(logon: &Logon) -> Value {
    match logon {
        Logon::Inherit => json!({ "kind": "inherit" }),
        Logon::Group(group) => {
            json!({ "kind": "group", "group": group, "user": "ID20", "domain": null, "password": true })
        }
        Logon::User { domain, user } => {
            let kind = if logon.is_service() { "service" } else { "interactive" };
            json!({ "kind": kind, "domain": domain, "user": user, "password": false })
        }
    }
}

fn limits(limits: &Limits) -> Value {
    let mut members = serde_json::Map::new();
    if let Some((processor, _)) = limits.processor {
        let (flags, value) = match processor {
            Processor::Cap(value) => (5, value),
            Processor::Weight(value) => (3, value),
        };
        members.insert("cpu".to_owned(), json!({ "flags": flags, "value": value }));
    }
    if let Some((memory, _)) = limits.memory {
        members.insert("memory".to_owned(), json!(memory));
    }
    if members.is_empty() { Value::Null } else { Value::Object(members) }
}

/// The variables, sorted. A value that only the node knows is taken from the record.
fn environment(process: &Process, recorded: &Value) -> Value {
    let mut variables = BTreeSet::new();
    for variable in &process.environment {
        let known = variable.value.as_ref().map(|value| format!("{}={value}", variable.name));
        let in_record = |start: &str| {
            let texts = recorded.as_array()?.iter().filter_map(Value::as_str);
            texts.map(str::to_owned).find(|text| text.starts_with(start))
        };
        variables.extend(known.or_else(|| in_record(&format!("{}=", variable.name))));
    }
    json!(variables)
}

fn bindings(start: &Start) -> Value {
    let binding =
        |binding: &Binding| json!({ "at": binding.at, "source": binding.source, "read_only": binding.read_only });
    list(start.bindings.iter().map(binding).collect())
}

/// The links. Of an error only its presence is compared: the start's own error has the same words.
fn links(start: &Start, recorded: &Value) -> Value {
    let mut links = Vec::new();
    for (index, link) in start.links.iter().enumerate() {
        let mut value = json!({ "at": link.at.trim_end_matches('\\'), "source": link.source });
        if link.is_refused {
            value["error"] = recorded[index]["error"].clone();
        }
        links.push(value);
    }
    list(links)
}

/// Folders that the machine had or had not, whatever the Pod: earlier ones had left them, or never made them where they belong,
/// because its current drive was another one. Windows reads the last one as `C:\pipe`.
const OF_THE_MACHINE: [&str; 3] = ["/app", "/hpc/bin", r"C:\\.\pipe\"];

/// The folders, those of the record beside those of the model. Whether the source of a host path was there before is a fact of
/// the machine: a source that was made must be one of the mounts, in their order, and is left out on both sides.
fn made(launch: &Launch, folders: &[Folder], recorded: &Value) -> (Value, Value) {
    let mounts = launch.mounts();
    let mut sources = mounts.iter().map(|mount| mount.source.as_ref());
    let recorded = recorded.as_array().into_iter().flatten().filter_map(Value::as_str);
    let mut is_source = |path: &str| {
        let found = sources.clone().position(|source| source == path);
        found.is_some_and(|at| sources.nth(at).is_some())
    };
    let recorded =
        recorded.filter(|path| !is_source(path) && !OF_THE_MACHINE.contains(path)).map(Value::from).collect();
    let mut values = Vec::new();
    for folder in folders {
        let text = match &folder.error {
            None => folder.path.clone(),
            Some(error) => format!("{} !{error}", folder.path),
        };
        if !matches!(folder.made_for, MadeFor::Source(_)) && !OF_THE_MACHINE.contains(&text.as_str()) {
            values.push(Value::String(text));
        }
    }
    (list(recorded), list(values))
}
