//! Budgets for the deterministic figures of the policy: instructions per request and bytes of the module. `make bench` checks
//! limits of time.
//!
//! `UPDATE_BUDGETS=1 cargo test -p compare --test budgets` updates `benches/budgets.json` after a change that is worth its cost.

use std::collections::BTreeMap;

use compare::counted::Counted;
use compare::requests;
use compare::shapes;
use compare::{Guest, root};
use serde::{Deserialize, Serialize};

/// Toolchains emit different code, and wasm-opt is not installed everywhere.
const TOLERANCE: f64 = 1.25;

/// High, because an empty container has three bytes. `growth.rs` checks the limit for a whole object.
const MOST_EACH_BYTE: f64 = 4_000.0;

/// The list of 5,000 nodes has 6 MB, which the guest reads completely.
const MOST_EACH_NODE_BYTE: f64 = 100.0;

#[derive(Debug, Deserialize, Serialize)]
struct Budgets {
    bytes: u64,
    instructions: BTreeMap<String, u64>,
}

fn counted(guest: Guest) -> (Counted, u64) {
    let module = guest.module().unwrap_or_else(|error| panic!("{error}"));
    (Counted::new(&module).expect("a module that Wasmtime loads"), module.len() as u64)
}

#[test]
fn instructions_and_size_are_within_the_committed_budgets() {
    let (policy, bytes) = counted(Guest::Policy);
    let instructions = requests::all()
        .iter()
        .map(|request| {
            (request.name.to_owned(), policy.validate(&request.payload).expect("does not trap").instructions)
        })
        .collect();
    let now = Budgets { bytes, instructions };
    let file = root().join("benches/budgets.json");
    if std::env::var_os("UPDATE_BUDGETS").is_some() {
        let json = serde_json::to_string_pretty(&now).expect("serialisable") + "\n";
        std::fs::write(&file, json).expect("budgets are writable");
    }
    let budgets: Budgets =
        serde_json::from_slice(&std::fs::read(&file).expect("benches/budgets.json")).expect("budgets");
    let within = |now: u64, budget: u64| now as f64 <= budget as f64 * TOLERANCE;
    let names = |budgets: &Budgets| budgets.instructions.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&now), names(&budgets), "requests and budgets");
    assert!(within(now.bytes, budgets.bytes), "policy.wasm has {} bytes, the budget is {}", now.bytes, budgets.bytes);
    for (request, count) in &now.instructions {
        let budget = budgets.instructions[request];
        assert!(within(*count, budget), "{request}: {count} instructions, the budget is {budget}");
    }
}

#[test]
fn instructions_grow_linearly_with_every_shape() {
    let (policy, _) = counted(Guest::Policy);
    let count = |payload: &[u8]| policy.validate(payload).expect("the guest does not trap").instructions as f64;
    let mut steep = Vec::new();
    for (of, shape) in shapes::ALL {
        let payloads = [50, 500, 5000].map(shape);
        let [few, some, many] = [0, 1, 2].map(|size| count(&payloads[size]));
        let growth = ((some - few) / 450.0, (many - some) / 4500.0);
        let each_byte = many / payloads[2].len() as f64;
        println!("{of}: {:.0} each up to 500, {:.0} up to 5,000, {each_byte:.0} each byte", growth.0, growth.1);
        if growth.1 > growth.0 * 1.5 || each_byte > MOST_EACH_BYTE {
            steep.push(of);
        }
    }
    assert!(steep.is_empty(), "more than linear, or too slow: {}", steep.join("; "));
}

/// A DaemonSet that may run on every node is judged with all nodes of the cluster. policy-server's limit is two seconds.
#[test]
fn instructions_grow_linearly_with_the_nodes_of_the_cluster() {
    let (policy, _) = counted(Guest::Policy);
    let file = fixtures::test_data().join("min-containerd/deny-aks-sample-on-1-5-18.yaml");
    let payload = fixtures::payload(&std::fs::read_to_string(&file).expect("a fixture"), &file).to_string();
    let count = |nodes: usize| {
        let list = fixtures::nodes::windows(nodes, Some(nodes / 2));
        let cost = policy.validate_with(payload.as_bytes(), &list).expect("the guest does not trap");
        assert!(!cost.accepted, "the old node among {nodes} is not found");
        (cost.instructions as f64, list.len() as f64)
    };
    let [(few, _), (some, _), (many, bytes)] = [50, 500, 5000].map(count);
    let growth = ((some - few) / 450.0, (many - some) / 4500.0);
    println!("{:.0} each node up to 500, {:.0} up to 5,000, {:.0} each byte", growth.0, growth.1, many / bytes);
    assert!(growth.1 < growth.0 * 1.5, "{growth:?} instructions for each node");
    assert!(many / bytes < MOST_EACH_NODE_BYTE, "{:.0} instructions for each byte of the list", many / bytes);
}

#[test]
fn a_large_object_needs_less_than_four_times_its_size() {
    let (policy, _) = counted(Guest::Policy);
    let request = requests::all().into_iter().find(|r| r.payload.len() > 1_000_000).expect("a large request");
    let cost = policy.validate(&request.payload).expect("the guest does not trap");
    let most = 4 * request.payload.len() as u64;
    assert!(cost.memory < most, "{} bytes of memory for a payload of {}", cost.memory, request.payload.len());
}
