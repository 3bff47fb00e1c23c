//! `grants`: what it prints is accepted, and covers what it was made from and nothing else.

use std::collections::BTreeSet;

use proptest::prelude::*;
use windows_hostprocess_policy::cluster::host::NoCluster;
use windows_hostprocess_policy::judge::judge;
use windows_hostprocess_policy::rules::access::coverage::needs;

use super::*;

fn agent(name: &str, image: &str, path: Option<&str>) -> String {
    let mut text = GOOD.replace("name: good", &format!("name: {name}")).replace("registry.example/shell:1.0", image);
    if let Some(path) = path {
        text += &format!(
            "    volumeMounts: [{{name: data, mountPath: /data}}]\n  volumes: [{{name: data, hostPath: {{path: '{path}'}}}}]\n"
        );
    }
    text
}

#[test]
fn one_grant_for_each_family_says_where_it_comes_from() {
    let folder = folder("grants");
    write(&folder, "v1/agent.yaml", &agent("agent", "registry.example/agent:1", Some("C:\\k")));
    write(&folder, "v2/agent.yaml", &agent("agent", "registry.example/v2/agent@sha256:ab", None));
    let pod = "metadata:\n  ownerReferences: [{controller: true, kind: DaemonSet, name: agent}]\n";
    write(&folder, "pod.yaml", &agent("agent-x7", "registry.example/agent:3", None).replace("metadata:\n", pod));
    write(&folder, "other.yaml", &agent("other", "registry.example/agent:1", None));
    write(&folder, "tool.yaml", &agent("tool", "tool", Some("/tmp/x")));
    write(&folder, "ordinary.yaml", "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: a, image: b}]}\n");
    let shown = |arguments: &[&str]| shown(&hostprocess_in(&folder, arguments));
    assert_snapshot("grants", shown(&["grants", "."]) + &shown(&["grants", "tool.yaml", "-n", "ops", "-o", "json"]));
    assert_snapshot("grants_for_nobody", shown(&["grants", "ordinary.yaml"]));
}

#[test]
fn what_no_grant_can_cover_is_told_and_the_rest_granted() {
    let nameless = GOOD.replace("runAsUserName: NT AUTHORITY\\Local service", "");
    let texts = [nameless, agent("a", "'*'", None), agent("b", "b", Some("C:\\..\\x")), agent("c", "c", None)];
    assert_snapshot("not_grantable", shown(&hostprocess(&["grants", "-"], &texts.join("---\n"))));
}

/// Every fixture, in one call: what is not told to be impossible is covered.
#[test]
fn every_fixture_is_covered_by_its_grants() {
    let output = hostprocess(&["grants", "test_data", "--exclude", "test_data/sessions"], "");
    let problems = String::from_utf8(output.stderr).expect("UTF-8");
    let settings = write(&folder("fixtures"), "settings.yaml", &String::from_utf8(output.stdout).expect("UTF-8"));
    let check =
        hostprocess(&["check", "test_data", "--settings", &settings, "--rules", "not-allowed", "--output", "json"], "");
    let mut covered = 0;
    for object in objects(&check) {
        let is_denied =
            object["findings"].as_array().expect("a list").iter().any(|found| found["rule"] == "not-allowed");
        let file = object["file"].as_str().expect("a text");
        assert!(!is_denied || problems.contains(file) || is_merged(&object), "{object}");
        covered += usize::from(!is_denied);
    }
    assert!(covered > 300, "{covered} of the fixtures");
}

/// A revision that is merged into another template: a grant could only cover that one.
fn is_merged(object: &Value) -> bool {
    object["kind"] == "ControllerRevision"
}

#[derive(Clone, Debug)]
struct Workload {
    namespace: String,
    account: String,
    service_account: String,
    image: String,
    path: Option<String>,
    owner: String,
}

fn workload() -> impl Strategy<Value = Workload> {
    let one_of = |names: &'static [&'static str]| prop::sample::select(names).prop_map(str::to_owned);
    (
        one_of(&["kube-system", "ops"]),
        one_of(&["NT AUTHORITY\\SYSTEM", "nt authority\\Local Service", "hpc-operators", "Ünïcode's \"group\""]),
        one_of(&["", "agent", "csi-node"]),
        one_of(&["a:1", "a@sha256:ab", "registry.example:5000/a:1", "registry.example/team/a", "A/b"]),
        prop::option::of(one_of(&["C:\\k", "c:/K/", "/var/log", "\\\\.\\pipe\\x", "D:\\data"])),
        one_of(&["one", "two"]),
    )
        .prop_map(|(namespace, account, service_account, image, path, owner)| Workload {
            namespace,
            account,
            service_account,
            image,
            path,
            owner,
        })
}

fn request(workload: &Workload) -> Value {
    let mounts = workload.path.iter().map(|_| json!({ "name": "data", "mountPath": "/x" })).collect::<Vec<_>>();
    let volumes =
        workload.path.iter().map(|path| json!({ "name": "data", "hostPath": { "path": path } })).collect::<Vec<_>>();
    json!({
        "kind": { "group": "", "version": "v1", "kind": "Pod" },
        "namespace": workload.namespace,
        "operation": "CREATE",
        "object": { "metadata": { "name": workload.owner }, "spec": {
            "serviceAccountName": workload.service_account,
            "securityContext": { "windowsOptions": { "hostProcess": true, "runAsUserName": workload.account } },
            "containers": [{ "name": "a", "image": workload.image, "volumeMounts": mounts }],
            "volumes": volumes,
        } },
    })
}

fn is_allowed(workload: &Workload, settings: &Value) -> bool {
    let payload = json!({ "request": request(workload), "settings": settings }).to_string();
    let found = judge(payload.as_bytes(), &NoCluster, |_, outcome| outcome.findings).expect("readable");
    found.iter().all(|finding| finding.rule != "not-allowed")
}

proptest! {
    #[test]
    fn grants_cover_what_they_were_made_from_and_nothing_new(workloads in prop::collection::vec(workload(), 1..5)) {
        let mut grants = hostprocess::grants::Grants::default();
        for workload in &workloads {
            let payload = json!({ "request": request(workload), "settings": {} }).to_string();
            let needs = judge(payload.as_bytes(), &NoCluster, |request, _| needs(request)).expect("readable").expect("HostProcess");
            grants.add(needs, &workload.owner, "here".to_owned()).expect("can be granted");
        }
        let yaml = grants.to_yaml().expect("YAML");
        let settings = hostprocess_linter::Settings::parse("grants", &yaml).expect("YAML").value;
        let valid = windows_hostprocess_policy::check_settings(settings.to_string().as_bytes());
        prop_assert_eq!(valid, Ok(()), "{}", yaml);
        let subjects: BTreeSet<_> = workloads.iter().map(|w| (&w.namespace, &w.service_account)).collect();
        for workload in &workloads {
            prop_assert!(is_allowed(workload, &settings), "{:?} {}", workload, yaml);
            let changed = |change: fn(&mut Workload)| {
                let mut other = workload.clone();
                change(&mut other);
                other
            };
            for other in [
                changed(|w| w.namespace += "2"),
                changed(|w| w.account += "2"),
                changed(|w| w.service_account += "2"),
                changed(|w| w.image = "a2:1".to_owned()),
                changed(|w| w.image = format!("evil.example/{}", w.image)),
                changed(|w| w.path = Some("C:\\other".to_owned())),
                changed(|w| w.path = Some("C:\\none".to_owned())),
            ] {
                prop_assert!(!is_allowed(&other, &settings), "{:?} {}", other, yaml);
            }
            for (namespace, service_account) in [("kube-system", "agent"), ("ops", "csi-node")] {
                let mut other = workload.clone();
                (other.namespace, other.service_account) = (namespace.to_owned(), service_account.to_owned());
                let is_known = subjects.contains(&(&other.namespace, &other.service_account));
                prop_assert!(is_known || !is_allowed(&other, &settings), "{:?} {}", other, yaml);
            }
        }
    }
}
