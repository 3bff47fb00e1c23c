//! `grants` is exact: it covers the workloads that the grants were computed from, and no other workload.

use proptest::prelude::*;
use windows_hostprocess_policy::cluster::host::NoCluster;
use windows_hostprocess_policy::judge::judge;
use windows_hostprocess_policy::rules::access::coverage::requirements;

use super::*;

/// A spelling of a value in a manifest, and the normalised spelling of all equivalent values.
type Spelt = (&'static str, &'static str);

const NAMESPACES: &[Spelt] = &[("kube-system", "kube-system"), ("ops", "ops"), ("ops2", "ops2")];
const SERVICE_ACCOUNTS: &[Spelt] =
    &[("", "default"), ("default", "default"), ("agent", "agent"), ("csi-node", "csi-node")];
const ACCOUNTS: &[Spelt] = &[
    ("NT AUTHORITY\\SYSTEM", "system"),
    ("nt authority\\system", "system"),
    ("NT AUTHORITY\\Local service", "local service"),
    ("NT AUTHORITY\\LocalService", "local service"),
    ("hpc-operators", "hpc-operators"),
    ("Ünïcode's \"group\"", "unicode"),
];
const IMAGES: &[Spelt] = &[
    ("a:1", "a"),
    ("a@sha256:ab", "a"),
    ("evil.example/a:1", "evil.example/a"),
    ("registry.example:5000/a:1", "registry.example:5000/a"),
    ("registry.example/team/a", "registry.example/team/a"),
    ("registry.example/team2/a", "registry.example/team2/a"),
    ("A/b", "A/b"),
];
/// Host paths. The empty path means no host path.
const PATHS: &[Spelt] = &[
    ("", ""),
    ("C:\\k", "c:\\k"),
    ("c:/K/", "c:\\k"),
    ("C:\\k\\logs", "c:\\k\\logs"),
    ("none", "c:\\none"),
    ("C:\\none", "c:\\none"),
    ("/var/log", "c:\\var\\log"),
    ("\\\\.\\pipe\\x", "\\\\.\\pipe\\x"),
    ("D:\\data", "d:\\data"),
];
/// Kinds, as `group/version Kind`.
const KINDS: &[Spelt] = &[
    ("v1 Pod", "Pod"),
    ("apps/v1 DaemonSet", "DaemonSet"),
    ("apps.kruise.io/v1alpha1 DaemonSet", "DaemonSet.apps.kruise.io"),
    ("apps/v1 Deployment", "Deployment"),
    ("apps/v1 ReplicaSet", "ReplicaSet"),
    ("batch/v1 Job", "Job"),
];

/// A workload with one value for each part of a grant.
#[derive(Clone, Debug)]
struct Workload {
    namespace: Spelt,
    service_account: Spelt,
    kind: Spelt,
    account: Spelt,
    image: Spelt,
    path: Spelt,
}

fn workload() -> impl Strategy<Value = Workload> {
    let one_of = |values: &'static [Spelt]| prop::sample::select(values);
    (one_of(NAMESPACES), one_of(SERVICE_ACCOUNTS), one_of(KINDS), one_of(ACCOUNTS), one_of(IMAGES), one_of(PATHS))
        .prop_map(|(namespace, service_account, kind, account, image, path)| Workload {
            namespace,
            service_account,
            kind,
            account,
            image,
            path,
        })
}

impl Workload {
    /// Whether a grant for this workload covers `other`: they are equivalent, or `other` has no host path, which no
    /// grant can require.
    fn covers(&self, other: &Workload) -> bool {
        let parts = |w: &Workload| [w.namespace.1, w.service_account.1, w.kind.1, w.account.1, w.image.1];
        parts(self) == parts(other) && (other.path.1 == self.path.1 || other.path.1.is_empty())
    }

    /// All workloads that differ from this one in exactly one part.
    fn neighbours(&self) -> Vec<Workload> {
        let mut neighbours = Vec::new();
        let mut vary = |values: &[Spelt], part: fn(&mut Workload) -> &mut Spelt| {
            for value in values {
                let mut other = self.clone();
                *part(&mut other) = *value;
                neighbours.push(other);
            }
        };
        vary(NAMESPACES, |w| &mut w.namespace);
        vary(SERVICE_ACCOUNTS, |w| &mut w.service_account);
        vary(KINDS, |w| &mut w.kind);
        vary(ACCOUNTS, |w| &mut w.account);
        vary(IMAGES, |w| &mut w.image);
        vary(PATHS, |w| &mut w.path);
        neighbours
    }

    fn pod_spec(&self) -> Value {
        let path = self.path.0;
        let count = usize::from(!path.is_empty());
        json!({
            "serviceAccountName": self.service_account.0,
            "securityContext": { "windowsOptions": { "hostProcess": true, "runAsUserName": self.account.0 } },
            "containers": [{ "name": "a", "image": self.image.0,
                "volumeMounts": vec![json!({ "name": "data", "mountPath": "/x" }); count] }],
            "volumes": vec![json!({ "name": "data", "hostPath": { "path": path } }); count],
        })
    }

    /// The request of a user who creates it.
    fn request(&self) -> Value {
        let (api_version, kind) = self.kind.0.split_once(' ').expect("has a kind");
        let spec = self.pod_spec();
        let object =
            if kind == "Pod" { json!({ "spec": spec }) } else { json!({ "spec": { "template": { "spec": spec } } }) };
        self.create(api_version, kind, object, "jane")
    }

    /// The request for its pod, which names it as the owner.
    fn request_for_pod(&self, user: &str) -> Value {
        let (api_version, kind) = self.kind.0.split_once(' ').expect("has a kind");
        let owner = json!({ "controller": true, "apiVersion": api_version, "kind": kind, "name": "agent" });
        let object = json!({ "metadata": { "ownerReferences": [owner] }, "spec": self.pod_spec() });
        self.create("v1", "Pod", object, user)
    }

    fn create(&self, api_version: &str, kind: &str, object: Value, user: &str) -> Value {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        let user_info =
            if user.is_empty() { json!({}) } else { json!({ "username": user, "groups": ["system:authenticated"] }) };
        json!({ "kind": { "group": group, "version": version, "kind": kind }, "namespace": self.namespace.0,
            "operation": "CREATE", "userInfo": user_info, "object": object })
    }
}

/// The settings that `grants` prints for these requests.
fn granted(requests: &[Value]) -> Value {
    let mut grants = hostprocess::grants::Grants::default();
    for request in requests {
        let payload = json!({ "request": request, "settings": {} }).to_string();
        let needs = judge(payload.as_bytes(), &NoCluster, |request, _| requirements(request)).expect("readable");
        grants.add(needs.expect("HostProcess"), "here".to_owned()).expect("can be granted");
    }
    let mut yaml = Vec::new();
    grants.write_yaml(&mut yaml).expect("written");
    let yaml = String::from_utf8(yaml).expect("UTF-8");
    let settings = hostprocess_linter::Settings::parse("grants", &yaml).expect("YAML").value;
    let valid = windows_hostprocess_policy::check_settings(settings.to_string().as_bytes());
    assert_eq!(valid, Ok(()), "{yaml}");
    settings
}

fn is_allowed(request: &Value, settings: &Value) -> bool {
    let payload = json!({ "request": request, "settings": settings }).to_string();
    let found = judge(payload.as_bytes(), &NoCluster, |_, outcome| outcome.findings).expect("readable");
    found.iter().all(|finding| finding.rule != "not-allowed")
}

proptest! {
    /// Mixtures of two workloads that share a service account are denied, because grants are not merged.
    #[test]
    fn workloads_that_differ_from_every_granted_one_are_denied(workloads in prop::collection::vec(workload(), 1..5)) {
        let settings = granted(&workloads.iter().map(Workload::request).collect::<Vec<_>>());
        for workload in &workloads {
            for other in workload.neighbours() {
                let is_granted = workloads.iter().any(|granted| granted.covers(&other));
                prop_assert_eq!(is_allowed(&other.request(), &settings), is_granted, "{:?} {}", other, settings);
            }
        }
    }
}

const AGENT: Workload = Workload {
    namespace: NAMESPACES[1],
    service_account: SERVICE_ACCOUNTS[2],
    kind: KINDS[1],
    account: ACCOUNTS[0],
    image: IMAGES[0],
    path: PATHS[1],
};

#[test]
fn grants_with_the_same_service_account_are_not_merged() {
    let other = Workload { account: ACCOUNTS[2], image: IMAGES[3], path: PATHS[6], ..AGENT };
    let settings = granted(&[AGENT.request(), other.request()]);
    assert_eq!(settings["allow"].as_array().map(Vec::len), Some(2), "{settings}");
    assert!(is_allowed(&AGENT.request(), &settings) && is_allowed(&other.request(), &settings));
    for mixed in [
        Workload { account: other.account, ..AGENT },
        Workload { image: other.image, ..AGENT },
        Workload { path: other.path, ..AGENT },
    ] {
        assert!(!is_allowed(&mixed.request(), &settings), "{mixed:?}");
    }
}

#[test]
fn pods_of_a_granted_workload_pass_only_from_their_controller() {
    let controllers = [(1, "daemon-set-controller"), (4, "replicaset-controller"), (5, "job-controller")];
    for (kind, controller) in controllers {
        let workload = Workload { kind: KINDS[kind], ..AGENT };
        let settings = granted(&[workload.request()]);
        let controller = format!("system:serviceaccount:kube-system:{controller}");
        assert!(is_allowed(&workload.request_for_pod(&controller), &settings), "{workload:?}");
        assert!(is_allowed(&workload.request_for_pod("system:kube-controller-manager"), &settings), "{workload:?}");
        // In an audit there is no user.
        assert!(is_allowed(&workload.request_for_pod(""), &settings), "{workload:?}");
        assert!(!is_allowed(&workload.request_for_pod("jane"), &settings), "{workload:?}");
        assert!(!is_allowed(&Workload { kind: KINDS[0], ..AGENT }.request(), &settings), "{workload:?}");
    }
}

/// The ReplicaSets of a Deployment, and their pods, which name the ReplicaSet as their owner.
#[test]
fn a_deployment_is_granted_with_its_replica_sets_and_pods() {
    let (deployment, replica_set) = (Workload { kind: KINDS[3], ..AGENT }, Workload { kind: KINDS[4], ..AGENT });
    let pod = replica_set.request_for_pod("");
    let settings = granted(&[pod.clone(), deployment.request()]);
    assert_eq!(settings["allow"].as_array().map(Vec::len), Some(1), "{settings}");
    assert!(is_allowed(
        &replica_set.request_for_pod("system:serviceaccount:kube-system:replicaset-controller"),
        &settings
    ));
    assert!(!is_allowed(&replica_set.request(), &settings), "a stranger's ReplicaSet");
    // A pod alone is granted under the kind of its owner.
    let settings = granted(&[pod]);
    assert_eq!(settings["allow"][0]["kinds"], json!(["ReplicaSet"]));
}
