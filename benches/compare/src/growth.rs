//! How the work grows when two dimensions grow at once.

use std::fmt::Write as _;

use serde_json::json;

use crate::counted::Counted;
use crate::dimensions::{ALL, Case, Grow, REQUESTS, Send};

/// How much of each there is before it is doubled: beyond the sizes up to which the policy compares everything with everything.
pub const SIZE: usize = 600;

/// Twice the size may cost this many times as much: a little more than twice, because names are sorted. A product would cost
/// four times as much.
pub const MOST: f64 = 2.5;

/// Two dimensions, and how many times as much twice as much of both costs.
pub struct Pair {
    /// The names of the two; the same one twice stands for it alone.
    pub names: [&'static str; 2],
    /// The name of the request that they are sent in.
    pub request: &'static str,
    /// Instructions after by instructions before.
    pub growth: f64,
}

/// Doubles every pair of dimensions, in every kind of request.
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
    // The list of nodes, the namespace and the RuntimeClass in one.
    let cluster = json!({ "items": case.nodes, "metadata": { "labels": case.labels }, "handler": "process" });
    policy.validate_with(&payload, cluster.to_string().as_bytes()).expect("the guest does not trap").instructions as f64
}

/// The table of the documentation: for each dimension its own growth in the request where it is greatest, and the pair and
/// request in which it grows most with another one.
pub fn table(pairs: &[Pair]) -> String {
    let mut table = "| twice as much of | alone | with the worst other one | |\n|---|---|---|---|\n".to_owned();
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
