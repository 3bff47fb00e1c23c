//! From a keystroke to diagnostics, and the memory of a long session. `make bench-lsp` measures a release build.

use std::time::{Duration, Instant};

use super::*;

/// A manifest with so many lines, in which every tenth pod has a finding with a fix.
fn manifest(lines: usize) -> String {
    let good = POD.replace("spec:\n", "spec:\n  hostNetwork: true\n");
    let of_pod = good.lines().count() + 1;
    (0..lines / of_pod).map(|number| ["---\n", if number % 10 == 0 { POD } else { &good }].concat()).collect()
}

/// The median time from a keystroke to its diagnostics.
fn keystroke(editor: &mut Editor, path: &Path, text: &str) -> Duration {
    editor.check(path, text);
    let mut times: Vec<Duration> = (2..23)
        .map(|version| {
            let start = Instant::now();
            editor.change(path, version, &format!("{text}# {version}\n"));
            editor.diagnostics(version);
            start.elapsed()
        })
        .collect();
    times.sort();
    editor.notify("textDocument/didClose", json!({ "textDocument": { "uri": uri(path) } }));
    editor.published();
    times[times.len() / 2]
}

#[test]
fn diagnostics_follow_a_keystroke() {
    let folder = folder("speed");
    let mut editor = Editor::start(&folder, &[], json!({}));
    for (lines, limit) in [(500, Duration::from_millis(50)), (10_000, Duration::from_millis(300))] {
        let median = keystroke(&mut editor, &folder.join(format!("{lines}.yaml")), &manifest(lines));
        println!("{lines} lines: {median:.1?} from a keystroke to diagnostics, limit {limit:?} for a release build");
        // Without optimisation, and beside other tests.
        let factor = if cfg!(debug_assertions) { 40 } else { 1 };
        assert!(median < limit * factor, "{lines} lines: {median:?}");
    }
}

/// In KiB.
#[cfg(target_os = "linux")]
fn memory(editor: &Editor) -> usize {
    let status = read(Path::new(&format!("/proc/{}/status", editor.server.id())));
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("its memory");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

#[test]
#[cfg(target_os = "linux")]
fn memory_does_not_grow_with_edits() {
    let folder = folder("memory");
    let path = folder.join("pod.yaml");
    let text = manifest(500);
    let mut editor = Editor::start(&folder, &[], json!({}));
    editor.check(&path, &text);
    let mut after = Vec::new();
    for version in 2..1_102 {
        editor.change(&path, version, &format!("{text}# {version}\n"));
        // Only every tenth edit is waited for, as when somebody types fast.
        if version % 10 == 1 {
            editor.diagnostics(version);
        }
        if version == 101 || version == 1_101 {
            after.push(memory(&editor));
        }
    }
    println!("{} KiB after 100 edits, {} KiB after 1,100", after[0], after[1]);
    assert!(after[1] < after[0] + after[0] / 10 + 2_048, "{after:?} KiB");
}
