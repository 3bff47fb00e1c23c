//! Requests of a variable size in which a rule might take quadratic time: nested loops over two lists, or one loop with a long
//! string.

use serde_json::{Value, json};

use crate::requests::{grants, payload, pod};

/// Builds a request in which every list and every long string has the given size.
pub type Shape = fn(usize) -> Vec<u8>;

/// Every shape with its description.
pub const ALL: [(&str, Shape); 31] = [
    ("containers", |n| create(pod(n, 0))),
    ("empty containers", |n| strict(with_containers(3 * n, |_| json!({})))),
    ("empty mounts", |n| strict(with_containers(1, |_| json!({ "volumeMounts": vec![json!({}); 3 * n] })))),
    ("empty volumes, ports and variables", |n| {
        let mut spec = with_containers(1, |_| json!({ "ports": vec![json!({}); n], "env": vec![json!({}); n] }));
        spec["volumes"] = json!(vec![json!({}); n]);
        strict(spec)
    }),
    ("ports", |n| {
        let ports: Vec<Value> = (0..n).map(|at| json!({ "containerPort": at + 1, "hostPort": 1 })).collect();
        strict(with_containers(1, |_| json!({ "ports": ports })))
    }),
    ("empty elements of a command", |n| create(with_containers(1, |_| json!({ "command": vec!["&"; 3 * n] })))),
    ("volumes", |n| create(pod(1, n))),
    ("grants", |n| payload("", "Pod", json!({ "metadata": {}, "spec": pod(1, 0) }), None, grants(n))),
    ("mounts and volumes", |n| strict(mounts(n, |at| format!("data-{at}"), |at| format!("C:\\data\\{at}")))),
    ("mounts of a volume with a long path", |n| strict(mounts(n, |_| "data-0".to_owned(), |_| long(n)))),
    ("mounts of pipes", |n| strict(mounts(n, |at| format!("data-{at}"), |at| format!("\\\\.\\pipe\\{at}")))),
    ("granted mounts and volumes", |n| {
        let spec = mounts(n, |at| format!("data-{at}"), |at| format!("C:\\data\\{at}"));
        with(spec, json!({ "allow": [{ "hostPaths": ["C:\\k\\*", "*:\\data\\*"] }] }))
    }),
    ("programs and volumes", |n| {
        let mut spec = with_containers(n, |_| json!({ "command": ["/opt/agent/agent"] }));
        spec["volumes"] = pod(1, n)["volumes"].take();
        strict(spec)
    }),
    ("programs and mounts", |n| {
        let mut spec = mounts(n, |at| format!("data-{at}"), |at| format!("C:\\data\\{at}"));
        spec["containers"][0]["command"] = json!(["/opt/agent/agent"]);
        strict(spec)
    }),
    ("a relative program with a long name, and mounts in another alphabet", |n| {
        let mut spec = mounted(n, "C:\\x\u{e4}");
        spec["containers"][0]["command"] = json!([format!("x{}\\y", "x".repeat(10 * n))]);
        strict(spec)
    }),
    ("a working directory with a long name, and mounts beside it", |n| {
        let mut spec = mounted(n, "C:\\Windows\\y");
        spec["containers"][0]["workingDir"] = format!("\\\\?\\GLOBALROOT\\SystemRoot\\{}", "x".repeat(10 * n)).into();
        strict(spec)
    }),
    ("mounts at one path, the first in a long spelling", |n| {
        let mut spec = mounted(n, "/x");
        spec["containers"][0]["volumeMounts"][0]["mountPath"] = format!("C:{}\\x", "\\.".repeat(5 * n)).into();
        strict(spec)
    }),
    ("folders and spellings of PATH", |n| {
        let variable =
            |at: usize| json!({ "name": if at.is_multiple_of(2) { "PATH" } else { "path" }, "value": "C:\\Temp;;" });
        let mut env: Vec<Value> = (0..n).map(variable).collect();
        env.push(json!({ "name": "PATH", "value": "C:\\x;".repeat(n) }));
        strict(with_containers(1, |_| json!({ "command": ["cmd"], "env": env })))
    }),
    ("variables in arguments and in the environment", |n| {
        let value = "$(CONTAINER_SANDBOX_MOUNT_POINT) ${CONTAINER_SANDBOX_MOUNT_POINT}";
        let env: Vec<Value> = (0..n).map(|at| json!({ "name": format!("E{at}"), "value": value })).collect();
        create(with_containers(1, |_| json!({ "command": ["agent.exe"], "args": vec![value; n], "env": env })))
    }),
    ("operators and variables after a long program", |n| {
        let args = vec!["a&b%container_sandbox_mount_point%"; n];
        create(with_containers(1, |_| json!({ "command": [long(n)], "args": args })))
    }),
    ("findings in a container with a long name", |n| {
        let mut spec = mounts(n, |_| "data-0".to_owned(), |_| "C:\\data".to_owned());
        spec["containers"][0]["name"] = long(n).into();
        strict(spec)
    }),
    ("ordinary containers beside one with a long name", |n| {
        let mut spec =
            with_containers(n, |_| json!({ "securityContext": { "windowsOptions": { "hostProcess": false } } }));
        spec["containers"][0] = json!({ "name": long(n) });
        strict(spec)
    }),
    ("containers that inherit a long account", |n| {
        let mut spec = pod(n, 0);
        spec["securityContext"]["windowsOptions"]["runAsUserName"] = long(n).into();
        with(spec, json!({ "profile": "strict", "allow": [{ "runAsUserNames": ["NT AUTHORITY\\*", "*"] }] }))
    }),
    ("containers that inherit an account and an annotation", |n| {
        let metadata = json!({ "annotations": { "microsoft.com/hostprocess-inherit-user": "true" } });
        payload("", "Pod", json!({ "metadata": metadata, "spec": pod(n, 0) }), None, json!({ "profile": "strict" }))
    }),
    ("annotations", |n| {
        let key = |at: usize| (format!("microsoft.com/hostprocess-{at}"), Value::from("x"));
        let annotations = Value::Object((0..n).map(key).collect());
        create_object(json!({ "metadata": { "annotations": annotations }, "spec": pod(1, 0) }))
    }),
    ("an annotation with a long key", |n| {
        let key = format!("microsoft.com/hostprocess-{}", "\u{1b}[".repeat(10 * n));
        create_object(json!({ "metadata": { "annotations": { key: "x" } }, "spec": pod(1, 0) }))
    }),
    ("names of a path", |n| strict(mounts(1, |_| "data-0".to_owned(), |_| "\\x\\..\\.\\y. ".repeat(5 * n)))),
    ("requirements and values of an affinity", |n| {
        let values: Vec<String> = (0..n).map(|at| format!("v{at}")).collect();
        let mut expressions = vec![json!({ "key": "kubernetes.io/os", "operator": "In", "values": values })];
        expressions.extend((0..n).map(|at| json!({ "key": format!("k{at}"), "operator": "Exists" })));
        let term = json!({ "matchExpressions": expressions });
        let mut spec = pod(1, 0);
        spec["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"] =
            json!([term]);
        spec["nodeSelector"] = Value::Object((0..n).map(|at| (format!("k{at}"), "v".into())).collect());
        strict(spec)
    }),
    ("old findings", |n| update(with_containers(n, misspelt), with_containers(n, misspelt))),
    ("old findings in another order", |n| {
        update(with_containers(n, misspelt), with_containers(n, |at| misspelt(n - 1 - at)))
    }),
    ("ephemeral containers that inherit a long account", |n| {
        let with_debuggers = |count: usize| {
            let mut spec = pod(1, 0);
            spec["securityContext"]["windowsOptions"]["runAsUserName"] = long(n).into();
            spec["ephemeralContainers"] = (0..count).map(|at| json!({ "name": format!("d{at}") })).collect();
            spec
        };
        update(with_debuggers(n), with_debuggers(n + n / 2))
    }),
];

fn long(n: usize) -> String {
    format!("C:\\{}", "x\\".repeat(5 * n))
}

fn create(spec: Value) -> Vec<u8> {
    with(spec, json!({}))
}

fn strict(spec: Value) -> Vec<u8> {
    with(spec, json!({ "profile": "strict" }))
}

fn with(spec: Value, settings: Value) -> Vec<u8> {
    payload("", "Pod", json!({ "metadata": { "name": "shape" }, "spec": spec }), None, settings)
}

fn create_object(object: Value) -> Vec<u8> {
    payload("", "Pod", object, None, json!({}))
}

fn update(old: Value, mut new: Value) -> Vec<u8> {
    new["terminationGracePeriodSeconds"] = 7.into();
    let object = |spec| json!({ "metadata": { "name": "shape" }, "spec": spec });
    payload("", "Pod", object(new), Some(object(old)), json!({ "profile": "strict" }))
}

fn with_containers(count: usize, container: impl Fn(usize) -> Value) -> Value {
    let mut spec = pod(0, 0);
    spec["containers"] = (0..count).map(container).collect();
    spec
}

/// A container that mounts one volume many times at one path.
fn mounted(count: usize, place: &str) -> Value {
    with_containers(1, |_| json!({ "volumeMounts": vec![json!({ "name": "v", "mountPath": place }); count] }))
}

fn misspelt(at: usize) -> Value {
    let options = json!({ "runAsUserName": format!("nt authority\\user-{at}") });
    json!({ "name": format!("c{at}"), "securityContext": { "windowsOptions": options } })
}

/// A container that mounts volumes, in the reverse order of the volumes.
fn mounts(count: usize, name: impl Fn(usize) -> String, host_path: impl Fn(usize) -> String) -> Value {
    let mount =
        |at: usize| json!({ "name": name(count - 1 - at), "mountPath": format!("C:\\mnt\\{at}"), "readOnly": true });
    let volume = |at: usize| json!({ "name": name(at), "hostPath": { "path": host_path(at) } });
    let mut volumes: Vec<Value> = (0..count).map(volume).collect();
    volumes.dedup();
    let mut spec = with_containers(1, |_| json!({ "name": "agent", "image": "registry.example/agent:1.2" }));
    spec["containers"][0]["volumeMounts"] = (0..count).map(mount).collect();
    spec["volumes"] = volumes.into();
    spec
}
