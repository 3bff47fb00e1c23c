//! `make bench`: measures in one run, prints the tables, writes `docs/bench.json` and draws `docs/bench.svg` from it.

use std::error::Error;

use compare::counted::Counted;
use compare::report::{Call, Growth, GuestFigures, Report};
use compare::timed::{Timed, spread};
use compare::{Guest, requests, root};

/// How often each request is timed in each guest, in turn, so that a slow moment of the machine hits all of them.
const ROUNDS: usize = 300;
/// A request this large is timed less often.
const LARGE: usize = 100_000;
/// How often each guest is compiled.
const COMPILATIONS: usize = 5;

fn main() -> Result<(), Box<dyn Error>> {
    let modules =
        Guest::ALL.into_iter().map(|guest| Ok((guest, guest.module()?))).collect::<Result<Vec<_>, String>>()?;
    let report = Report { guests: guests(&modules)?, calls: calls(&modules)?, growth: growth(&modules)? };
    print!("{}", report.table());
    let docs = root().join("docs");
    std::fs::write(docs.join("bench.json"), serde_json::to_string_pretty(&report)? + "\n")?;
    report.plot(&docs.join("bench.svg"))?;
    let readme = root().join("README.md");
    std::fs::write(&readme, report.within(&std::fs::read_to_string(&readme)?)?)?;
    println!("\nwritten: docs/bench.json, docs/bench.svg, the table in README.md");
    Ok(())
}

fn guests(modules: &[(Guest, Vec<u8>)]) -> Result<Vec<GuestFigures>, Box<dyn Error>> {
    let mut figures = Vec::new();
    for (guest, module) in modules {
        let mut compile = Vec::new();
        for _ in 0..COMPILATIONS {
            compile.push(Timed::new(module)?.compile);
        }
        let compile_milliseconds = spread(compile).median / 1000.0;
        figures.push(GuestFigures { guest: *guest, bytes: module.len(), compile_milliseconds });
    }
    Ok(figures)
}

fn calls(modules: &[(Guest, Vec<u8>)]) -> Result<Vec<Call>, Box<dyn Error>> {
    let mut guests = Vec::new();
    for (guest, module) in modules {
        guests.push((*guest, Timed::new(module)?, Counted::new(module)?));
    }
    let mut calls = Vec::new();
    for request in requests::all() {
        let rounds = if request.payload.len() > LARGE { ROUNDS / 10 } else { ROUNDS };
        let mut times = vec![Vec::new(); guests.len()];
        for _ in 0..rounds {
            for ((_, timed, _), times) in guests.iter().zip(&mut times) {
                times.push(timed.validate(&request.payload)?);
            }
        }
        for ((guest, _, counted), times) in guests.iter().zip(times) {
            calls.push(Call {
                request: request.name,
                payload_bytes: request.payload.len(),
                guest: *guest,
                time: spread(times),
                cost: counted.validate(&request.payload)?,
            });
        }
    }
    Ok(calls)
}

fn growth(modules: &[(Guest, Vec<u8>)]) -> Result<Vec<Growth>, Box<dyn Error>> {
    let (_, module) = modules.iter().find(|(guest, _)| *guest == Guest::Policy).expect("the policy is compared");
    let policy = Counted::new(module)?;
    let mut growth = Vec::new();
    for count in [10, 100, 1000] {
        for (of, payload) in [
            ("containers", requests::scaled(count, 0, 0)),
            ("volumes", requests::scaled(1, count, 0)),
            ("grants", requests::scaled(1, 0, count)),
        ] {
            growth.push(Growth { of, count, instructions: policy.validate(&payload)?.instructions });
        }
    }
    growth.sort_by_key(|g| (g.of, g.count));
    Ok(growth)
}
