//! Times `hostprocess check` on 10,000 files, and holds it to its limits of time and memory: `make bench-check`.
//!
//! The files are the fixtures of `test_data`, or the manifests of another folder, repeated in folders of a hundred.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;

const FILES: usize = 10_000;
const RUNS: usize = 5;
const MAX_TIME: Duration = Duration::from_secs(1);
const MAX_MEGABYTES: f64 = 60.0;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(program), Some(corpus)) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: check-speed HOSTPROCESS CORPUS");
        return ExitCode::from(2);
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/check-speed");
    let bytes = write_files(&corpus, &folder);
    let (mut times, mut cpu_times): (Vec<Duration>, Vec<Duration>) =
        (0..RUNS).map(|_| check(&program, &folder)).unzip();
    let (time, cpu_time) = (median(&mut times), median(&mut cpu_times));
    let megabytes = peak_megabytes();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("{FILES} files of {}, {:.1} MB", corpus.display(), bytes as f64 / 1e6);
    println!("{:.2} s, median of {RUNS} (limit {} s), {threads} threads", time.as_secs_f64(), MAX_TIME.as_secs());
    println!("{:.2} s of CPU time, median of {RUNS}", cpu_time.as_secs_f64());
    println!("{megabytes:.0} MB at the peak (limit {MAX_MEGABYTES} MB)");
    println!("load of the machine: {}", load.split(' ').next().unwrap_or("unknown"));
    let is_within = time <= MAX_TIME && megabytes <= MAX_MEGABYTES;
    if !is_within {
        eprintln!("error: over a limit");
    }
    ExitCode::from(u8::from(!is_within))
}

/// Fills the folder, and returns the size of its files in bytes.
fn write_files(corpus: &Path, folder: &Path) -> usize {
    let mut manifests = Vec::new();
    collect(corpus, &mut manifests);
    manifests.sort();
    let texts: Vec<Vec<u8>> = manifests.iter().map(|path| fs::read(path).expect("is readable")).collect();
    assert!(!texts.is_empty(), "{}: holds no manifests", corpus.display());
    let _ = fs::remove_dir_all(folder);
    let mut bytes = 0;
    for (number, text) in texts.iter().cycle().take(FILES).enumerate() {
        let part = folder.join(format!("{:03}", number / 100));
        fs::create_dir_all(&part).expect("a folder");
        fs::write(part.join(format!("{number:05}.yaml")), text).expect("written");
        bytes += text.len();
    }
    bytes
}

fn collect(folder: &Path, manifests: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, manifests);
        } else if path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
            manifests.push(path);
        }
    }
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// The time and the CPU time of one run, which must have judged: the exit code says that something is denied, or that some of it
/// cannot be read. Other programs on the machine make the first longer, but hardly the second.
fn check(program: &Path, folder: &Path) -> (Duration, Duration) {
    let mut command = Command::new(program);
    command.arg("check").arg(folder).stdout(Stdio::null()).stderr(Stdio::null());
    let (begin, cpu_before) = (Instant::now(), cpu_time());
    let status = command.status().expect("starts");
    let time = begin.elapsed();
    assert!(matches!(status.code(), Some(1 | 2)), "{status}");
    (time, cpu_time() - cpu_before)
}

/// Of all runs that have ended.
fn cpu_time() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("usage");
    let microseconds = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    Duration::from_micros(microseconds.unsigned_abs())
}

/// The most that one of the runs had in memory.
fn peak_megabytes() -> f64 {
    let kilobytes = getrusage(UsageWho::RUSAGE_CHILDREN).expect("usage").max_rss();
    kilobytes as f64 * 1024.0 / 1e6
}
