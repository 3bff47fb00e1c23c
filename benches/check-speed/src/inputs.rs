//! Benchmark inputs: many files, long lines, many findings, and broken YAML.

use std::fs;
use std::path::{Path, PathBuf};

/// The number of files in a large repository.
pub const FILES: usize = 10_000;
/// The size of broken files.
const BROKEN_BYTES: usize = 50_000;

/// Strings that broken files repeat: each opens something that is never closed, or is invalid YAML.
pub const BROKEN: [(&str, &str); 12] = [
    ("a mapping in a list in a mapping", "a: ["),
    ("the same on separate lines", "a: [\n"),
    ("lists", "["),
    ("mappings", "{a: "),
    ("lists on one line", "- "),
    ("keys that are mappings", "? "),
    ("unterminated keys", "{? "),
    ("quotes", "a: \"b\n"),
    ("tags", "!a "),
    ("anchors", "&a [*a, "),
    ("templates", "{{ a }}\n"),
    ("documents", "---\na: [\n"),
];

/// A file of broken YAML.
pub fn broken(part: &str) -> String {
    part.repeat(BROKEN_BYTES / part.len())
}

/// A list of pods on one line, as `kubectl get pods -A -o json | jq -c .` prints it, each with four findings.
pub fn list(pods: usize) -> String {
    let pod = |number: usize| {
        format!(
            r#"{{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"agent-{number}","namespace":"monitoring","labels":{{"app":"agent"}}}},"spec":{{"securityContext":{{"runAsNonRoot":true,"windowsOptions":{{"hostProcess":true,"runAsUserName":"NT AUTHORITY\\SYSTEM"}}}},"containers":[{{"name":"agent","image":"registry.example/agent:1.0","command":["agent.exe"],"securityContext":{{"readOnlyRootFilesystem":true,"privileged":false}},"volumeMounts":[{{"name":"data","mountPath":"/data"}}]}}],"volumes":[{{"name":"data","hostPath":{{"path":"C:\\k"}}}}]}}}}"#
        )
    };
    let pods: Vec<String> = (0..pods).map(pod).collect();
    format!(r#"{{"apiVersion":"v1","kind":"List","items":[{}]}}"#, pods.join(","))
}

/// 200 documents of 350 bytes, each with a finding that `fix` fixes.
pub fn fixable() -> String {
    let document = |number: usize| {
        let text = format!(
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: agent-{number}\nspec:\n  nodeSelector:\n    kubernetes.io/os: windows\n  \
             securityContext:\n    windowsOptions:\n      hostProcess: true\n      runAsUserName: NT AUTHORITY\\Local service\n  containers:\n  \
             - name: agent\n    image: registry.example/agent:1.0\n"
        );
        let comment = "x".repeat(350 - text.len() - "# \n---\n".len());
        format!("{text}# {comment}\n---\n")
    };
    (0..200).map(document).collect()
}

/// Fills a folder with repeated copies of the manifests in `corpus`, in subfolders of a hundred; returns their size in bytes.
pub fn write_files(corpus: &Path, folder: &Path) -> usize {
    let mut manifests = Vec::new();
    collect(corpus, &mut manifests);
    manifests.sort();
    let texts: Vec<Vec<u8>> = manifests.iter().map(|path| fs::read(path).expect("is readable")).collect();
    assert!(!texts.is_empty(), "{}: holds no manifests", corpus.display());
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
