//! `make bench`: measures in one run, prints the tables, writes `docs/bench.json`, draws `docs/bench.svg` from it, and fails
//! if the policy exceeds a limit.

use std::error::Error;

use compare::counted::Counted;
use compare::report::{COST, Call, FIGURES, Growth, GuestFigures, Report, replaced_between};
use compare::requests::Request;
use compare::timed::{Timed, spread};
use compare::{Guest, requests, root};

/// How often each request is timed in each guest. Guests take turns, so that a slow moment of the machine affects all of them.
const ROUNDS: usize = 300;
/// A request this large is timed less often.
const LARGE: usize = 100_000;
/// How often each guest is compiled.
const COMPILATIONS: usize = 5;
/// The limits of the policy's time as a multiple of the floor's; benches/README.md explains them.
const MAX_TIMES_FLOOR: [(&str, f64); 2] = [(requests::AKS_SAMPLE, 1.8), (requests::ORDINARY, 1.45)];
/// How many runs decide whether a request takes too long, by their median.
const RUNS: usize = 3;
/// The limit of the module's size, optimised by wasm-opt.
const MAX_BYTES: usize = 450_000;

fn main() -> Result<(), Box<dyn Error>> {
    let modules =
        Guest::ALL.into_iter().map(|guest| Ok((guest, guest.module()?))).collect::<Result<Vec<_>, String>>()?;
    let report =
        Report { guests: guests(&modules)?, calls: calls(&modules, &requests::all())?, growth: growth(&modules)? };
    print!("{}", report.table());
    let docs = root().join("docs");
    std::fs::write(docs.join("bench.json"), serde_json::to_string_pretty(&report)? + "\n")?;
    report.plot(&docs.join("bench.svg"))?;
    for (file, marks, text) in [("docs/cost.md", FIGURES, report.markdown()), ("README.md", COST, report.summary())] {
        let path = root().join(file);
        let page = replaced_between(&std::fs::read_to_string(&path)?, marks, &text);
        std::fs::write(&path, page.map_err(|error| format!("{file}: {error}"))?)?;
    }
    println!("\nwritten: docs/bench.json, docs/bench.svg, the figures in docs/cost.md and README.md");
    let over = over_budget(&report, &modules)?;
    if over.is_empty() { Ok(()) } else { Err(over.join("; ").into()) }
}

/// The limits that the policy exceeds.
fn over_budget(report: &Report, modules: &[(Guest, Vec<u8>)]) -> Result<Vec<String>, Box<dyn Error>> {
    let mut over = Vec::new();
    let bytes = report.guest(Guest::Policy).bytes;
    if bytes > MAX_BYTES {
        over.push(format!(
            "the module has {bytes} bytes, more than {MAX_BYTES} (without wasm-opt it has a sixth more)"
        ));
    }
    for (name, most) in MAX_TIMES_FLOOR {
        let first = report.times_floor(name);
        let mut runs = vec![first];
        // More runs tell a slow policy from a busy machine.
        while first > most && runs.len() < RUNS {
            let again: Vec<_> = requests::all().into_iter().filter(|request| request.name == name).collect();
            let again = Report { guests: Vec::new(), calls: calls(modules, &again)?, growth: Vec::new() };
            runs.push(again.times_floor(name));
        }
        runs.sort_by(f64::total_cmp);
        let median = runs[runs.len() / 2];
        println!("{name}: {median:.2} x the floor, at most {most} x, in {} runs", runs.len());
        if median > most {
            over.push(format!("{name} takes {median:.2} x the floor, more than {most} x"));
        }
    }
    Ok(over)
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

fn calls(modules: &[(Guest, Vec<u8>)], requests: &[Request]) -> Result<Vec<Call>, Box<dyn Error>> {
    let mut guests = Vec::new();
    for (guest, module) in modules {
        guests.push((*guest, Timed::new(module)?, Counted::new(module)?));
    }
    let mut calls = Vec::new();
    for request in requests {
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
