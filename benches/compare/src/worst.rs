//! The most expensive objects of up to 1.5 MB found so far, for the limit in SECURITY.md.

use serde_json::{Value, json};

use crate::requests::{payload, pod};

/// Builds a payload.
pub type Worst = fn() -> Vec<u8>;

/// Just below the limit of 20,000 items.
const ITEMS: usize = 19_000;

/// Every object with its description.
pub const ALL: [(&str, Worst); 12] = [
    ("19,000 empty containers beside a HostProcess one", || {
        let mut spec = pod(1, 0);
        spec["containers"][0]["securityContext"] = spec["securityContext"].take();
        spec["containers"].as_array_mut().expect("a list").extend(vec![json!({}); ITEMS]);
        create(spec, json!({ "profile": "strict" }))
    }),
    ("19,000 mounts of one long path, and six long programs", || {
        create(long_programs(), json!({ "profile": "strict" }))
    }),
    ("9,000 containers with five findings each", || create(containers(9_000), json!({ "profile": "strict" }))),
    ("3,000 such containers, with fixes that the policy applies", || {
        create(containers(3_000), json!({ "profile": "strict", "mutate": "safe" }))
    }),
    ("5,000 such containers, before and after an update", || {
        let object = |spec: Value| json!({ "metadata": { "name": "worst" }, "spec": spec });
        let (old, mut new) = (containers(5_000), containers(5_000));
        new["terminationGracePeriodSeconds"] = 7.into();
        payload("", "Pod", object(new), Some(object(old)), json!({ "profile": "strict" }))
    }),
    ("500,000 empty containers, which are denied", || {
        let mut spec = pod(0, 0);
        spec["containers"] = json!(vec![json!({}); 500_000]);
        create(spec, json!({ "profile": "strict" }))
    }),
    ("2,700 containers with six commands each, most with three findings", || {
        create(commands(2_700), json!({ "profile": "strict" }))
    }),
    ("1,000 such containers in a pod that the policy fixes twice", || {
        let mut spec = commands(1_000);
        spec["hostNetwork"] = Value::Null;
        spec["containers"][0]["ports"] = json!([{ "containerPort": 1, "hostPort": 2 }]);
        create(spec, json!({ "profile": "strict", "mutate": "safe" }))
    }),
    ("11,000 mounts in another alphabet, and six programs beside them", || {
        let place = |last: &str| ["x", &"\\\u{e4}".repeat(11), last].concat();
        let run = json!({ "exec": { "command": [place(&"\\y".repeat(20_000))] } });
        let mut spec = commands(1);
        spec["containers"][0] = json!({
            "command": run["exec"]["command"], "lifecycle": { "postStart": run, "preStop": run },
            "livenessProbe": run, "readinessProbe": run, "startupProbe": run,
            "volumeMounts": vec![json!({ "name": "v", "mountPath": place("z") }); 11_000],
        });
        create(spec, json!({ "profile": "strict" }))
    }),
    ("1.4 MB of semicolons in PATH", || {
        let mut spec = pod(1, 0);
        spec["containers"][0]["env"] = json!([{ "name": "PATH", "value": ";".repeat(1_400_000) }]);
        create(spec, json!({ "profile": "strict" }))
    }),
    ("0.3 MB of fields that no rule reads, in a pod that the policy fixes", || {
        let mut spec = containers(1);
        spec["tolerations"] = json!(vec![json!({ "a": {} }); 37_000]);
        create(spec, json!({ "profile": "strict", "mutate": "safe" }))
    }),
    ("250 host paths and 100 grants of 9 patterns with 12 stars each", || {
        let path = |at: usize| format!("C:\\k\\{at}{}", "\\a".repeat(20));
        let mut spec = pod(1, 0);
        let mount = |at: usize| json!({ "name": format!("v{at}"), "mountPath": "C:\\m" });
        spec["containers"][0]["volumeMounts"] = (0..245).map(mount).collect();
        spec["volumes"] =
            (0..245).map(|at| json!({ "name": format!("v{at}"), "hostPath": { "path": path(at) } })).collect();
        let patterns: Vec<String> = (0..9).map(|at| format!("C:\\{}b{at}", "*\\".repeat(12))).collect();
        create(spec, json!({ "allow": vec![json!({ "hostPaths": patterns }); 100] }))
    }),
];

fn create(spec: Value, settings: Value) -> Vec<u8> {
    payload("", "Pod", json!({ "metadata": { "name": "worst" }, "spec": spec }), None, settings)
}

fn containers(count: usize) -> Value {
    let mut spec = pod(0, 0);
    spec["os"] = json!({ "name": "windows" });
    let container = |at: usize| {
        json!({
            "name": format!("c{at}"), "image": "i", "args": ["&"], "workingDir": "x",
            "securityContext": { "runAsUser": 1, "windowsOptions": { "runAsUserName": "nt authority\\system" } },
        })
    };
    spec["containers"] = (0..count).map(container).collect();
    spec
}

fn commands(count: usize) -> Value {
    let run = json!({ "exec": { "command": ["x\\y z\n%container_sandbox_mount_point%&"] } });
    let mut spec = pod(0, 0);
    spec["os"] = json!({ "name": "windows" });
    let container = |at: usize| {
        json!({
            "name": format!("c{at}"), "command": ["x\\y"], "lifecycle": { "postStart": run, "preStop": run },
            "livenessProbe": run, "readinessProbe": run, "startupProbe": run,
        })
    };
    spec["containers"] = (0..count).map(container).collect();
    spec
}

fn long_programs() -> Value {
    let long = |last: &str| format!("C:\\x\\{}{last}", "y\\".repeat(380));
    let run = || json!({ "exec": { "command": [long("z")] } });
    let mut spec = pod(1, 0);
    spec["volumes"] = json!([{ "name": "v", "hostPath": { "path": long("w") } }]);
    let container = &mut spec["containers"][0];
    container["command"] = json!([long("z")]);
    container["lifecycle"] = json!({ "postStart": run(), "preStop": run() });
    for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
        container[probe] = run();
    }
    container["volumeMounts"] = vec![json!({ "name": "v", "mountPath": "C:\\k", "readOnly": true }); ITEMS].into();
    spec
}
