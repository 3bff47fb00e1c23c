//! The grants in `deploy/presets/` cover the components that they name, and nothing else.
//!
//! Set `HOSTPROCESS_CORPUS` to a folder of published manifests to check those files as well.

use std::io::Write;
use std::path::Path;
use std::{env, fs, io};

use kubewarden_policy_sdk::response::ValidationResponse;
use serde_json::{Value, json};
use windows_hostprocess_policy::{check_settings, validate};

/// Components that have a preset of their own and are also part of a platform's preset.
const SHARED: [(&str, &str); 3] = [("azure-disk", "aks"), ("azure-file", "aks"), ("ebs", "eks")];

/// The presets, in alphabetical order.
const PRESETS: [&str; 11] = [
    "aks",
    "antrea",
    "calico",
    "csi",
    "eks",
    "k0s",
    "portworx",
    "rancher",
    "sig-windows",
    "sysdig",
    "windows-exporter",
];

/// An object as a request, with these grants in the settings.
fn payload(object: &Value, allow: &Value) -> Value {
    let mut payload = fixtures::payload(&object.to_string(), Path::new("object"));
    payload["settings"] = json!({ "allow": allow });
    payload
}

fn response(payload: &Value) -> ValidationResponse {
    let answer = validate(payload.to_string().as_bytes()).expect("an answer");
    serde_json::from_slice(&answer).expect("a ValidationResponse")
}

/// Whether a grant covers the object when an administrator sends it.
fn is_covered(object: &Value, allow: &Value) -> bool {
    covers(&payload(object, allow))
}

/// Whether a grant covers the request, regardless of other rules. No grant covers an unreadable object.
fn covers(payload: &Value) -> bool {
    let response = response(payload);
    let denied = response.audit_annotations.as_ref().and_then(|annotations| annotations.get("denied-rules"));
    response.code != Some(400) && !denied.is_some_and(|rules| rules.split(',').any(|id| id == "not-allowed"))
}

/// A component in `test_data/presets` and the presets that cover it.
struct Component {
    name: String,
    object: Value,
    user: Value,
    presets: Vec<String>,
}

impl Component {
    /// Whether a grant covers the component when the user who creates it sends it.
    fn is_covered(&self, allow: &Value) -> bool {
        self.is_covered_as(&self.object, allow)
    }

    /// Whether a grant covers another object that the same user sends.
    fn is_covered_as(&self, object: &Value, allow: &Value) -> bool {
        let mut payload = payload(object, allow);
        payload["request"]["userInfo"] = self.user.clone();
        covers(&payload)
    }
}

fn components() -> Vec<Component> {
    let read = |(folder, file): (String, std::path::PathBuf)| {
        let name = file.file_stem().expect("has a name").to_string_lossy().into_owned();
        let text = fs::read_to_string(&file).expect("readable fixture");
        let request = fixtures::payload(&text, &file)["request"].take();
        let shared = SHARED.iter().filter(|(component, _)| *component == name);
        let presets = shared.map(|(_, preset)| (*preset).to_owned()).chain([folder]).collect();
        Component { name, object: request["object"].clone(), user: request["userInfo"].clone(), presets }
    };
    fixtures::components().into_iter().map(read).collect()
}

#[test]
fn every_preset_is_a_valid_allow() {
    let names: Vec<String> = fixtures::presets().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, PRESETS);
    for (name, allow) in fixtures::presets() {
        let settings = json!({ "allow": allow }).to_string();
        check_settings(settings.as_bytes()).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

/// An omitted key matches anything, and so does `*`.
#[test]
fn every_grant_restricts_every_key() {
    for (name, allow) in fixtures::presets() {
        for grant in allow.as_array().expect("a list of grants") {
            for key in ["namespaces", "serviceAccounts", "images", "runAsUserNames", "hostPaths", "kinds"] {
                let patterns = grant[key].as_array().unwrap_or_else(|| panic!("{name}: no {key} in {grant}"));
                assert!(!patterns.contains(&"*".into()), "{name}: {key} of {grant}");
            }
        }
    }
}

#[test]
fn a_component_is_covered_by_its_presets_only() {
    let presets = fixtures::presets();
    for component in components() {
        let Component { name, presets: own, .. } = &component;
        for (preset, allow) in &presets {
            assert_eq!(component.is_covered(allow), own.contains(preset), "{name} with the preset {preset}");
        }
    }
}

/// Issue 24, item 6: the policy must not stop any step of Rancher's upgrade of Windows nodes.
#[test]
fn the_rancher_preset_admits_the_upgrade_of_windows_nodes() {
    let component = components().into_iter().find(|component| component.name == "system-agent-upgrader");
    let job = component.expect("a component").object;
    let (_, allow) = fixtures::presets().into_iter().find(|(name, _)| name == "rancher").expect("a preset");
    let created = response(&payload(&job, &allow));
    assert!(created.accepted, "{:?}", created.message);
    // The Job is created suspended and then started.
    let mut started = payload(&job, &allow);
    started["request"]["operation"] = "UPDATE".into();
    started["request"]["oldObject"] = job.clone();
    started["request"]["object"]["spec"]["parallelism"] = 1.into();
    let answer = response(&started);
    assert_eq!((answer.accepted, answer.warnings), (true, None));
    // The Job controller creates its pod.
    let mut pod = json!({ "apiVersion": "v1", "kind": "Pod", "metadata": job["metadata"], "spec": job["spec"]["template"]["spec"] });
    pod["metadata"]["ownerReferences"] =
        json!([{ "apiVersion": "batch/v1", "kind": "Job", "name": job["metadata"]["name"], "controller": true }]);
    let mut made = payload(&pod, &allow);
    made["request"]["userInfo"] = json!({ "username": "system:serviceaccount:kube-system:job-controller" });
    let answer = response(&made);
    assert!(answer.accepted, "{:?}", answer.message);
}

#[test]
fn every_grant_covers_a_component() {
    let components = components();
    for (preset, allow) in fixtures::presets() {
        for grant in allow.as_array().expect("a list of grants") {
            let is_its_own = |component: &Component| component.is_covered(&json!([grant]));
            assert!(components.iter().any(is_its_own), "{preset}: {grant}");
        }
    }
}

/// Presets that share a component grant it identically.
#[test]
fn a_shared_component_has_the_same_grant_in_both_presets() {
    let presets = fixtures::presets();
    for component in components() {
        let covering = |preset: &String| -> Vec<&Value> {
            let (_, allow) = presets.iter().find(|(name, _)| name == preset).expect("a preset");
            let grants = allow.as_array().expect("a list of grants").iter();
            grants.filter(|grant| component.is_covered(&json!([grant]))).collect()
        };
        let mut grants = component.presets.iter().map(covering);
        let first = grants.next().expect("every component has a preset");
        assert!(grants.all(|others| others == first), "{}", component.name);
    }
}

/// Each change turns a component into a workload that its preset must not cover.
#[test]
fn lookalikes_of_components_are_not_covered() {
    type Change = fn(&mut Value);
    let changes: [(&str, Change); 8] = [
        ("a registry in front of the image", |object| change_images(object, |image| format!("mirror.example/{image}"))),
        ("a registry that begins alike", |object| {
            change_images(object, |image| image.replacen('/', ".evil.example/", 1))
        }),
        ("a repository below", |object| change_images(object, |image| image.replacen(':', "/tool:", 1))),
        ("another namespace", |object| object["metadata"]["namespace"] = "default".into()),
        ("another service account", |object| pod(object)["serviceAccountName"] = "builder".into()),
        ("the whole drive", |object| mount(object, "C:\\")),
        ("another drive", |object| mount(object, "D:\\")),
        ("a bare pod", |object| {
            let spec = pod(object).take();
            *object = json!({ "apiVersion": "v1", "kind": "Pod", "metadata": object["metadata"], "spec": spec });
        }),
    ];
    let presets = fixtures::presets();
    for component in components() {
        let Component { name, object, .. } = &component;
        let is_so_itself = |what: &str| match what {
            "the whole drive" => mounts_a_drive(object),
            "a bare pod" => object["kind"] == "Pod",
            _ => false,
        };
        for (what, change) in changes.into_iter().filter(|(what, _)| !is_so_itself(what)) {
            let mut changed = object.clone();
            change(&mut changed);
            assert_ne!(changed, *object, "{name}: {what}");
            for (preset, allow) in &presets {
                assert!(!component.is_covered_as(&changed, allow), "{name} with {what} and the preset {preset}");
            }
        }
    }
}

/// The kubelet creates its mirror pod; no other user needs to create such a pod.
#[test]
fn the_load_balancer_of_k0s_is_granted_to_kubelets_only() {
    let component = components().into_iter().find(|component| component.name == "load-balancer").expect("a component");
    let (_, allow) = fixtures::presets().into_iter().find(|(name, _)| name == "k0s").expect("a preset");
    assert!(component.is_covered(&allow));
    assert!(!is_covered(&component.object, &allow), "sent by an administrator");
}

/// Rancher's upgrade is the component that mounts a drive.
fn mounts_a_drive(object: &Value) -> bool {
    let volumes = object.pointer("/spec/template/spec/volumes").and_then(Value::as_array);
    volumes.into_iter().flatten().any(|volume| volume["hostPath"]["path"] == "/")
}

fn mount(object: &mut Value, path: &str) {
    let volume = json!({ "name": "drive", "hostPath": { "path": path } });
    match pod(object)["volumes"].as_array_mut() {
        Some(volumes) => volumes.push(volume),
        None => pod(object)["volumes"] = json!([volume]),
    }
    pod(object)["containers"][0]["volumeMounts"] = json!([{ "name": "drive", "mountPath": "C:\\drive" }]);
}

fn pod(object: &mut Value) -> &mut Value {
    let path = if object["kind"] == "Pod" { "/spec" } else { "/spec/template/spec" };
    object.pointer_mut(path).expect("a pod or a pod template")
}

fn change_images(object: &mut Value, change: fn(&str) -> String) {
    for list in ["initContainers", "containers"] {
        for container in pod(object)[list].as_array_mut().into_iter().flatten() {
            container["image"] = change(container["image"].as_str().expect("a string")).into();
        }
    }
}

/// The presets that cover a manifest, or the reason why none does.
type Coverage = Result<&'static [&'static str], &'static str>;

/// Published manifests by file name prefix.
const CORPUS: [(&str, Coverage); 41] = [
    ("acn-cni-installer-", Err("the image is a placeholder")),
    ("acn-cns-", Err("images of the project's own builds, and one file that cannot be read: its command is a string")),
    ("acn-npm-capz-newest", Ok(&["aks"])),
    ("acn-npm-windows-newest", Ok(&["aks"])),
    ("acn-npm-windows-oldest", Err("an image of the project's own builds")),
    ("acn-privileged-daemonset-", Err("a shell for tests")),
    ("acn-windows-update", Err("the image is a placeholder")),
    ("aks-periscope-", Err("a part of a kustomization, with a base image in place of the component's")),
    ("aksdocs-", Err("a sample")),
    ("antrea-windows-", Ok(&["antrea"])),
    ("azuredisk-", Ok(&["aks", "csi"])),
    ("azurefile-", Ok(&["aks", "csi"])),
    ("capz-calico-windows-", Ok(&["sig-windows"])),
    ("capz-containerd-logger", Ok(&["sig-windows"])),
    ("capz-csi-proxy", Ok(&["sig-windows"])),
    ("capz-kube-proxy-windows-", Err("the tag is a placeholder with a '/' in it")),
    ("csi-smb-csi-proxy", Ok(&["sig-windows"])),
    ("csi-smb-node-win", Err("an image of the staging registry")),
    ("directx-", Err("a device plugin, for which there is no preset")),
    ("freelens-", Err("a shell on a node")),
    ("jannemattila-", Err("a demo")),
    ("jsturtevant-", Err("a demo")),
    ("k0s-", Ok(&["k0s"])),
    ("kube-prometheus-", Ok(&["windows-exporter"])),
    ("kubectl-", Err("a shell on a node")),
    ("marosset-", Err("a demo")),
    ("mswin-", Err("a demo")),
    ("perftests-windows-exporter", Ok(&["windows-exporter"])),
    ("portworx-", Err("no namespace, and an image that the operator replaces")),
    ("raesene-", Err("a demo")),
    ("rancher-suc-", Ok(&["rancher"])),
    ("sdn-hnsautomitigator", Err("a script for one defect")),
    ("sigwin-calico-kube-proxy-", Ok(&["sig-windows"])),
    ("sigwin-calico-node", Ok(&["sig-windows"])),
    ("sigwin-containerd-logger", Ok(&["sig-windows"])),
    ("sigwin-csi-proxy", Ok(&["sig-windows"])),
    ("sigwin-flannel-kube-proxy-", Ok(&["sig-windows"])),
    ("sigwin-flanneld-overlay-", Ok(&["sig-windows"])),
    ("sysdig-", Err("another namespace than that of the chart's README")),
    ("vsphere-csi-node-windows-", Err("an image of the staging registry")),
    ("windows-exporter", Ok(&["windows-exporter"])),
];

#[test]
fn published_manifests_are_covered_by_their_presets_only() {
    let Some(folder) = env::var_os("HOSTPROCESS_CORPUS") else {
        // The test harness captures `eprintln!`.
        let _ =
            writeln!(io::stderr(), "HOSTPROCESS_CORPUS is not set: the presets are NOT CHECKED on published manifests");
        return;
    };
    let presets = fixtures::presets();
    let (mut covered, mut total) = (0, 0);
    for entry in fs::read_dir(&folder).expect("a folder") {
        let file = entry.expect("readable entry").path();
        let name = fixtures::file_name(&file);
        if file.extension().is_none_or(|ending| ending != "yaml") {
            continue;
        }
        let row = CORPUS.iter().find(|(beginning, _)| name.starts_with(beginning));
        let (_, own) = row.unwrap_or_else(|| panic!("{name} is not in the table"));
        let own = own.unwrap_or_default();
        let text = fs::read_to_string(&file).expect("readable manifest");
        let objects: Vec<Value> = fixtures::documents(&text, &name)
            .into_iter()
            .filter(|object| !is_covered(object, &"nobody".into()))
            .collect();
        assert!(!objects.is_empty(), "{name} has no HostProcess workload");
        total += objects.len();
        covered += if own.is_empty() { 0 } else { objects.len() };
        for object in objects {
            for (preset, allow) in &presets {
                let is_own = own.contains(&preset.as_str());
                assert_eq!(is_covered(&object, allow), is_own, "{name} with the preset {preset}");
            }
        }
    }
    println!("of {total} HostProcess workloads {covered} are covered by their presets alone, and the others by none");
    assert!(covered > 0, "{} has no manifest of a component", folder.display());
}
