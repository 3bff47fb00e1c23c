//! Growth of the instructions when two dimensions are doubled together.

use std::fmt::Write as _;

use serde_json::json;

use crate::counted::Counted;
use crate::dimensions::{ALL, Case, Grow, REQUESTS, Send};

/// The size before doubling: above the sizes up to which the policy compares all pairs.
pub const SIZE: usize = 600;

/// The limit of the growth: a little above 2, because names are sorted. A product of two sizes would grow by 4.
pub const MOST: f64 = 2.5;

/// The growth for two doubled dimensions.
pub struct Pair {
    /// The names of both; twice the same name for one dimension alone.
    pub names: [&'static str; 2],
    /// The name of the request kind.
    pub request: &'static str,
    /// Instructions after doubling divided by instructions before.
    pub growth: f64,
}

/// Doubles every pair of dimensions in every kind of request.
///
/// # Panics
/// The guest traps.
pub fn pairs(policy: &Counted) -> Vec<Pair> {
    std::thread::scope(|scope| {
        let threads = REQUESTS.map(|(request, send)| scope.spawn(move || pairs_in(policy, request, send)));
        threads.into_iter().flat_map(|thread| thread.join().expect("the guest does not trap")).collect()
    })
}

fn pairs_in(policy: &Counted, request: &'static str, send: Send) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for (index, one) in ALL.iter().enumerate() {
        for other in &ALL[index..] {
            let grown = if one.0 == other.0 { vec![one.1] } else { vec![one.1, other.1] };
            let [before, after] = [SIZE, 2 * SIZE].map(|size| instructions(policy, &grown, send, size));
            pairs.push(Pair { names: [one.0, other.0], request, growth: after / before });
        }
    }
    pairs
}

fn instructions(policy: &Counted, grown: &[Grow], send: Send, size: usize) -> f64 {
    let mut case = Case::small();
    grown.iter().for_each(|grow| grow(&mut case, size));
    send(&mut case);
    let payload = serde_json::to_vec(&case.payload).expect("values serialise");
    // One response that serves as the list of nodes, the namespace and the RuntimeClass.
    let cluster = json!({ "items": case.nodes, "metadata": { "labels": case.labels }, "handler": "process" });
    policy.validate_with(&payload, cluster.to_string().as_bytes()).expect("the guest does not trap").instructions as f64
}

/// The table in `benches/README.md`: the greatest growth of each dimension alone, and with another dimension.
pub fn table(pairs: &[Pair]) -> String {
    let mut table = "| doubled dimension | alone | with the worst other dimension | other dimension, request |\n|---|---|---|---|\n".to_owned();
    for (name, _) in ALL {
        let of = |pair: &&Pair| pair.names.contains(&name);
        let steepest = |is_alone: bool| {
            let pairs = pairs.iter().filter(of).filter(|pair| (pair.names[0] == pair.names[1]) == is_alone);
            pairs.max_by(|a, b| a.growth.total_cmp(&b.growth))
        };
        if let (Some(alone), Some(worst)) = (steepest(true), steepest(false)) {
            let other = worst.names[usize::from(worst.names[0] == name)];
            let _ = writeln!(
                table,
                "| {name} | {:.2} x | {:.2} x | {other}, {} |",
                alone.growth, worst.growth, worst.request
            );
        }
    }
    table
}
