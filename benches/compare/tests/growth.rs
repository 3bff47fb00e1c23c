//! No work is the product of two sizes that a request, the settings or a cluster chooses.
//!
//! `UPDATE_GROWTH=1 cargo test -p compare --test growth` updates the table in `benches/README.md`.

use compare::counted::Counted;
use compare::growth::{MOST, pairs, table};
use compare::report::replaced_between;
use compare::timed::Timed;
use compare::{Guest, root, worst};

/// About 500 ms of a core at most, see benches/README.md. Instructions are counted because machines differ.
const MOST_INSTRUCTIONS: u64 = 3_500_000_000;

const GROWTH: [&str; 2] =
    ["<!-- growth: written by the test `growth` of benches/compare -->\n", "<!-- end of growth -->"];

#[test]
fn every_pair_of_dimensions_grows_linearly() {
    let module = Guest::Policy.module().unwrap_or_else(|error| panic!("{error}"));
    let policy = Counted::new(&module).expect("a module that Wasmtime loads");
    let pairs = pairs(&policy);
    println!("{}", table(&pairs));
    if std::env::var_os("UPDATE_GROWTH").is_some() {
        let file = root().join("benches/README.md");
        let page = std::fs::read_to_string(&file).expect("benches/README.md");
        let page = replaced_between(&page, GROWTH, &table(&pairs)).unwrap_or_else(|error| panic!("{error}"));
        std::fs::write(&file, page).expect("benches/README.md is writable");
    }
    let steep: Vec<String> = pairs
        .iter()
        .filter(|pair| pair.growth > MOST)
        .map(|pair| format!("{} and {}, {}: {:.2} x", pair.names[0], pair.names[1], pair.request, pair.growth))
        .collect();
    assert!(steep.is_empty(), "doubling both costs more than {MOST} x: {}", steep.join("; "));
}

#[test]
fn the_most_expensive_objects_stay_within_the_limit() {
    let module = Guest::Policy.module().unwrap_or_else(|error| panic!("{error}"));
    let (policy, timed) = (Counted::new(&module).expect("counted"), Timed::new(&module).expect("timed"));
    let mut expensive = Vec::new();
    for (name, payload) in worst::ALL {
        let payload = payload();
        let instructions = policy.validate(&payload).expect("the guest does not trap").instructions;
        let time = timed.validate(&payload).expect("the guest does not trap");
        println!(
            "| {name} | {} KB | {} million | {} ms |",
            payload.len() / 1000,
            instructions / 1_000_000,
            time.as_millis()
        );
        if instructions > MOST_INSTRUCTIONS {
            expensive.push(name);
        }
    }
    assert!(expensive.is_empty(), "more than {MOST_INSTRUCTIONS} instructions: {}", expensive.join("; "));
}
