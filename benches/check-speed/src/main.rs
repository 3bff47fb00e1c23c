//! Times the command on large and hostile input, and checks its limits of time and memory: `make bench-check`.
//!
//! The 10,000 files are copies of the fixtures in `test_data`, or of the manifests in another folder.

mod inputs;
mod measured;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::inputs::{BROKEN, FILES, broken, fixable, list, write_files};
use crate::measured::{MEASURE, Usage, measure};

/// Every output of `check`.
const FORMATS: [&str; 7] = ["text", "json", "json-v2", "sarif", "junit", "github", "azure-devops"];
/// Pods in a list on one line.
const PODS: [usize; 3] = [500, 2_000, 5_000];
/// The limit of the time for the largest list as a multiple of that for the smallest, which is a tenth of its size.
const MAX_GROWTH: f64 = 20.0;
/// Shorter runs count as this long, because they consist mostly of start-up.
const SHORTEST: f64 = 0.05;

/// Limits of CPU time in seconds, and of peak memory in megabytes.
#[derive(Clone, Copy)]
struct Limits(f64, f64);

/// Measured on two cores: 0.4 s, or 0.8 s if other programs use both, and 32 MB; each thread adds some.
const MANY_FILES: Limits = Limits(1.5, 60.0);
const LIST: Limits = Limits(2.0, 150.0);
const FIX: Limits = Limits(1.0, 150.0);
const BROKEN_YAML: Limits = Limits(2.0, 150.0);

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1).peekable();
    if arguments.next_if(|argument| argument == MEASURE).is_some() {
        measure(arguments);
        return ExitCode::SUCCESS;
    }
    let mut arguments = arguments.map(PathBuf::from);
    let (Some(program), Some(corpus)) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: check-speed HOSTPROCESS CORPUS");
        return ExitCode::from(2);
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/check-speed");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    let mut bench = Bench { program, folder, is_within: true };
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    println!("{threads} threads, load of the machine: {}\n", load.split(' ').next().unwrap_or("unknown"));
    println!("| input | command | CPU time | peak memory |\n| --- | --- | --- | --- |");
    bench.many_files(&corpus);
    bench.lists();
    bench.fix();
    bench.broken_yaml();
    ExitCode::from(u8::from(!bench.is_within))
}

/// Measures runs and prints a table row for each input.
struct Bench {
    program: PathBuf,
    /// The folder for inputs.
    folder: PathBuf,
    is_within: bool,
}

impl Bench {
    fn many_files(&mut self, corpus: &Path) {
        let files = self.folder.join("files");
        let bytes = write_files(corpus, &files);
        let arguments: [OsString; 2] = ["check".into(), files.into()];
        // Some files are denied, and files of another corpus may be unreadable.
        let usage = Usage::median(5, &[1, 2], || Usage::of(&self.program, &arguments, Path::new("/dev/null")));
        let input = format!("{FILES} files of {}, {:.1} MB", corpus.display(), bytes as f64 / 1e6);
        self.report(&input, &format!("check ({:.2} s wall-clock time)", usage.time.as_secs_f64()), usage, MANY_FILES);
    }

    fn lists(&mut self) {
        for format in FORMATS {
            let cpu = PODS.map(|pods| {
                let input = format!("{pods} pods on one line");
                self.run(&input, &list(pods), &["check", "-", "-o", format], 1, LIST).cpu.as_secs_f64().max(SHORTEST)
            });
            if cpu[2] > cpu[0] * MAX_GROWTH {
                self.fail(&format!(
                    "check -o {format}: ten times as many pods take {:.0} times as long",
                    cpu[2] / cpu[0]
                ));
            }
        }
    }

    fn fix(&mut self) {
        self.run("200 findings in 70 KB", &fixable(), &["fix", "--diff", "-"], 1, FIX);
    }

    fn broken_yaml(&mut self) {
        for (name, part) in BROKEN {
            let input = format!("50 KB of broken YAML: {name} (`{}`)", part.escape_debug());
            self.run(&input, &broken(part), &["check", "-"], 2, BROKEN_YAML);
        }
    }

    /// Runs the command with `text` on standard input.
    fn run(&mut self, input: &str, text: &str, arguments: &[&str], code: i32, limits: Limits) -> Usage {
        let file = self.folder.join("stdin");
        fs::write(&file, text).expect("written");
        let owned: Vec<OsString> = arguments.iter().map(OsString::from).collect();
        let usage = Usage::median(3, &[code], || Usage::of(&self.program, &owned, &file));
        self.report(input, &arguments.join(" "), usage, limits);
        usage
    }

    fn report(&mut self, input: &str, command: &str, usage: Usage, Limits(seconds, megabytes): Limits) {
        let cpu = usage.cpu.as_secs_f64();
        println!("| {input} | `{command}` | {cpu:.2} s | {:.0} MB |", usage.megabytes);
        if cpu > seconds || usage.megabytes > megabytes {
            self.fail(&format!("{command}: {input}: more than {seconds} s or {megabytes} MB"));
        }
    }

    fn fail(&mut self, message: &str) {
        eprintln!("error: {message}");
        self.is_within = false;
    }
}
