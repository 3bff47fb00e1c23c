//! Measures time and memory of a run.

use std::ffi::OsString;
use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;

/// The first argument of a process that runs another program and prints its usage.
pub const MEASURE: &str = "--measure";

/// Time and memory of one run.
#[derive(Clone, Copy, Debug)]
pub struct Usage {
    /// The exit code.
    pub code: i32,
    /// Wall-clock time, which depends on the load of the machine.
    pub time: Duration,
    /// CPU time in user and system mode, of all threads.
    pub cpu: Duration,
    /// Peak memory.
    pub megabytes: f64,
}

impl Usage {
    /// Runs a program in a separate process without other children, because the system adds up the usage of all children.
    pub fn of(program: &Path, arguments: &[OsString], stdin: &Path) -> Usage {
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        command.arg(MEASURE).arg(program).args(arguments);
        let output = command.stdin(File::open(stdin).expect("is readable")).output().expect("starts");
        let printed = String::from_utf8(output.stdout).expect("numbers");
        let numbers: Vec<u64> = printed.split_whitespace().map(|number| number.parse().expect("a number")).collect();
        let [code, time, cpu, kilobytes] = numbers[..] else { panic!("{program:?} {arguments:?}: {printed}") };
        Usage {
            code: i32::try_from(code).expect("an exit code"),
            time: Duration::from_micros(time),
            cpu: Duration::from_micros(cpu),
            megabytes: kilobytes as f64 * 1024.0 / 1e6,
        }
    }

    /// The median time, CPU time and peak memory of several runs, which must all end with one of these codes.
    pub fn median(runs: usize, codes: &[i32], run: impl Fn() -> Usage) -> Usage {
        let runs: Vec<Usage> = (0..runs).map(|_| run()).collect();
        assert!(runs.iter().all(|run| codes.contains(&run.code)), "not all ended with one of {codes:?}: {runs:?}");
        let median = |part: fn(&Usage) -> f64| {
            let mut parts: Vec<f64> = runs.iter().map(part).collect();
            parts.sort_by(f64::total_cmp);
            parts[parts.len() / 2]
        };
        Usage {
            code: runs[0].code,
            time: Duration::from_secs_f64(median(|run| run.time.as_secs_f64())),
            cpu: Duration::from_secs_f64(median(|run| run.cpu.as_secs_f64())),
            megabytes: median(|run| run.megabytes),
        }
    }
}

/// Runs a program and prints its exit code, wall-clock microseconds, CPU microseconds and peak kilobytes.
pub fn measure(mut arguments: impl Iterator<Item = OsString>) {
    let mut command = Command::new(arguments.next().expect("a program"));
    command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
    let begin = Instant::now();
    let status = command.status().expect("starts");
    let time = begin.elapsed().as_micros();
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("usage");
    let cpu = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    println!("{} {time} {cpu} {}", status.code().expect("an exit code"), usage.max_rss());
}
