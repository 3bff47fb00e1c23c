//! `check --watch`: reports after each change.

use std::io::{BufRead, BufReader};
use std::process::Child;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use super::*;

/// Far longer than a check takes, on a busy machine, too.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running `check --watch`.
struct Watch {
    command: Child,
    /// The lines of standard output.
    lines: Receiver<String>,
}

impl Watch {
    fn start(folder: &Path, arguments: &[&str]) -> Watch {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hostprocess"));
        command.args(["check", "--watch"]).args(arguments).current_dir(folder).env("NO_COLOR", "1");
        let mut command = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("starts");
        let stdout = BufReader::new(command.stdout.take().expect("is piped"));
        let (sender, lines) = channel();
        std::thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Watch { command, lines }
    }

    /// Waits for a report with this summary. A check may come between the two steps of a change, such as emptying a file and filling it.
    fn wait_for(&self, summary: &str) {
        let mut last = String::new();
        while last != summary {
            last = self.lines.recv_timeout(PATIENCE).unwrap_or_else(|error| panic!("{error}, after: {last}"));
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.command.kill();
        let _ = self.command.wait();
    }
}

const ACCEPTED: &str = "1 object: 1 accepted, 0 with warnings, 0 denied";
const DENIED: &str = "1 object: 0 accepted, 0 with warnings, 1 denied";

#[test]
fn changed_new_and_replaced_manifests_are_checked_again() {
    let folder = folder("watch_folder");
    write(&folder, "sub/pod.yaml", GOOD);
    let watch = Watch::start(&folder, &["."]);
    watch.wait_for(ACCEPTED);
    write(&folder, "sub/pod.yaml", &bad());
    watch.wait_for(DENIED);
    // As many programs save: a new file takes the place of the old one.
    std::fs::rename(write(&folder, "sub/pod.yaml.tmp", GOOD), folder.join("sub/pod.yaml")).expect("replaced");
    watch.wait_for(ACCEPTED);
    write(&folder, "new.yaml", &bad());
    watch.wait_for("2 objects: 1 accepted, 0 with warnings, 1 denied");
    std::fs::remove_file(folder.join("new.yaml")).expect("removed");
    watch.wait_for(ACCEPTED);
    // A configuration that is not valid is reported; the next one counts.
    write(&folder, ".hostprocess.yaml", "exclud: []\n");
    write(&folder, "sub/pod.yaml", &bad());
    std::thread::sleep(Duration::from_millis(500));
    write(&folder, ".hostprocess.yaml", "settings: {rules: {host-network: \"off\"}}\n");
    watch.wait_for(ACCEPTED);
}

#[test]
fn new_folders_are_watched_beside_a_configuration() {
    let folder = folder("watch_new_folder");
    write(&folder, ".hostprocess.yaml", "exclude: []\n");
    write(&folder, "pod.yaml", GOOD);
    let watch = Watch::start(&folder, &["."]);
    watch.wait_for(ACCEPTED);
    std::fs::create_dir(folder.join("sub")).expect("a folder");
    watch.wait_for(ACCEPTED);
    write(&folder, "sub/other.yaml", &bad());
    watch.wait_for("2 objects: 1 accepted, 0 with warnings, 1 denied");
    std::fs::remove_dir_all(folder.join("sub")).expect("removed");
    watch.wait_for(ACCEPTED);
}

#[test]
fn a_busy_folder_does_not_delay_the_check() {
    let folder = folder("watch_busy");
    write(&folder, "pod.yaml", GOOD);
    let watch = Watch::start(&folder, &["."]);
    watch.wait_for(ACCEPTED);
    let is_done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            // Not for ever, should the test fail.
            for _ in 0..3_000 {
                if is_done.load(Ordering::Relaxed) {
                    return;
                }
                write(&folder, "log.txt", "x");
                std::thread::sleep(Duration::from_millis(20));
            }
        });
        write(&folder, "pod.yaml", &bad());
        watch.wait_for(DENIED);
        is_done.store(true, Ordering::Relaxed);
    });
}

#[test]
#[cfg(unix)]
fn the_target_of_a_link_and_a_new_file_in_place_of_an_old_one_are_watched() {
    let folder = folder("watch_link");
    write(&folder, "elsewhere/pod.yaml", GOOD);
    std::fs::create_dir(folder.join("here")).expect("a folder");
    std::os::unix::fs::symlink("../elsewhere/pod.yaml", folder.join("here/link.yaml")).expect("a link");
    let watch = Watch::start(&folder, &["here/link.yaml"]);
    watch.wait_for(ACCEPTED);
    write(&folder, "elsewhere/pod.yaml", &bad());
    watch.wait_for(DENIED);
    write(&folder, "new.yaml", GOOD);
    std::fs::rename(folder.join("new.yaml"), folder.join("elsewhere/pod.yaml")).expect("replaced");
    watch.wait_for(ACCEPTED);
}

#[test]
fn a_check_and_other_files_cause_no_further_check() {
    let folder = folder("watch_quiet");
    let pod = write(&folder, "pod.yaml", GOOD);
    let watch = Watch::start(&folder, &["pod.yaml"]);
    watch.wait_for(ACCEPTED);
    write(&folder, "notes.txt", "x");
    assert!(std::fs::read_to_string(&pod).is_ok());
    assert!(watch.lines.recv_timeout(Duration::from_secs(1)).is_err());
    write(&folder, "pod.yaml", &bad());
    watch.wait_for(DENIED);
}

#[test]
fn inputs_and_outputs_that_cannot_be_watched_are_errors() {
    for (arguments, words) in [
        (&["-"][..], "error: --watch: standard input does not change, name files or folders\n"),
        (&["no-such-folder/pod.yaml"], "error: --watch: no-such-folder/pod.yaml does not exist\n"),
        (
            &["examples", "-o", "sarif=report.sarif"],
            "error: --watch: write the report to standard output, not to a file\n",
        ),
    ] {
        let output = hostprocess(&[&["check", "--watch"], arguments].concat(), "");
        let shown = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(code(&output) == 2 && shown.starts_with(words), "{arguments:?}: {shown}");
    }
}
