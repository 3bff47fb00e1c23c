//! Every dimension in which a request, the settings or a cluster's answers can grow. Growing two at once reveals work that is
//! the product of two sizes.

use serde_json::{Map, Value, json};

use crate::requests::pod;

/// A payload and the answers of the cluster.
pub struct Case {
    /// `{"request": ..., "settings": ...}`.
    pub payload: Value,
    /// The nodes of the cluster.
    pub nodes: Vec<Value>,
    /// The labels of the namespace.
    pub labels: Map<String, Value>,
}

/// Grows a case by a number of items.
pub type Grow = fn(&mut Case, usize);

/// Turns a grown case into a kind of request.
pub type Send = fn(&mut Case);

/// The kinds of requests that the policy processes differently.
pub const REQUESTS: [(&str, Send); 3] = [
    ("created", |_| {}),
    ("updated", |case| {
        let request = &mut case.payload["request"];
        request["operation"] = "UPDATE".into();
        request["oldObject"] = request["object"].clone();
        request["object"]["spec"]["terminationGracePeriodSeconds"] = 7.into();
    }),
    ("fixed", |case| case.settings()["mutate"] = "safe".into()),
];

impl Case {
    /// A small HostProcess pod with the strictest settings, which query the cluster and grant nothing.
    pub fn small() -> Case {
        let mut spec = pod(1, 0);
        spec["initContainers"] = json!([{ "name": "init", "command": ["cmd"] }]);
        let terms =
            json!([{ "matchExpressions": [{ "key": "kubernetes.io/os", "operator": "In", "values": ["windows"] }] }]);
        spec["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"] = terms;
        let request = json!({
            "uid": "1",
            "kind": { "group": "", "version": "v1", "kind": "Pod" },
            "name": "small",
            "namespace": "tenant",
            "operation": "CREATE",
            "userInfo": { "username": "tenant", "groups": [] },
            "object": { "metadata": { "name": "small", "annotations": {}, "labels": {}, "ownerReferences": [] }, "spec": spec },
        });
        let settings = json!({
            "profile": "strict",
            "allow": [],
            "nodes": { "check": true },
            "localGroups": [],
            "privilegedLocalGroups": [],
            "hostPorts": [],
            "runtimeClasses": { "hyperv": [], "process": [] },
        });
        Case { payload: json!({ "request": request, "settings": settings }), nodes: vec![node(0)], labels: Map::new() }
    }

    fn spec(&mut self) -> &mut Value {
        &mut self.payload["request"]["object"]["spec"]
    }

    fn container(&mut self) -> &mut Value {
        &mut self.spec()["containers"][0]
    }

    fn init_container(&mut self) -> &mut Value {
        &mut self.spec()["initContainers"][0]
    }

    fn term(&mut self) -> &mut Value {
        &mut self.spec()["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
            [0]
    }

    fn metadata(&mut self) -> &mut Value {
        &mut self.payload["request"]["object"]["metadata"]
    }

    fn settings(&mut self) -> &mut Value {
        &mut self.payload["settings"]
    }
}

/// Adds items to a list, which is created if the value is null.
fn push(list: &mut Value, items: impl Iterator<Item = Value>) {
    if list.is_null() {
        *list = json!([]);
    }
    list.as_array_mut().expect("a list").extend(items);
}

fn insert(map: &mut Value, members: impl Iterator<Item = (String, Value)>) {
    map.as_object_mut().expect("an object").extend(members);
}

fn node(n: usize) -> Value {
    let labels = json!({ "kubernetes.io/os": "windows", "kubernetes.io/hostname": format!("node-{n}") });
    json!({ "metadata": { "name": format!("node-{n}"), "labels": labels } })
}

fn mount(n: usize, name: &str) -> Value {
    json!({ "name": name, "mountPath": format!("C:\\mnt\\{n}"), "readOnly": true })
}

fn host_path(name: &str, path: &str) -> Value {
    json!({ "name": name, "hostPath": { "path": path } })
}

fn account(n: usize) -> Value {
    json!({ "windowsOptions": { "runAsUserName": format!("group-{n}") } })
}

/// Adds grants that match everything except the last value of their list.
fn grants(case: &mut Case, n: usize, list: &str, pattern: &str) {
    push(&mut case.settings()["allow"], (0..n).map(|_| json!({ list: [pattern, "x*y"] })));
}

/// Every dimension. The largest case stays within the limits of what the policy reads.
pub const ALL: [(&str, Grow); 38] = [
    ("containers with accounts", |case, n| {
        let container =
            |at| json!({ "name": format!("a{at}"), "image": format!("i/{at}"), "securityContext": account(at) });
        push(&mut case.spec()["containers"], (0..n).map(container));
    }),
    ("containers with fields for Linux", |case, n| {
        let context = |at: usize| json!({ "runAsUser": at, "runAsNonRoot": true, "readOnlyRootFilesystem": true });
        let container = |at: usize| json!({ "name": format!("u{at}"), "securityContext": context(at) });
        push(&mut case.spec()["containers"], (0..n).map(container));
    }),
    ("ordinary containers", |case, n| {
        let options = json!({ "windowsOptions": { "hostProcess": false } });
        push(&mut case.spec()["containers"], (0..n).map(|_| json!({ "securityContext": options })));
    }),
    ("init containers", |case, n| {
        let container = |at| json!({ "name": format!("n{at}"), "securityContext": account(at), "command": ["net localgroup x /add"] });
        push(&mut case.spec()["initContainers"], (0..n).map(container));
    }),
    ("ephemeral containers", |case, n| {
        push(&mut case.spec()["ephemeralContainers"], (0..n).map(|at| json!({ "name": format!("e{at}") })));
    }),
    ("words of an init command", |case, n| {
        push(&mut case.init_container()["command"], std::iter::once(json!("word ".repeat(n))));
    }),
    ("groups that an init command creates", |case, n| {
        let command: String = (0..n).map(|at| format!("net localgroup group-{at} /add & ")).collect();
        push(&mut case.init_container()["command"], std::iter::once(json!(command)));
    }),
    ("arguments", |case, n| push(&mut case.container()["args"], (0..n).map(|_| json!("a&b")))),
    ("variables", |case, n| {
        let value = "$(CONTAINER_SANDBOX_MOUNT_POINT)";
        push(&mut case.container()["env"], (0..n).map(|at| json!({ "name": format!("E{at}"), "value": value })));
    }),
    ("ports", |case, n| {
        push(&mut case.container()["ports"], (0..n).map(|_| json!({ "containerPort": 1, "hostPort": 2 })));
    }),
    ("mounts of one volume", |case, n| {
        push(&mut case.container()["volumeMounts"], (0..n).map(|at| mount(at, "one")));
    }),
    ("mounts", |case, n| {
        push(&mut case.container()["volumeMounts"], (0..n).map(|at| mount(at, &format!("v{at}"))));
    }),
    ("volumes of one name", |case, n| {
        push(&mut case.spec()["volumes"], (0..n).map(|_| host_path("one", "C:\\data")));
    }),
    ("volumes", |case, n| {
        push(&mut case.spec()["volumes"], (0..n).map(|at| host_path(&format!("v{at}"), &format!("C:\\k\\{at}"))));
    }),
    ("pipes of one name", |case, n| {
        push(&mut case.spec()["volumes"], (0..n).map(|_| host_path("one", "\\\\.\\pipe\\x")));
    }),
    ("a long host path", |case, n| {
        push(&mut case.spec()["volumes"], std::iter::once(host_path("one", &format!("C:\\{}", "x\\".repeat(n)))));
    }),
    ("a long program", |case, n| {
        case.container()["command"] = json!([format!("C:\\{}y", "x\\".repeat(n))]);
    }),
    ("a long working directory", |case, n| {
        case.container()["workingDir"] = json!(format!("C:\\{}y", "x\\".repeat(n)));
    }),
    ("a long image", |case, n| case.container()["image"] = json!(format!("r.example/{}", "x/".repeat(n)))),
    ("a long container name", |case, n| case.container()["name"] = json!("x".repeat(2 * n))),
    ("a long account", |case, n| {
        case.spec()["securityContext"]["windowsOptions"]["runAsUserName"] = json!("x".repeat(2 * n));
    }),
    ("a long runtime class", |case, n| case.spec()["runtimeClassName"] = json!("x".repeat(2 * n))),
    ("node selector", |case, n| {
        insert(&mut case.spec()["nodeSelector"], (0..n).map(|at| (format!("k{at}"), json!("v"))));
    }),
    ("affinity expressions", |case, n| {
        let expression = json!({ "key": "kubernetes.io/hostname", "operator": "Exists" });
        push(&mut case.term()["matchExpressions"], (0..n).map(|_| expression.clone()));
    }),
    ("affinity values", |case, n| {
        let values: Vec<String> = (0..n).map(|at| format!("v{at}")).collect();
        let expression = json!({ "key": "kubernetes.io/hostname", "operator": "NotIn", "values": values });
        push(&mut case.term()["matchExpressions"], std::iter::once(expression));
    }),
    ("annotations", |case, n| {
        let member = |at| (format!("microsoft.com/hostprocess-{at}"), json!("x"));
        insert(&mut case.metadata()["annotations"], (0..n).map(member));
    }),
    ("labels", |case, n| {
        insert(&mut case.metadata()["labels"], (0..n).map(|at| (format!("l{at}"), json!("x"))));
    }),
    ("owners", |case, n| {
        push(&mut case.metadata()["ownerReferences"], (0..n).map(|_| json!({ "kind": "x", "controller": false })));
    }),
    ("groups of the requester", |case, n| {
        push(&mut case.payload["request"]["userInfo"]["groups"], (0..n).map(|at| json!(format!("group-{at}"))));
    }),
    ("grants of images", |case, n| grants(case, n, "images", "i/*")),
    ("grants of accounts", |case, n| grants(case, n, "runAsUserNames", "group-*")),
    ("grants of host paths", |case, n| grants(case, n, "hostPaths", "C:\\k\\*")),
    ("grants of requesters", |case, n| {
        let grant = json!({ "requesters": { "groups": ["*x"] }, "kinds": ["Pod"], "namespaceSelector": { "matchLabels": { "a": "b" } } });
        push(&mut case.settings()["allow"], (0..n).map(|_| grant.clone()));
    }),
    ("local groups in the settings", |case, n| {
        push(&mut case.settings()["localGroups"], (0..n).map(|at| json!(format!("declared-{at}"))));
        push(&mut case.settings()["privilegedLocalGroups"], (0..n).map(|at| json!(format!("privileged-{at}"))));
    }),
    ("port ranges in the settings", |case, n| {
        push(&mut case.settings()["hostPorts"], (0..n).map(|at| json!({ "min": 1000 + at, "max": 1000 + at })));
    }),
    ("runtime classes in the settings", |case, n| {
        push(&mut case.settings()["runtimeClasses"]["hyperv"], (0..n).map(|_| json!("*a*")));
        push(&mut case.settings()["runtimeClasses"]["process"], (0..n).map(|_| json!("*b*")));
    }),
    ("nodes", |case, n| case.nodes.extend((1..=n).map(node))),
    ("labels of the namespace", |case, n| {
        case.labels.extend((0..n).map(|at| (format!("l{at}"), json!("x"))));
    }),
];
