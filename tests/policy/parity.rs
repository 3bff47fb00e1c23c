//! Parity with kube-apiserver: the rules that mirror its pod validation fire on a HostProcess pod exactly where it
//! reports the matching error. `tests/parity/README.md` describes the origin of the pods and verdicts.

use std::collections::{BTreeMap, BTreeSet};

use fixtures::parity::lines;
use serde::Deserialize;
use serde_json::value::RawValue;
use windows_hostprocess_policy::admission::workload::Workload;
use windows_hostprocess_policy::cluster::host::NoCluster;
use windows_hostprocess_policy::finding::Finding;
use windows_hostprocess_policy::judge::judge;
use windows_hostprocess_policy::rules::registry;
use windows_hostprocess_policy::rules::rule::Scope;

/// Maps an error of kube-apiserver to the rule that mirrors it.
struct Mirror {
    /// The text after the error's path and value.
    error: Text,
    /// The end of the error's path.
    path: &'static str,
    rule: &'static str,
    reported: Reported,
}

enum Text {
    Is(&'static str),
    Begins(&'static str),
}

/// The path of the rule's finding, relative to the path of the error.
enum Reported {
    /// At the same path.
    Same,
    /// The field to change; kube-apiserver names another one.
    At(&'static str),
    /// Each container that is the cause; kube-apiserver names the whole spec.
    Containers,
}

use Reported::{At, Containers, Same};
use Text::{Begins, Is};

const fn mirror(path: &'static str, error: Text, rule: &'static str, reported: Reported) -> Mirror {
    Mirror { error, path, rule, reported }
}

const USER_NAME: &str = "securityContext.windowsOptions.runAsUserName";
/// Since 1.36 at the latest the text ends in "when `hostUsers` is false".
const HOST_USERS: Text = Is("when `pod.Spec.HostUsers` is false");

const MIRRORS: &[Mirror] = &[
    mirror(
        "spec.hostNetwork",
        Is("hostNetwork must be true if pod contains any hostProcess containers"),
        "host-network",
        Same,
    ),
    mirror(
        "spec",
        Begins("If pod contains any hostProcess containers then all containers must be"),
        "all-containers",
        Containers,
    ),
    mirror(
        "securityContext.windowsOptions.hostProcess",
        Begins("pod hostProcess value must be identical"),
        "level-conflict",
        Same,
    ),
    mirror("spec.hostNetwork", HOST_USERS, "host-users", At("spec.hostUsers")),
    // kube-apiserver spells these two field names with capitals.
    mirror("spec.HostPID", HOST_USERS, "host-users", At("spec.hostUsers")),
    mirror("spec.HostIPC", HOST_USERS, "host-users", At("spec.hostUsers")),
    mirror("hostPort", Is("must match `containerPort` when `hostNetwork` is true"), "port-mismatch", Same),
    mirror("securityContext.windowsOptions", Is("windows options cannot be set for a linux pod"), "os-linux", Same),
    mirror(USER_NAME, Begins("runAsUserName cannot "), "user-format", Same),
    mirror(USER_NAME, Begins("runAsUserName's Domain "), "user-format", Same),
    mirror(USER_NAME, Begins("runAsUserName's User "), "user-format", Same),
    mirror("", Is("cannot be set for a windows pod"), "linux-only-fields", Same),
];

/// Errors that no rule mirrors: they are not about HostProcess, and kube-apiserver rejects them in every pod.
const UNMAPPED: &[(&str, Text)] = &[
    ("securityContext", Begins("cannot set `allowPrivilegeEscalation` to false and `privileged` to true")),
    ("spec.securityContext.shareProcessNamespace", Begins("ShareProcessNamespace and HostPID cannot both be enabled")),
    ("name", Is("may not be specified when 'hostNetwork' is true")), // of a sysctl
    ("hostPath.path", Is("must not contain '..'")),
    ("hostPort", Begins("Duplicate value: ")),
    ("name", Begins("Not found: ")), // of a volume mount
];

impl Text {
    fn matches(&self, text: &str) -> bool {
        match self {
            Is(whole) => text == *whole,
            Begins(start) => text.starts_with(start),
        }
    }
}

/// Rules that stay silent when another rule reports the same error of kube-apiserver.
const LEFT_TO: [(&str, &str); 2] = [("level-conflict", "all-containers"), ("host-users", "linux-only-fields")];

/// Whether the other rule has reported the error instead.
fn is_said_elsewhere(rule: &str, path: &str, found: &BTreeSet<(&str, String)>) -> bool {
    let mut others = LEFT_TO.iter().filter(|(left, _)| *left == rule).map(|(_, other)| *other);
    others.any(|other| found.iter().any(|(by, at)| *by == other && (at.is_empty() || at == path)))
}

/// Whether a rule's finding has a counterpart in kube-apiserver.
fn is_mirrored(finding: &Finding, pod: &Workload) -> bool {
    match finding.rule {
        // kube-apiserver does not compare the ports of init containers, for which the rule only warns.
        "port-mismatch" => !finding.path.starts_with("spec.initContainers"),
        // kube-apiserver checks these fields only with `os.name: windows`.
        "linux-only-fields" => pod.pod.os_is("windows"),
        rule => MIRRORS.iter().any(|mirror| mirror.rule == rule),
    }
}

#[derive(Deserialize)]
struct Pod {
    id: String,
    object: Box<RawValue>,
}

#[derive(Deserialize)]
struct Verdict {
    id: String,
    #[serde(default)]
    errors: Vec<String>,
}

/// The generated pods, for other tests.
pub fn generated_pods() -> impl Iterator<Item = serde_json::Value> {
    lines("pods.jsonl.gz").map(|pod: Pod| serde_json::from_str(pod.object.get()).expect("JSON"))
}

/// A `field.Error` of Kubernetes: `path: Invalid value: "x": detail`, `path: Forbidden: detail`,
/// `path: Duplicate value: "x"`, `path: Not found: "x"`. The detail, or for the last two what follows the path.
fn split(error: &str) -> (&str, &str) {
    let (path, rest) = error.split_once(": ").expect("an error has a path");
    if let Some(detail) = rest.strip_prefix("Forbidden: ") {
        return (path, detail);
    }
    let Some(value) = rest.strip_prefix("Invalid value: ") else { return (path, rest) };
    // The value is a quoted string, a word, or a Go struct, in which no space follows a brace.
    let end = match value.strip_prefix('"') {
        Some(string) => 1 + closing_quote(string),
        None if value.contains("}: ") => value.find("}: ").map_or(0, |end| end + 1),
        None => value.find(": ").expect("a detail follows the value"),
    };
    (path, value[end..].trim_start_matches(": "))
}

/// The length of a Go string literal after its opening quote.
fn closing_quote(string: &str) -> usize {
    let mut escaped = false;
    for (index, byte) in string.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return index + 1,
            _ => {}
        }
    }
    panic!("an open string in {string}");
}

/// The rule and path that mirror an error; `None` if it is deliberately not mirrored. Adds the matching entry of [`MIRRORS`]
/// or [`UNMAPPED`] to `used`.
fn expected(error: &str, used: &mut Used) -> Option<(&'static str, String)> {
    let (path, detail) = split(error);
    let ends = |end: &str| end.is_empty() || path == end || path.ends_with(&format!(".{end}"));
    if let Some(index) = MIRRORS.iter().position(|mirror| mirror.error.matches(detail) && ends(mirror.path)) {
        used.mirrors.insert(index);
        let mirror = &MIRRORS[index];
        let place = match mirror.reported {
            Same => path,
            At(other) => other,
            Containers => "",
        };
        return Some((mirror.rule, place.to_owned()));
    }
    let unmapped = UNMAPPED.iter().position(|(path, text)| text.matches(detail) && ends(path));
    used.unmapped.insert(
        unmapped.unwrap_or_else(|| panic!("no rule mirrors this error, and it is not listed as unmapped: {error}")),
    );
    None
}

/// The table entries that matched an error of kube-apiserver.
#[derive(Default)]
struct Used {
    mirrors: BTreeSet<usize>,
    unmapped: BTreeSet<usize>,
}

/// The rule and path of a finding, as [`expected`] returns them.
fn found(finding: &Finding) -> (&'static str, String) {
    let on_each_container = |mirror: &&Mirror| mirror.rule == finding.rule && matches!(mirror.reported, Containers);
    let path = if MIRRORS.iter().any(|mirror| on_each_container(&mirror)) { "" } else { &finding.path };
    (finding.rule, path.to_owned())
}

/// The default settings with every mirrored rule on.
fn settings() -> String {
    let on: BTreeMap<&str, &str> = MIRRORS.iter().map(|mirror| (mirror.rule, "deny")).collect();
    serde_json::json!({ "rules": on }).to_string()
}

fn payload(pod: &Pod, settings: &str) -> String {
    let object = pod.object.get();
    format!(
        r#"{{"request": {{"kind": {{"group": "", "version": "v1", "kind": "Pod"}}, "operation": "CREATE", "object": {object}}}, "settings": {settings}}}"#
    )
}

#[test]
fn mirrored_rules_fire_exactly_where_kube_apiserver_rejects() {
    let settings = settings();
    let mut verdicts: BTreeMap<String, Verdict> =
        lines("verdicts.jsonl.gz").map(|verdict: Verdict| (verdict.id.clone(), verdict)).collect();
    let mut disagreements = Vec::new();
    let (mut pods, mut host_process_pods, mut used) = (0, 0, Used::default());
    for pod in lines::<Pod>("pods.jsonl.gz") {
        let verdict = verdicts.remove(&pod.id).unwrap_or_else(|| panic!("{} has a verdict", pod.id));
        // Every error must be known, including those of ordinary pods.
        let mut in_this_pod = Used::default();
        let expected: BTreeSet<_> =
            verdict.errors.iter().filter_map(|error| expected(error, &mut in_this_pod)).collect();
        used.unmapped.append(&mut in_this_pod.unmapped);
        pods += 1;
        let judged = judge(payload(&pod, &settings).as_bytes(), &NoCluster, |request, outcome| {
            let workload = request.object.as_ref().expect("a Pod");
            let mirrored = outcome.findings.iter().filter(|finding| is_mirrored(finding, workload)).map(found);
            (workload.pod.sets_host_process(), mirrored.collect::<BTreeSet<_>>(), outcome.findings.clone())
        });
        let (is_host_process, found, findings) = judged.expect("readable");
        if !is_host_process {
            let looks_only_at_host_process = |finding: &&Finding| {
                registry::find(finding.rule)
                    .is_some_and(|rule| !matches!(rule.scope, Scope::AnyPod | Scope::Annotations))
            };
            for finding in findings.iter().filter(looks_only_at_host_process) {
                disagreements.push(format!("{}: not HostProcess, and yet {finding}", pod.id));
            }
            continue;
        }
        host_process_pods += 1;
        used.mirrors.append(&mut in_this_pod.mirrors);
        for (rule, path) in expected.difference(&found).filter(|(rule, path)| !is_said_elsewhere(rule, path, &found)) {
            disagreements.push(format!("{}: {rule} is silent about {path}: {:?}", pod.id, verdict.errors));
        }
        for (rule, path) in found.difference(&expected) {
            disagreements.push(format!("{}: {rule} fires at {path}: {:?}", pod.id, verdict.errors));
        }
    }
    assert!(disagreements.is_empty(), "{} disagreements\n{}", disagreements.len(), disagreements.join("\n"));
    assert_eq!((pods, host_process_pods, verdicts.len()), (3000, 1835, 0));
    // A mirror that no HostProcess pod exercises proves nothing.
    let unused = MIRRORS.iter().enumerate().filter(|(index, _)| !used.mirrors.contains(index));
    let unused: Vec<_> = unused.map(|(_, mirror)| (mirror.rule, mirror.path)).collect();
    // Among the generated pods only ordinary ones combine `hostIPC` with `hostUsers: false`.
    assert_eq!(unused, [("host-users", "spec.HostIPC")], "no error of a HostProcess pod is mirrored");
    let unknown = MIRRORS.iter().find(|mirror| registry::find(mirror.rule).is_none());
    assert_eq!(unknown.map(|mirror| mirror.rule), None, "there is no such rule");
    assert_eq!(used.unmapped.len(), UNMAPPED.len(), "errors that no pod causes: {:?}", used.unmapped);
}

#[test]
fn errors_are_split_after_the_value() {
    for (error, path, detail) in [
        (r#"spec.a: Invalid value: "x: \"}: y\\": bad: worse"#, "spec.a", "bad: worse"),
        ("spec.hostNetwork: Invalid value: false: must be true", "spec.hostNetwork", "must be true"),
        ("spec.b: Invalid value: core.C{D:(*bool)(nil)}: cannot", "spec.b", "cannot"),
        ("spec.c: Forbidden: never", "spec.c", "never"),
        (r#"spec.d: Duplicate value: "TCP//80""#, "spec.d", r#"Duplicate value: "TCP//80""#),
    ] {
        assert_eq!(split(error), (path, detail));
    }
}
